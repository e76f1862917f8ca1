import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type SpaceConfig, spaceConfig } from "../../lib/config/spaceConfig";
import { type CostMeasure, costIn, ops } from "../../lib/cost/cost";
import { totalCost } from "../../lib/cost/costTable";
import { bestWithinBudget } from "../../lib/derive/bestWithinBudget";
import { derive } from "../../lib/derive/derive";
import { logProbabilityOf } from "../../lib/derive/logProbabilities";
import { bestLabels } from "../../lib/derive/paretoLabels";
import type { ProbabilityMethod } from "../../lib/derive/probabilitiesOf";
import { unfedEdges, withoutUnfed } from "../../lib/derive/unfed";
import { randomKey, uniform } from "../../lib/random/randomKey";
import { genotype } from "../../lib/space/genotype";
import { randomAlphas } from "../../lib/space/randomAlphas";
import { DeriveError } from "../../lib/util/errors";
import { everyChoice, product } from "./everyChoice";

const two = { initChannels: 4, imageSize: 8, steps: 1, widthChoices: [0.5, 1] };
/** Small enough to list every genotype: at most a few thousand. */
const spaces: [string, SpaceConfig][] = [
  [
    "two stages, two groups, four primitives",
    spaceConfig({
      ...two,
      cellLayout: [0, 1, 0],
      primitives: ["none", "skip_connect", "bin_conv_1x1", "bin_conv_3x3"],
    }),
  ],
  [
    "three stages of which the middle one has no cells",
    spaceConfig({ ...two, cellLayout: [0, 1, 1, 0], primitives: ["none", "bin_conv_3x3"] }),
  ],
  [
    "one stage of two cells, two steps, postprocess, no none",
    spaceConfig({
      ...two,
      steps: 2,
      cellLayout: [0, 0],
      reductionGroups: [],
      process: "postprocess",
      primitives: ["skip_connect", "bin_conv_1x1", "bin_conv_3x3"],
    }),
  ],
  [
    "a layout that opens with a reduction, no depth choice, real 1x1",
    spaceConfig({ ...two, cellLayout: [1, 0, 0], searchDepth: false, processKind: "real" }),
  ],
  [
    "a width per cell, three stages of two, no and one normal cells",
    spaceConfig({
      ...two,
      cellLayout: [0, 0, 1, 1, 0],
      primitives: ["none", "bin_conv_3x3"],
      widthPer: "cell",
    }),
  ],
  [
    "a width per cell, one stage of three cells, postprocess, three widths",
    spaceConfig({
      ...two,
      cellLayout: [0, 0, 0],
      reductionGroups: [],
      widthChoices: [0.25, 0.5, 1],
      process: "postprocess",
      widthPer: "cell",
    }),
  ],
  [
    "a width per cell, no depth choice, real 1x1",
    spaceConfig({
      ...two,
      cellLayout: [0, 0, 1, 0, 0],
      searchDepth: false,
      processKind: "real",
      widthPer: "cell",
    }),
  ],
];

/** The slow reference: the cost of every genotype by the table of its layers, and the likeliest that fits. */
function reference(space: SpaceConfig, measure: CostMeasure, subsets: boolean, prune = false) {
  const all = everyChoice(space, subsets).map((choice) => {
    const kept = prune ? { ...choice, cells: choice.cells.map(withoutUnfed) } : choice;
    return { choice, cost: costIn(totalCost(genotype(space, kept)), measure) };
  });
  type Alphas = Parameters<typeof logProbabilityOf>[1];
  // Many budgets are asked of the same alphas.
  const known = new Map<ProbabilityMethod, WeakMap<Alphas, number[]>>();
  const logarithms = (alphas: Alphas, method: ProbabilityMethod): number[] => {
    const own = known.get(method) ?? new WeakMap<Alphas, number[]>();
    known.set(method, own);
    const found =
      own.get(alphas) ??
      all.map(({ choice }) => logProbabilityOf(space, alphas, choice, method, 1) as number);
    own.set(alphas, found);
    return found;
  };
  return {
    costs: [...new Set(all.map(({ cost }) => cost))].sort((a, b) => a - b),
    best: (alphas: Alphas, budget: number, method: ProbabilityMethod, least = 0) => {
      const logs = logarithms(alphas, method);
      return all.reduce(
        (most, { cost }, i) => (cost <= budget && cost >= least ? Math.max(most, logs[i] as number) : most),
        Number.NEGATIVE_INFINITY,
      );
    },
  };
}

