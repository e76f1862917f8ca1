import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startBackend, tf } from "../../lib/backend";
import { type SpaceConfig, spaceConfig } from "../../lib/config/spaceConfig";
import { ops } from "../../lib/cost/cost";
import { totalCost } from "../../lib/cost/costTable";
import { costTables } from "../../lib/cost/costTables";
import { expectedCost } from "../../lib/cost/expectedCost";
import { oneHotAlphas } from "../../lib/derive/oneHotAlphas";
import { probabilitiesOf } from "../../lib/derive/probabilitiesOf";
import { fold, randomKey } from "../../lib/random/randomKey";
import { probabilityTensors } from "../../lib/search/draws";
import type { Alphas } from "../../lib/space/alphas";
import { randomAlphas } from "../../lib/space/randomAlphas";
import { randomGenotype } from "../../lib/space/randomGenotype";
import { AlphaVariables } from "../../lib/supernet/alphaVariables";
import { ExpectedCost } from "../../lib/supernet/expectedCost";
import { expectNoLeak } from "../helpers/expectNoLeak";

beforeAll(async () => {
  await startBackend();
});

const spaces: Record<string, SpaceConfig> = {
  default: spaceConfig(),
  "no depth search": spaceConfig({ searchDepth: false, steps: 2 }),
  "a width per cell": spaceConfig({ widthPer: "cell" }),
  "a width per cell, postprocess, empty stages": spaceConfig({
    cellLayout: [1, 0, 0, 1, 1, 0, 0, 0],
    steps: 2,
    widthChoices: [0.5, 1],
    initChannels: 4,
    process: "postprocess",
    widthPer: "cell",
  }),
  "a width per cell, all cells kept": spaceConfig({ widthPer: "cell", searchDepth: false, steps: 2 }),
  "a stem widened by copies": spaceConfig({ extraStem: "copies", steps: 2 }),
  "no width search": spaceConfig({ widthChoices: [1], steps: 2 }),
  "empty stages": spaceConfig({
    cellLayout: [1, 0, 1, 1, 0],
    steps: 2,
    widthChoices: [0.5, 1],
    initChannels: 4,
  }),
};

function onEngine(
  cost: ExpectedCost,
  probabilities: Alphas,
  measure: "bops" | "flops" | "ops",
  budget: number,
): number {
  const tensors = new AlphaVariables(probabilities);
  const value = tf.tidy(() => cost.relativeTo(tensors, { measure, budget }).dataSync()[0] as number);
  tensors.dispose();
  return value;
}

describe.each(Object.entries(spaces))("ExpectedCost on the engine, %s", (_, space) => {
  let cost: ExpectedCost;
  beforeAll(() => {
    cost = new ExpectedCost(space);
  });
  afterAll(() => cost.dispose());

  it("leaves nothing behind once it is disposed of", () => {
    const probabilities = probabilitiesOf(randomAlphas(space, 2, randomKey(0)));
    expectNoLeak(() => {
      const own = new ExpectedCost(space);
      for (const measure of ["bops", "flops", "ops"] as const) onEngine(own, probabilities, measure, 1e7);
      own.dispose();
    });
  });

  it("equals the double-precision expectation for random alphas", () => {
    const tables = costTables(space);
    for (let i = 0; i < 5; i++) {
      const probabilities = probabilitiesOf(randomAlphas(space, 2, fold(randomKey(0), i)));
      const exact = expectedCost(tables, probabilities);
      expect(onEngine(cost, probabilities, "bops", 1e7) / (exact.bops / 1e7)).toBeCloseTo(1, 5);
      expect(onEngine(cost, probabilities, "flops", 1e6) / (exact.flops / 1e6)).toBeCloseTo(1, 5);
      expect(onEngine(cost, probabilities, "ops", 1e6) / (ops(exact) / 1e6)).toBeCloseTo(1, 5);
    }
  });

  it("equals the derived cost at one-hot probabilities of random genotypes", () => {
    for (let i = 0; i < 10; i++) {
      const genotype = randomGenotype(space, fold(randomKey(2), i));
      const derived = totalCost(genotype).bops;
      if (derived === 0) continue;
      expect(onEngine(cost, oneHotAlphas(genotype, 1), "bops", 1e6) / (derived / 1e6)).toBeCloseTo(1, 5);
    }
  });

  it("has the gradient that finite differences of the double-precision expectation have", () => {
    const samplers = { method: "softmax", temperature: 1 } as const;
    const all = { cell: samplers, depth: samplers, width: samplers };
    const alphas = randomAlphas(space, 1, randomKey(3));
    const variables = new AlphaVariables(alphas);
    const named = variables.named();
    const { grads } = tf.variableGrads(
      () =>
        cost.relativeTo(probabilityTensors(variables, all, space.steps), { measure: "bops", budget: 1e7 }),
      Object.values(named),
    );
    const tables = costTables(space);
    const at = (changed: Alphas) => expectedCost(tables, probabilitiesOf(changed)).bops / 1e7;
    const nudge = (level: "depth" | "width", by: number): Alphas => ({
      ...alphas,
      [level]: alphas[level].map((row, s) => (s === 1 ? row.map((v, k) => (k === 0 ? v + by : v)) : row)),
    });
    const nudgeCell = (by: number): Alphas => ({
      ...alphas,
      cells: alphas.cells.map((edges, g) =>
        edges.map((row, e) => (g === 0 && e === 1 ? row.map((v, k) => (k === 2 ? v + by : v)) : row)),
      ),
    });
    const slope = (f: (by: number) => Alphas) => (at(f(1e-4)) - at(f(-1e-4))) / 2e-4;
    const gradient = (name: string, index: number) =>
      (grads[(named[name] as tf.Variable).name] as tf.Tensor).dataSync()[index] as number;
    expect(gradient("cell0", space.primitives.length + 2)).toBeCloseTo(slope(nudgeCell), 4);
    if (named["depth1"])
      expect(gradient("depth1", 0)).toBeCloseTo(
        slope((by) => nudge("depth", by)),
        4,
      );
    if (named["width1"])
      expect(gradient("width1", 0)).toBeCloseTo(
        slope((by) => nudge("width", by)),
        4,
      );
    variables.dispose();
    tf.dispose(grads);
  });
});
