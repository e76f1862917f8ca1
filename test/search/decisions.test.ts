import { describe, expect, it } from "vitest";
import { spaceConfig } from "../../lib/config/spaceConfig";
import { parameterFreeShare } from "../../lib/derive/parameterFreeShare";
import { genotypeChanges, margins, normalizedEntropies } from "../../lib/search/decisions";
import { genotype } from "../../lib/space/genotype";

const space = spaceConfig({
  cellLayout: [0, 1, 0],
  steps: 2,
  primitives: ["none", "skip_connect", "avg_pool_3x3", "bin_conv_3x3"],
  widthChoices: [0.5, 1],
});
const probabilities = {
  cells: [
    [
      [0.25, 0.25, 0.25, 0.25],
      [1, 0, 0, 0],
    ],
  ],
  depth: [[], [0.9, 0.1]],
  width: [[0.5, 0.5]],
};

describe("normalizedEntropies", () => {
  it("is 1 for an even row and 0 for a decided one, in the mean of each level; stages without choice left out", () => {
    const entropy = normalizedEntropies(probabilities, false);
    expect(entropy.cell).toBeCloseTo(0.5, 9);
    expect(entropy.width).toBeCloseTo(1, 9);
    expect(entropy.depth).toBeCloseTo((-0.9 * Math.log(0.9) - 0.1 * Math.log(0.1)) / Math.LN2, 9);
  });

  it("for independent choices counts each operation's own indecision", () => {
    const cells = [[[0.5, 1, 0, 0.5]]];
    expect(normalizedEntropies({ ...probabilities, cells }, true).cell).toBeCloseTo(0.5, 9);
  });

  it("is null for a level that is not searched", () => {
    const entropy = normalizedEntropies({ ...probabilities, depth: [[]], width: [[]] }, false);
    expect([entropy.depth, entropy.width]).toEqual([null, null]);
  });
});

it("margins: mean difference of the two largest probabilities of each level", () => {
  const margin = margins(probabilities);
  expect(margin.cell).toBeCloseTo(0.5, 9);
  expect(margin.depth).toBeCloseTo(0.8, 9);
  expect(margin.width).toBeCloseTo(0, 9);
});

describe("what a genotype holds", () => {
  const conv = (to: number, from: number) => ({ to, from, primitive: "bin_conv_3x3" }) as const;
  const skip = (to: number, from: number) => ({ to, from, primitive: "skip_connect" }) as const;
  const before = genotype(space, { cells: [[conv(1, 0), skip(2, 0)], [conv(1, 0)]] });

  it("parameterFreeShare counts empty edges, skips and poolings among all edges", () => {
    // Three edges a cell: conv, skip, nothing; and conv, nothing, nothing.
    expect(parameterFreeShare(before)).toBeCloseTo(4 / 6, 9);
    const pooled = genotype(space, { cells: [[{ to: 1, from: 0, primitive: "avg_pool_3x3" }], []] });
    expect(parameterFreeShare(pooled)).toBe(1);
  });

  it("genotypeChanges counts edges, depths and widths that differ", () => {
    const after = genotype(space, {
      cells: [[conv(1, 0), conv(2, 0)], [conv(2, 1)]],
      width: [0.5, 1],
    });
    // Edge 2-0 of group 0, edges 1-0 and 2-1 of group 1, the width of stage 0.
    expect(genotypeChanges(before, after)).toBe(4);
    expect(genotypeChanges(before, before)).toBe(0);
  });
});