describe("derive by budget", () => {
  it.each(spaces)("finds the optimum of the brute force at every budget: %s", (_name, space) => {
    for (const measure of ["bops", "ops"] as const) {
      const slow = reference(space, measure, false);
      for (let seed = 0; seed < 3; seed++) {
        const alphas = randomAlphas(space, 1.5, randomKey(seed));
        const step = Math.max(1, Math.floor(slow.costs.length / 12));
        for (const budget of slow.costs.filter((c, i) => c > 0 && i % step === 0)) {
          const {
            genotype: found,
            cost,
            logProbability,
          } = derive({ space, alphas }, { rule: "budget", measure, budget });
          expect(costIn(cost, measure)).toBeLessThanOrEqual(budget);
          expect(logProbability).toBeCloseTo(slow.best(alphas, budget, "softmax"), 9);
          expect(costIn(totalCost(found), measure)).toBe(costIn(cost, measure));
        }
      }
    }
  });

  it.each(spaces)("spends at least a share of the budget, exactly, where asked: %s", (_name, space) => {
    const slow = reference(space, "bops", false);
    let dearer = 0;
    for (let seed = 0; seed < 3; seed++) {
      const alphas = randomAlphas(space, 1.5, randomKey(seed));
      const step = Math.max(1, Math.floor(slow.costs.length / 12));
      for (const budget of slow.costs.filter((c, i) => c > 0 && i % step === 0)) {
        for (const atLeast of [0.7, 1]) {
          const own = derive({ space, alphas }, { rule: "budget", measure: "bops", budget, atLeast });
          expect(own.cost.bops).toBeLessThanOrEqual(budget);
          expect(own.cost.bops).toBeGreaterThanOrEqual(atLeast * budget);
          const best = slow.best(alphas, budget, "softmax", atLeast * budget);
          expect(own.logProbability).toBeCloseTo(best, 9);
          if (best < slow.best(alphas, budget, "softmax")) dearer++;
        }
      }
    }
    expect(dearer).toBeGreaterThan(0);
  });

  it.each([
    ["one operation an edge", "softmax"],
    ["several operations an edge", "sigmoid"],
  ] as const)("spends nothing on what prune leaves out: %s", (_name, method) => {
    const space = spaceConfig({ ...two, steps: 2, cellLayout: [0, 0], reductionGroups: [] });
    const [slow, whole] = [true, false].map((prune) => reference(space, "bops", method === "sigmoid", prune));
    let better = 0;
    for (let seed = 0; seed < 4; seed++) {
      const random = randomAlphas(space, 1.5, randomKey(seed));
      // Node 1 is likely to stay empty, and a convolution likely to start there.
      const cells = [[[3, -3, -3], random.cells[0]?.[1] as number[], [-3, -3, 3]]];
      const alphas = { ...random, cells };
      for (const budget of slow?.costs.filter((cost, i) => cost > 0 && i % 2 === 0) ?? []) {
        const options = { rule: "budget", method, measure: "bops", budget, prune: true } as const;
        const { genotype: found, cost, logProbability } = derive({ space, alphas }, options);
        const best = slow?.best(alphas, budget, method) as number;
        expect(cost.bops).toBeLessThanOrEqual(budget);
        expect(found.cells.flatMap(unfedEdges)).toEqual([]);
        expect(logProbability).toBeCloseTo(best, 9);
        if (best > (whole?.best(alphas, budget, method) as number)) better++;
        // What is spent counts without what is left out.
        const spent = derive({ space, alphas }, { ...options, atLeast: 0.9 });
        expect(spent.cost.bops).toBeGreaterThanOrEqual(0.9 * budget);
        expect(spent.logProbability).toBeCloseTo(
          slow?.best(alphas, budget, method, 0.9 * budget) as number,
          9,
        );
      }
    }
    expect(better).toBeGreaterThan(0);
  });

  it("counts no operation of a node that another one only seems to feed", () => {
    const space = spaceConfig({ ...two, steps: 3, cellLayout: [0], reductionGroups: [], widthChoices: [1] });
    const slow = reference(space, "bops", false, true);
    const [empty, conv] = [
      [3, -3, -3],
      [-3, -3, 3],
    ];
    // Edges 1-0, 2-0, 2-1, 3-0, 3-1, 3-2: neither node 1 nor node 2 is fed, but convolutions start at both.
    const alphas = {
      ...randomAlphas(space, 1, randomKey(0)),
      cells: [[empty, empty, conv, empty, empty, conv]],
    };
    for (const budget of slow.costs.filter((cost) => cost > 0)) {
      const rule = { rule: "budget", measure: "bops", budget, atLeast: 0.9, prune: true } as const;
      const { cost, logProbability } = derive({ space, alphas }, rule);
      expect(cost.bops).toBeGreaterThanOrEqual(0.9 * budget);
      expect(logProbability).toBeCloseTo(slow.best(alphas, budget, "softmax", 0.9 * budget), 9);
    }
  });

  it("finds the optimum over several operations an edge when they are independent", () => {
    const space = spaceConfig({ ...two, cellLayout: [0, 1, 0] });
    const slow = reference(space, "bops", true);
    const alphas = randomAlphas(space, 2, randomKey(5));
    for (const budget of slow.costs.filter((c, i) => c > 0 && i % 9 === 0)) {
      const { logProbability } = derive(
        { space, alphas },
        { rule: "budget", method: "sigmoid", measure: "bops", budget },
      );
      expect(logProbability).toBeCloseTo(slow.best(alphas, budget, "sigmoid"), 9);
    }
  });

  it.each(spaces)("says the cost its genotype really has: %s", (_name, space) => {
    const alphas = randomAlphas(space, 1, randomKey(9));
    const result = bestWithinBudget(space, alphas, { measure: "ops", budget: Infinity });
    if (!("choice" in result)) throw new Error("nothing costs more than infinity");
    expect(result.cost).toBe(ops(totalCost(genotype(space, result.choice))));
  });

  it("is the argmax where the budget does not bind, and less likely the smaller the budget", () => {
    const space = spaceConfig();
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const alphas = randomAlphas(space, 1, randomKey(seed));
        const free = derive({ space, alphas }, "budget");
        expect(free.genotype).toEqual(derive({ space, alphas }).genotype);
        let before = Infinity;
        for (const share of [0, 0.5, 0.8]) {
          // Between the cheapest of the space (215,680 OPs, from the error below it) and the free one.
          const budget = free.cost.ops - share * (free.cost.ops - 215680);
          const { cost, logProbability } = derive({ space, alphas }, { rule: "budget", budget });
          expect(cost.ops).toBeLessThanOrEqual(budget);
          expect(logProbability).toBeLessThanOrEqual(before);
          before = logProbability as number;
        }
      }),
      { numRuns: 5, seed: 0 },
    );
  });

  it("says what the cheapest architecture costs when none fits", () => {
    const [, space] = spaces[0] as (typeof spaces)[0];
    const cheapest = reference(space, "bops", false).costs[0] as number;
    const alphas = randomAlphas(space, 1, randomKey(0));
    const at = (budget: number) => derive({ space, alphas }, { rule: "budget", measure: "bops", budget });
    expect(() => at(cheapest - 1)).toThrow(
      new DeriveError(
        `derive: rule "budget": no architecture of this space costs at most ${cheapest - 1} BOPs an image; the cheapest one costs ${cheapest}. Raise the budget to at least that.`,
      ),
    );
    expect(at(cheapest).cost.bops).toBe(cheapest);
  });
});

