import { describe, expect, it } from "vitest";
import type { BudgetRow } from "../../../lib/derive/budgetSweep";
import { budgetReading } from "../../../lib/experiments/readings/budgetReading";

const row = (budget: number, cost: number, logProbability: number, genotype: string): BudgetRow => ({
  budget,
  cost,
  logProbability,
  genotype,
  measure: "bops",
  bops: cost,
  ops: cost,
  depth: "1",
  width: "1",
  operations: 1,
});
const sweep = [
  row(1000, 1000, -9, "a"),
  row(2000, 1500, -5, "b"),
  row(3000, 1500, -5, "b"),
  row(9000, 8000, -4.5, "c"),
];

describe("budgetReading", () => {
  it("counts architectures, finds the widest gap and the steepest step, whatever the order of the rows", () => {
    const text = budgetReading([...sweep].reverse());
    expect(text).toBe(
      "3 architectures were found, of 1,000 to 8,000 BOPs. The widest gap between two neighbours goes from 8,000 down to 1,500 BOPs (19 %) and costs 0.50 in ln p. The steepest step costs 4.00, from 1,500 down to 1,000 BOPs; the cheapest architecture lies 4.50 below the dearest.",
    );
  });

  it("says so where one architecture is the likeliest at every budget", () => {
    expect(budgetReading(sweep.slice(1, 3))).toBe(
      "One architecture is the likeliest at every budget tried: 1,500 BOPs.",
    );
  });

  it("refuses no rows, and rows of several measures", () => {
    expect(() => budgetReading([])).toThrow("budgetReading: expected the rows of a budget sweep, got none.");
    expect(() => budgetReading([...sweep, { ...(sweep[0] as BudgetRow), measure: "ops" }])).toThrow(
      "budgetReading: expected rows of one measure, got several; make a reading of each.",
    );
  });
});
