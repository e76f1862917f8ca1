import { describe, expect, it } from "vitest";
import { spaceConfig } from "../../lib/config/spaceConfig";
import { BudgetGauge } from "../../lib/cost/budgetGauge";
import { ops } from "../../lib/cost/cost";
import { costTables } from "../../lib/cost/costTables";
import { expectedCost } from "../../lib/cost/expectedCost";
import { probabilitiesOf } from "../../lib/derive/probabilitiesOf";
import { fold, randomKey } from "../../lib/random/randomKey";
import { projectedToBudget } from "../../lib/search/projectToBudget";
import type { Alphas } from "../../lib/space/alphas";
import { randomAlphas } from "../../lib/space/randomAlphas";

const key = randomKey(0);
const space = spaceConfig({ initChannels: 8, steps: 2, widthChoices: [0.25, 0.5, 1] });
const tables = costTables(space);
const plain = { method: "softmax", temperature: 1 };
const samplers = { cell: plain, depth: plain, width: plain };

describe("BudgetGauge", () => {
  it.each(["bops", "flops", "ops"] as const)("counts %s as expectedCost does", (measure) => {
    for (let i = 0; i < 5; i++) {
      const p = probabilitiesOf(randomAlphas(space, 1, fold(key, i)));
      const cost = expectedCost(tables, p);
      const expected = (measure === "ops" ? ops(cost) : cost[measure]) / 1e6;
      expect(new BudgetGauge(tables, measure, 1e6).expected(p)).toBeCloseTo(expected, 9);
    }
  });

  it("prices a choice by what deciding for it changes", () => {
    const gauge = new BudgetGauge(tables, "bops", 1e6);
    const p = probabilitiesOf(randomAlphas(space, 1, key));
    const prices = gauge.marginal(p);
    const decided = (rows: Alphas["depth"], at: number, k: number) =>
      rows.map((row, i) => (i === at ? row.map((_, j) => (j === k ? 1 : 0)) : row));
    const cell = (k: number) =>
      gauge.expected({ ...p, cells: [decided(p.cells[0] ?? [], 1, k), ...p.cells.slice(1)] });
    expect((prices.cells[0]?.[1]?.[2] ?? 0) - (prices.cells[0]?.[1]?.[0] ?? 0)).toBeCloseTo(
      cell(2) - cell(0),
      9,
    );
    const depth = (k: number) => gauge.expected({ ...p, depth: decided(p.depth, 1, k) });
    expect((prices.depth[1]?.[2] ?? 0) - (prices.depth[1]?.[0] ?? 0)).toBeCloseTo(depth(2) - depth(0), 9);
  });
});

describe("projectedToBudget", () => {
  const alphas = randomAlphas(space, 0.5, key);

  it.each([3e5, 1e6, 3e6])("brings the expected cost to a budget of %d BOPs", (budget) => {
    const gauge = new BudgetGauge(tables, "bops", budget);
    const { alphas: moved, before, multiplier } = projectedToBudget(alphas, samplers, gauge);
    expect(gauge.expected(probabilitiesOf(moved))).toBeCloseTo(1, 5);
    expect(Math.sign(multiplier)).toBe(Math.sign(before - 1));
  });

  it("keeps the odds of choices that cost the same, and leaves alphas at the budget alone", () => {
    const gauge = new BudgetGauge(tables, "bops", 1e6);
    const once = projectedToBudget(alphas, samplers, gauge).alphas;
    const odds = (a: Alphas) => (a.cells[0]?.[0]?.[1] ?? 0) - (a.cells[0]?.[0]?.[0] ?? 0);
    expect(odds(once)).toBeCloseTo(odds(alphas), 9);
    expect(projectedToBudget(once, samplers, gauge).multiplier).toBe(0);
  });

  it("goes as far as it can where the budget is out of reach", () => {
    const gauge = new BudgetGauge(tables, "bops", 1);
    const { after, before, alphas: moved } = projectedToBudget(alphas, samplers, gauge);
    expect(after).toBeLessThan(before);
    expect(
      [...moved.cells.flat(2), ...moved.depth.flat(), ...moved.width.flat()].every(Number.isFinite),
    ).toBe(true);
  });
});
