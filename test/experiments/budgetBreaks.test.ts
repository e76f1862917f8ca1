import { describe, expect, it } from "vitest";
import { type BudgetBreak, budgetBreaks } from "../../lib/experiments/budgetBreaks";
import { budgetGrid, budgetSweep } from "../../lib/experiments/budgetSweep";
import { ruleComparison } from "../../lib/experiments/ruleComparison";
import { madeUpRecord } from "../figures/madeUpRecord";

const record = madeUpRecord("tiny");
const step = { bops: 1, flops: 1, ops: 1 / 64 } as const;

describe.each(["bops", "flops", "ops"] as const)("budgetBreaks in %s", (measure) => {
  const breaks = budgetBreaks(record, { measure });

  it("goes from the cheapest architecture to the likeliest one, ever dearer and likelier, without a gap", () => {
    if (measure !== "flops") expect(breaks.length).toBeGreaterThan(1);
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
