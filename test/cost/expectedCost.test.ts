import { describe, expect, it } from "vitest";
import { spaceConfig } from "../../lib/config/spaceConfig";
import { totalCost } from "../../lib/cost/costTable";
import { costTables } from "../../lib/cost/costTables";
import { expectedCost } from "../../lib/cost/expectedCost";
import { fold, randomKey, uniform } from "../../lib/random/randomKey";
import type { Alphas } from "../../lib/space/alphas";
import { edgesOf } from "../../lib/space/edges";
import type { Genotype } from "../../lib/space/genotype";
import { randomGenotype } from "../../lib/space/randomGenotype";
import { stagesOf } from "../../lib/space/stages";

/** The probabilities that are certain of one genotype. */
function oneHot(genotype: Genotype): Alphas {
  const { space } = genotype;
  const hot = (length: number, index: number) => Array.from({ length }, (_, i) => (i === index ? 1 : 0));
  return {
    cells: genotype.cells.map((edges) =>
      edgesOf(space.steps).map(({ to, from }) =>
        space.primitives.map((primitive) => {
          const here = edges.filter((edge) => edge.to === to && edge.from === from);
          const chosen = here.some((edge) => edge.primitive === primitive);
          return chosen || (primitive === "none" && here.length === 0) ? 1 : 0;
        }),
      ),
    ),
    depth: stagesOf(space).map((stage, s) => hot(stage.cells.length + 1, genotype.depth[s] as number)),
    width: genotype.width.map((w) => hot(space.widthChoices.length, space.widthChoices.indexOf(w))),
  };
}

const spaces = {
  "the default space": spaceConfig(),
  "a width per cell": spaceConfig({ widthPer: "cell", steps: 2 }),
  "a real postprocess space with pooling": spaceConfig({
    process: "postprocess",
    processKind: "real",
    cellShortcut: "avg_pool",
    steps: 3,
    primitives: ["none", "skip_connect", "bin_conv_3x3", "bin_conv_1x1", "max_pool_3x3", "bin_dil_conv_3x3"],
  }),
  "a layout that starts with a reduction and has two in a row": spaceConfig({
    cellLayout: [1, 0, 1, 1, 0],
    steps: 2,
    widthChoices: [0.5, 1],
    initChannels: 4,
  }),
};

describe("expectedCost", () => {
  it.each(Object.entries(spaces))(
    "equals the derived cost to the last operation at one-hot probabilities: %s",
    (_, space) => {
      const tables = costTables(space);
      for (let i = 0; i < 100; i++) {
        const genotype = randomGenotype(space, fold(randomKey(0), i));
        expect(expectedCost(tables, oneHot(genotype))).toEqual(totalCost(genotype));
      }
    },
  );

  it("is the mean over sampled genotypes for soft probabilities", () => {
    const space = spaceConfig({
      cellLayout: [0, 1, 0, 0],
      steps: 2,
      initChannels: 4,
      widthChoices: [0.25, 1],
    });
    const row = (length: number, key: number) => {
      const draws = [...uniform(fold(randomKey(1), key), length)].map((v) => v + 0.1);
      const sum = draws.reduce((a, b) => a + b, 0);
      return draws.map((v) => v / sum);
    };
    const soft: Alphas = {
      cells: [0, 1].map((g) => edgesOf(2).map((_, e) => row(3, 10 * g + e))),
      depth: [row(2, 100), row(3, 101)],
      width: [row(2, 200), row(2, 201)],
    };
    // Walks every combination of every choice: 3^6 cells · 2·3 depths · 2·2 widths, weighed by its probability.
    let bops = 0;
    let flops = 0;
    const tables = costTables(space);
    const eachRow = [...soft.cells.flat(), ...soft.depth, ...soft.width];
    const visit = (index: number, probability: number, picks: number[]) => {
      const choices = eachRow[index];
      if (choices) {
        choices.forEach((p, k) => visit(index + 1, probability * p, [...picks, k]));
        return;
      }
      const pickRow = (list: readonly number[], pick: number) => list.map((_, k) => (k === pick ? 1 : 0));
      const at = (i: number) => picks[i] as number;
      const certain: Alphas = {
        cells: soft.cells.map((edges, g) => edges.map((edge, e) => pickRow(edge, at(3 * g + e)))),
        depth: soft.depth.map((d, s) => pickRow(d, at(6 + s))),
        width: soft.width.map((w, s) => pickRow(w, at(8 + s))),
      };
      const cost = expectedCost(tables, certain);
      bops += probability * cost.bops;
      flops += probability * cost.flops;
    };
    visit(0, 1, []);
    const expected = expectedCost(tables, soft);
    expect(expected.bops / bops).toBeCloseTo(1, 9);
    expect(expected.flops / flops).toBeCloseTo(1, 9);
  });

  it("weighs every operation of an edge by itself where choices are independent", () => {
    const space = spaceConfig({
      cellLayout: [0],
      reductionGroups: [],
      steps: 1,
      primitives: ["skip_connect", "bin_conv_3x3"],
      widthChoices: [1],
      searchDepth: false,
    });
    const tables = costTables(space);
    const cost = (skip: number, conv: number) =>
      expectedCost(tables, { cells: [[[skip, conv]]], depth: [[]], width: [[]] }).bops;
    expect(cost(1, 1)).toBe(cost(0, 1));
    expect(cost(0, 0.5) - cost(0, 0)).toBe(0.5 * 16 * 16 * 9 * 32 * 32);
  });
});
