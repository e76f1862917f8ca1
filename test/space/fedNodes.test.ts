import { describe, expect, it } from "vitest";
import { drawGenotype } from "../../lib/figures/drawings/drawGenotype";
import { smallGenotype } from "../../lib/figures/drawings/smallGenotype";
import { emptyCellText, fedNodes } from "../../lib/space/fedNodes";
import type { Genotype, GenotypeEdge } from "../../lib/space/genotype";
import { madeUpRecord } from "../figures/madeUpRecord";

const edge = (to: number, from: number): GenotypeEdge => ({ to, from, primitive: "bin_conv_3x3" });
const { space } = madeUpRecord("usual").config;

/** One empty cell group, the others with an operation on their first edge. */
function genotypeWith(cellShortcut: typeof space.cellShortcut, first: readonly GenotypeEdge[]): Genotype {
  const groups = new Set(space.cellLayout).size;
  return {
    kind: "bars.genotype",
    schema: 1,
    space: { ...space, cellShortcut },
    cells: Array.from({ length: groups }, (_, group) => (group === 0 ? [...first] : [edge(1, 0)])),
    depth: madeUpDepth(),
    width: madeUpDepth().map(() => 1),
  } as unknown as Genotype;
}

const madeUpDepth = () => {
  const reductions = space.cellLayout.filter((group) => space.reductionGroups.includes(group)).length;
  return Array.from({ length: reductions + 1 }, () => 1);
};

describe("fedNodes", () => {
  it("follows operations from node 0, in whatever order they are listed", () => {
    expect([...fedNodes([edge(2, 1), edge(1, 0)])].sort()).toEqual([0, 1, 2]);
    expect([...fedNodes([edge(2, 1), edge(3, 2)])]).toEqual([0]);
    expect([...fedNodes([])]).toEqual([0]);
  });
});

describe("a cell without a fed node", () => {
  const empty = "nothing reaches the output";

  it("says what is left, and a fed one nothing", () => {
    expect(emptyCellText({ cellShortcut: "none" }, [])).toBe(empty);
    expect(emptyCellText({ cellShortcut: "avg_pool" }, [edge(2, 1)])).toBe(`${empty} but the shortcut`);
    expect(emptyCellText({ cellShortcut: "none" }, [edge(1, 0)])).toBeNull();
  });

  it("is said in the drawing of its genotype, and in its words for readers who cannot see it", () => {
    for (const [shortcut, text] of [
      ["none", empty],
      ["avg_pool", `${empty} but the shortcut`],
    ] as const) {
      const svg = drawGenotype(genotypeWith(shortcut, []));
      expect(svg.match(new RegExp(`>empty: ${text}<`, "g"))).toHaveLength(1);
      expect(svg).toContain(`Cell group 0: no operation; ${text}.`);
    }
    const fed = drawGenotype(genotypeWith("none", [edge(1, 0)]));
    expect(fed).not.toContain(empty);
  });

  it("is said in small drawings, below its nodes, which make room for it", () => {
    const [bare, full] = [[], [edge(1, 0)]].map((first) => smallGenotype(genotypeWith("avg_pool", first)));
    expect(bare?.elements.join("").match(/nothing reaches the output</g)).toHaveLength(1);
    expect(bare?.elements.join("")).toContain(">but the shortcut<");
    expect(full?.elements.join("")).not.toContain("nothing reaches");
    const texts = [...(bare?.elements.join("").matchAll(/y="([\d.]+)"[^>]*>but the shortcut/g) ?? [])];
    expect(Number(texts[0]?.[1])).toBeGreaterThan(20);
  });
});
