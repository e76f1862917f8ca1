import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type BudgetBreak, budgetBreaks } from "../../lib/derive/budgetBreaks";
import { budgetGrid, budgetSweep } from "../../lib/derive/budgetSweep";
import { ruleComparison } from "../../lib/derive/ruleComparison";
import { readSearchRecord } from "../../lib/records/searchRecordFile";

/** A small search whose staircase has nine steps in BOPs, some near each other. */
const record = readSearchRecord(join(__dirname, "../../data/records/search-cured-seed0.json"));
const step = { bops: 1, flops: 1, ops: 1 / 64 } as const;

describe.each(["bops", "flops", "ops"] as const)("budgetBreaks in %s", (measure) => {
  const breaks = budgetBreaks(record, { measure });

  it("goes from the cheapest architecture to the likeliest one, ever dearer and likelier, without a gap", () => {
    expect(breaks).toHaveLength({ bops: 9, ops: 9, flops: 4 }[measure]);
    expect(breaks[0]?.cost).toBe(budgetGrid(record, 2, { measure })[0]);
    expect(breaks.at(-1)).toMatchObject({
      genotype: ruleComparison(record, ["argmax"])[0]?.genotype,
      until: null,
    });
    breaks.forEach((own, i) => {
      expect(own.budget).toBe(own.cost);
      expect(own.until).toBe(breaks[i + 1]?.budget ?? null);
      if (i > 0) expect(own.logProbability).toBeGreaterThan(breaks[i - 1]?.logProbability as number);
    });
  });

  it("changes exactly there: just below a break the one before is the best, at the break and after it this one", () => {
    for (const { budget, until, logProbability } of breaks) {
      const asked = until === null ? [budget, 2 * budget] : [budget, until - step[measure]];
      for (const row of budgetSweep(record, asked, { measure })) {
        expect(row.cost).toBe(budget);
        expect(row.logProbability).toBeCloseTo(logProbability, 12);
      }
    }
  });

  it("says for every budget what a sweep finds there", () => {
    for (const row of budgetSweep(record, budgetGrid(record, 40, { measure }), { measure })) {
      const own = breaks.findLast(({ budget }) => budget <= row.budget) as BudgetBreak;
      expect([own.cost, own.genotype]).toEqual([row.cost, row.genotype]);
    }
  });
});

it("finds steps that no even grid of sixteen budgets finds", () => {
  const costs = budgetBreaks(record, { measure: "bops" }).map(({ cost }) => cost);
  expect(costs).toEqual([32_768, 106_496, 253_952, 581_632, 647_168, 729_088, 942_080, 1_236_992, 4_816_896]);
  const sampled = budgetSweep(record, budgetGrid(record, 16, { measure: "bops" }), { measure: "bops" });
  expect(new Set(sampled.map(({ cost }) => cost)).size).toBeLessThan(costs.length);
});