describe("derive by budget with atLeast", () => {
  const [, space] = spaces[0] as (typeof spaces)[0];
  const alphas = randomAlphas(space, 1, randomKey(0));

  it("says so where no architecture costs that much and no more", () => {
    const costs = reference(space, "bops", false).costs.filter((cost) => cost > 0);
    const gap = costs.findIndex((cost, i) => (costs[i + 1] as number) > cost + 2);
    const budget = (costs[gap] as number) + 1;
    expect(() => derive({ space, alphas }, { rule: "budget", measure: "bops", budget, atLeast: 1 })).toThrow(
      new DeriveError(
        `derive: rule "budget": no architecture of this space costs between ${budget} and ${budget} BOPs an image. Lower atLeast, or take another budget.`,
      ),
    );
  });

  it.each([
    [{ budget: 1e9, atLeast: 1.5 }, "atLeast must be a number from 0 to 1, got 1.5"],
    [{ budget: 1e9, atLeast: "all" as unknown as number }, 'atLeast must be a number from 0 to 1, got "all"'],
    [{ atLeast: 0.5 }, "budget must be a number where atLeast is 0.5, got null"],
  ])("refuses %j", (options, words) => {
    expect(() => derive({ space, alphas }, { rule: "budget", ...options })).toThrow(
      new DeriveError(`derive: rule "budget": ${words}.`),
    );
  });
});

describe("bestLabels", () => {
  it("solves random multiple-choice knapsacks exactly", () => {
    for (let seed = 0; seed < 40; seed++) {
      const draws = uniform(randomKey(seed), 5 * 3 * 2);
      const decisions = Array.from({ length: 5 }, (_, i) =>
        Array.from({ length: 3 }, (_o, j) => ({
          cost: Math.floor((draws[2 * (3 * i + j)] as number) * 20),
          logProbability: Math.log(draws[2 * (3 * i + j) + 1] as number),
        })),
      );
      const limit = 30 + (seed % 20);
      const sums = product(decisions).map((own) => ({
        cost: own.reduce((sum, { cost }) => sum + cost, 0),
        logProbability: own.reduce((sum, o) => sum + o.logProbability, 0),
      }));
      const fitting = sums.filter(({ cost }) => cost <= limit);
      const found = bestLabels(decisions, limit);
      if (fitting.length === 0) expect(found).toBe(null);
      else
        expect(found?.logProbability).toBeCloseTo(Math.max(...fitting.map((sum) => sum.logProbability)), 9);
    }
  });

  it("gives nothing at or below the floor", () => {
    const decisions = [[{ cost: 1, logProbability: -1 }]];
    expect(bestLabels(decisions, 1, -1)).toBe(null);
    expect(bestLabels(decisions, 1, -1.001)).toEqual({ cost: 1, logProbability: -1, options: [0] });
  });
});
