import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type SpaceConfig, spaceConfig } from "../../lib/config/spaceConfig";
import { primitives } from "../../lib/primitives/primitives";
import { randomKey } from "../../lib/random/randomKey";
import { describeGenotype } from "../../lib/space/describeGenotype";
import { edgesOf } from "../../lib/space/edges";
import { canonicalGenotype, type Genotype, type GenotypeEdge, genotype } from "../../lib/space/genotype";
import { genotypeHash, genotypeJson } from "../../lib/space/genotypeJson";
import { randomGenotype, randomMultiGenotype } from "../../lib/space/randomGenotype";
import { stagesOf } from "../../lib/space/stages";
import { parseGenotype, validateGenotype } from "../../lib/space/validateGenotype";
import { GenotypeError } from "../../lib/util/errors";

const space = spaceConfig();
const anySpace = fc
  .record({
    cellLayout: fc
      .array(fc.integer({ min: 0, max: 1 }), { minLength: 2, maxLength: 9 })
      .filter((cells) => new Set(cells).size === 2 && cells.filter((g) => g === 1).length <= 3),
    steps: fc.integer({ min: 1, max: 5 }),
    searchDepth: fc.boolean(),
    primitives: fc.constantFrom(
      [...primitives.builtInNames],
      ["none", "skip_connect", "bin_conv_3x3"] as const,
      ["bin_conv_1x1"] as const,
    ),
    widthChoices: fc.constantFrom([1], [0.5, 1], [0.25, 0.5, 0.75, 1]),
  })
  .map((overrides) => spaceConfig(overrides as Partial<SpaceConfig>));
const anyGenotype = fc
  .tuple(anySpace, fc.nat(), fc.boolean())
  .map(([in_, seed, several]) => (several ? randomMultiGenotype : randomGenotype)(in_, randomKey(seed)));

