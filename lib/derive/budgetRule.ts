import { DeriveError } from "../util/errors";
import { bestWithinBudget } from "./bestWithinBudget";
import type { DeriveRule, ProbabilityOptions } from "./deriveRule";
import { type CostMeasure, costMeasures } from "./stagePieces";

export interface BudgetOptions extends ProbabilityOptions {
  /** What is held to the budget; per image, one multiply-accumulate = 1. */
  readonly measure: CostMeasure;
  /** Largest cost allowed; null for no limit. */
  readonly budget: number | null;
}

/** The likeliest architecture that costs at most a budget: operations, depth and width chosen together. */
export const budgetRule: DeriveRule<BudgetOptions> = Object.freeze({
  formula:
    "argmax over genotypes with cost ≤ budget of Σ ln p (edges, depth, width), solved exactly: branch and bound over layouts, dynamic programming over Pareto labels for the operations",
  source:
    "this library's own; a multiple-choice knapsack (Kellerer, Pferschy & Pisinger 2004, Knapsack Problems, chapter 11) for each layout",
  defaults: Object.freeze({ method: "softmax", temperature: 1, measure: "ops", budget: null } as const),
  needsKey: false,
  ownLayout: true,
  problem: ({ measure, budget }) => {
    if (!costMeasures.includes(measure))
      return `measure must be one of ${costMeasures.join(", ")}, got ${JSON.stringify(measure)}`;
    return budget === null || (Number.isFinite(budget) && budget > 0)
      ? null
      : `budget must be a number above 0 or null, got ${JSON.stringify(budget)}`;
  },
  choose: ({ space, alphas }, { method, temperature, measure, budget, prune }) => {
    const result = bestWithinBudget(space, alphas, budget ?? Infinity, measure, method, temperature, prune);
    if ("choice" in result) return result.choice;
    const name = { bops: "BOPs", flops: "FLOPs", ops: "OPs" }[measure];
    throw new DeriveError(
      `derive: rule "budget": no architecture of this space costs at most ${budget} ${name} an image; the cheapest one costs ${result.cheapest}. Raise the budget to at least that.`,
    );
  },
} satisfies DeriveRule<BudgetOptions>);