/** The same value with the keys of every object in reverse order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, part]) => [key, reversed(part)]),
  );
}

describe("canonical form", () => {
  it("is the same whatever the order of the edges, and canonical of itself", () => {
    fc.assert(
      fc.property(anyGenotype, (value) => {
        const shuffled = { ...value, cells: value.cells.map((edges) => [...edges].reverse()) };
        expect(canonicalGenotype(shuffled)).toEqual(value);
        expect(canonicalGenotype(value)).toEqual(value);
      }),
      { numRuns: 300, seed: 0 },
    );
  });

  it("orders edges by target, source, primitive and keeps each once", () => {
    const edge = (to: number, from: number, primitive: GenotypeEdge["primitive"]) => ({
      to,
      from,
      primitive,
    });
    const a = edge(2, 0, "bin_conv_3x3");
    const value = {
      ...genotype(space, { cells: [[], []] }),
      cells: [[a, edge(2, 0, "skip_connect"), edge(1, 0, "bin_conv_3x3"), a], []],
    };
    expect(canonicalGenotype(value).cells[0]).toEqual([
      edge(1, 0, "bin_conv_3x3"),
      edge(2, 0, "skip_connect"),
      a,
    ]);
  });

  it("drops the width of a stage without cells that another follows", () => {
    const cells: GenotypeEdge[][] = [[], []];
    const one = genotype(space, { cells, depth: [0, 2, 2], width: [0.25, 0.5, 1] });
    const other = genotype(space, { cells, depth: [0, 2, 2], width: [0.75, 0.5, 1] });
    expect(one).toEqual(other);
    expect(one.width).toEqual([0.5, 0.5, 1]);
    expect(genotypeHash(one)).toBe(genotypeHash(other));
  });

  it("keeps every cell at full width unless told otherwise", () => {
    expect(genotype(space, { cells: [[], []] })).toMatchObject({ depth: [2, 2, 2], width: [1, 1, 1] });
  });
});

describe("genotype JSON", () => {
  it("comes back equal, from any order of keys, with the same hash", () => {
    fc.assert(
      fc.property(anyGenotype, (value) => {
        expect(parseGenotype(genotypeJson(value))).toEqual(value);
        const other = validateGenotype(reversed(JSON.parse(JSON.stringify(value))));
        expect(genotypeJson(other)).toBe(genotypeJson(value));
        expect(genotypeHash(other)).toBe(genotypeHash(value));
      }),
      { numRuns: 200, seed: 0 },
    );
  });

  it("has the hash of its text, different for different genotypes", () => {
    const hashes = new Set(
      Array.from({ length: 200 }, (_, seed) => genotypeHash(randomGenotype(space, randomKey(seed)))),
    );
    expect(hashes.size).toBe(200);
    for (const hash of hashes) expect(hash).toMatch(/^[0-9a-f]{64}$/);
  });

  it("is pinned, so that stored names of architectures stay valid", () => {
    // Made by this code; a change means that stored hashes no longer match.
    expect(genotypeHash(genotype(space, { cells: [[], []] }))).toMatchInlineSnapshot(
      `"c83095e8f641d1408e7068f2bf04aa324ab7a2cae26846bb506e086224ca96cf"`,
    );
  });
});

describe("validateGenotype refuses", () => {
  const good = JSON.parse(genotypeJson(randomGenotype(space, randomKey(0)))) as Record<string, unknown>;
  const edges = (...list: unknown[]) => ({ ...good, cells: [list, []] });
  const cases: [string, unknown, string][] = [
    ["no object", [1], "genotype: expected an object, got [1]."],
    ["nothing", undefined, "genotype: expected an object, got nothing."],
    [
      "another kind",
      { ...good, kind: "bars.table" },
      'genotype: kind must be "bars.genotype", got "bars.table".',
    ],
    [
      "another schema",
      { ...good, schema: 2 },
      "genotype: schema must be 1, the only version this release reads, got 2; read it with the release that wrote it.",
    ],
    [
      "a missing field",
      { ...good, width: undefined, depth: [2, 2, 2] },
      "genotype.width: expected a list, got nothing.",
    ],
    [
      "a field too many",
      { ...good, note: 1 },
      'genotype: unknown field "note". Known fields: kind, schema, space, cells, depth, width.',
    ],
    [
      "a space with a field missing",
      { ...good, space: { steps: 4 } },
      'genotype.space: expected a field "imageSize", got none.',
    ],
    [
      "a space out of range",
      { ...good, space: { ...(good["space"] as object), steps: 0 } },
      "genotype.space: steps must be an integer of at least 1, got 0.",
    ],
    [
      "too few groups",
      { ...good, cells: [[]] },
      "genotype: cells must be the edges of 2 cell groups, got 1.",
    ],
    [
      "a group that is no list",
      { ...good, cells: [{}, []] },
      "genotype: cell group 0: expected a list, got {}.",
    ],
    ["an edge that is no object", edges(3), "genotype: cell group 0, edge 0: expected an object, got 3."],
    [
      "an edge with a field missing",
      edges({ to: 1, from: 0 }),
      'genotype: cell group 0, edge 0: expected a field "primitive", got none.',
    ],
    [
      "a later source",
      edges({ to: 3, from: 4, primitive: "skip_connect" }),
      "genotype: cell group 0, node 3: skip_connect reads node 4, but only nodes 0 to 2 precede it.",
    ],
    [
      "a source that is no number",
      edges({ to: 1, from: "0", primitive: "skip_connect" }),
      'genotype: cell group 0, node 1: skip_connect reads node "0", but only node 0 precedes it.',
    ],
    [
      "a node the cell has not",
      edges({ to: 5, from: 0, primitive: "skip_connect" }),
      "genotype: cell group 0: an edge must end at a node from 1 to 4, got 5.",
    ],
    [
      "a primitive of another space",
      edges({ to: 1, from: 0, primitive: "bin_conv_5x5" }),
      'genotype: cell group 0, node 1: primitive must be one of skip_connect, bin_conv_3x3, got "bin_conv_5x5".',
    ],
    [
      "none as an operation",
      edges({ to: 1, from: 0, primitive: "none" }),
      'genotype: cell group 0, node 1: primitive must be one of skip_connect, bin_conv_3x3, got "none".',
    ],
    [
      "an operation listed twice",
      edges({ to: 2, from: 1, primitive: "skip_connect" }, { from: 1, to: 2, primitive: "skip_connect" }),
      "genotype: cell group 0, node 2: skip_connect from node 1 is listed twice; list each operation once.",
    ],
    [
      "too few depths",
      { ...good, depth: [1] },
      "genotype: depth must be one entry for each of 3 stages, got 1.",
    ],
    [
      "a depth too large",
      { ...good, depth: [1, 3, 1] },
      "genotype: depth of stage 1 must be an integer from 0 to 2, got 3.",
    ],
    [
      "a depth in text",
      { ...good, depth: [1, "1", 1] },
      'genotype: depth of stage 1 must be an integer from 0 to 2, got "1".',
    ],
    [
      "a width that is no choice",
      { ...good, width: [1, 1, 0.3] },
      "genotype: width of stage 2 must be one of 0.25, 0.5, 0.75, 1, got 0.3.",
    ],
    [
      "a depth the space does not search",
      { ...good, space: { ...space, searchDepth: false }, depth: [2, 1, 2] },
      "genotype: depth of stage 1 must be 2, because this space does not search depth, got 1.",
    ],
  ];

  it.each(cases)("%s", (_what, value, message) => {
    expect(() => validateGenotype(value)).toThrow(new GenotypeError(message));
  });

  it("text that is not JSON", () => {
    expect(() => parseGenotype("{kind")).toThrow(GenotypeError);
    expect(() => parseGenotype("{kind")).toThrow(/^genotype: expected JSON text, got "\{kind" \(.+\)\.$/);
  });

  it("does not change what it is given", () => {
    const before = JSON.stringify(good);
    validateGenotype(good);
    expect(JSON.stringify(good)).toBe(before);
  });
});

describe("randomGenotype", () => {
  const draws = 3000;
  const share = (test: (value: Genotype) => boolean, values: readonly Genotype[]) =>
    values.filter(test).length / values.length;

  it("draws every primitive, depth and width equally often", () => {
    const values = Array.from({ length: draws }, (_, seed) => randomGenotype(space, randomKey(seed)));
    const at = (value: Genotype) => value.cells[1]?.find(({ to, from }) => to === 3 && from === 1)?.primitive;
    for (const primitive of [undefined, "skip_connect", "bin_conv_3x3"] as const) {
      expect(Math.abs(share((value) => at(value) === primitive, values) - 1 / 3)).toBeLessThan(0.03);
    }
    for (const depth of [0, 1, 2])
      expect(Math.abs(share((value) => value.depth[1] === depth, values) - 1 / 3)).toBeLessThan(0.03);
    for (const width of space.widthChoices)
      expect(Math.abs(share((value) => value.width[2] === width, values) - 1 / 4)).toBeLessThan(0.03);
  });

  it("draws every subset of operations equally often when an edge may hold several", () => {
    const values = Array.from({ length: draws }, (_, seed) => randomMultiGenotype(space, randomKey(seed)));
    const count = (value: Genotype) => value.cells[0]?.filter(({ to }) => to === 1).length;
    expect(Math.abs(share((value) => count(value) === 2, values) - 1 / 4)).toBeLessThan(0.03);
    expect(Math.abs(share((value) => count(value) === 0, values) - 1 / 4)).toBeLessThan(0.03);
  });

  it("gives the same genotype for the same key and keeps what is not searched", () => {
    const fixed = spaceConfig({ searchDepth: false, widthChoices: [1] });
    const value = randomGenotype(fixed, randomKey(7));
    expect(value).toEqual(randomGenotype(fixed, randomKey(7)));
    expect(value.depth).toEqual(stagesOf(fixed).map(({ cells }) => cells.length));
  });

  it("fills every edge in a space without none", () => {
    const full = spaceConfig({ primitives: ["skip_connect", "bin_conv_3x3"] });
    expect(randomGenotype(full, randomKey(0)).cells[0]?.length).toBe(edgesOf(4).length);
  });
});

describe("describeGenotype", () => {
  it("says the layout stage by stage and the operations node by node", () => {
    expect(describeGenotype(randomGenotype(space, randomKey(4)))).toMatchInlineSnapshot(`
      "genotype ac342bc3b072: 6 cells of 8 in 3 stages
      stem: 32x32, 3 to 12 channels
      stage 0: 32x32, width 0.75, 1 of 2 normal cells: 0 (group 0)
        cell 0 takes up the next stage's width: 12 to 4 channels
      reduction cell 2 (group 1): 4 to 8 channels
      stage 1: 16x16, width 0.25, 1 of 2 normal cells: 3 (group 0)
        cell 3 takes up the next stage's width: 8 to 16 channels
      reduction cell 5 (group 1): 16 to 32 channels
      stage 2: 8x8, width 0.5, 2 of 2 normal cells: 6 (group 0), 7 (group 0)
      head: 128 inputs to 10 classes
      cell group 0 (normal):
        node 1 = bin_conv_3x3(0)
        node 2 = bin_conv_3x3(0) + bin_conv_3x3(1)
        node 3 = skip_connect(1) + skip_connect(2)
        node 4 = skip_connect(0) + bin_conv_3x3(1) + bin_conv_3x3(2) + bin_conv_3x3(3)
      cell group 1 (reduction):
        node 1 = nothing
        node 2 = nothing
        node 3 = skip_connect(0) + skip_connect(1)
        node 4 = bin_conv_3x3(1) + bin_conv_3x3(2) + skip_connect(3)"
    `);
  });
});
