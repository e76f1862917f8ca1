import { type ComparedMeasure, comparedMeasures, costMeasures, measureNames } from "../cost/cost";
import { totalCost } from "../cost/costTable";
import { comparedIn } from "../cost/latencyTable";
import { genotype } from "../space/genotype";
import { DeriveError } from "../util/errors";
import { bestWithinBudget } from "./bestWithinBudget";
import { budgetOf } from "./comparedCost";
import type { DeriveInput, DeriveRule, ProbabilityOptions, RuleResult } from "./deriveRule";
import { withoutUnfed } from "./unfed";

export interface BudgetOptions extends ProbabilityOptions {
  /**
   * What is held to the budget; per image, one multiply-accumulate = 1. Left out: what the search counted. "latency": milliseconds,
   * by the table of measured layers in use (`useLatencyTable`). Its budget holds the sum of the network's parts, which is a little
   * more than the network takes.
   */
  readonly measure: ComparedMeasure;
  /** Largest cost allowed; null for no limit. Left out: the search's own budget, no limit where it had none. */
  readonly budget: number | null;
  /**
   * Share of the budget that has to be spent, 0 to 1. A search whose penalty is paid by empty cells derives far below its
   * budget; with a share near 1 architectures of several searches, and random ones, are compared at equal cost. With "latency" it
   * is an error where the likeliest architecture whose parts spend it takes less itself.
   */
  readonly atLeast: number;
}

/** The likeliest architecture that costs at most a budget, and a share of it at least: operations, depth and width together. */
export const budgetRule: DeriveRule<BudgetOptions> = Object.freeze({
  formula:
    "argmax over genotypes with atLeast · budget ≤ cost ≤ budget of Σ ln p (edges, depth, width), solved exactly: branch and bound over layouts, dynamic programming over Pareto labels for the operations",
  source:
    "this library's own; a multiple-choice knapsack (Kellerer, Pferschy & Pisinger 2004, Knapsack Problems, chapter 11) for each layout",
  defaults: Object.freeze({
    method: "softmax",
    temperature: 1,
    measure: "ops",
    budget: null,
    atLeast: 0,
  } as const),
  fields: {
    measure: {
      kind: "choice",
      choices: costMeasures,
      label: "measure",
      about:
        "what is held to the budget, counted for one image; one multiply-accumulate = 1, OPs = FLOPs + BOPs / 64",
    },
    budget: {
      kind: "number",
      least: 1,
      step: 1,
      unit: "an image",
      none: "no limit",
      label: "budget",
      about: "largest cost allowed, in the measure",
    },
    atLeast: {
      kind: "number",
      least: 0,
      most: 1,
      step: 0.01,
      unit: "share of the budget",
      label: "at least",
      about: "share of the budget that has to be spent",
    },
  },
  needsKey: false,
  ownLayout: true,
  problem: ({ measure, budget, atLeast }) => {
    if (!comparedMeasures.includes(measure))
      return `measure must be one of ${comparedMeasures.join(", ")}, got ${JSON.stringify(measure)}`;
    const isBudget = budget === null || (Number.isFinite(budget) && budget > 0);
    if (!isBudget) return `budget must be a number above 0 or null, got ${JSON.stringify(budget)}`;
    if (typeof atLeast !== "number" || !(atLeast >= 0 && atLeast <= 1))
      return `atLeast must be a number from 0 to 1, got ${JSON.stringify(atLeast)}`;
    return atLeast > 0 && budget === null
      ? `budget must be a number where atLeast is ${atLeast}, got null`
      : null;
  },
  fromInput: ({ held, space }, given) => {
    // A measure that there is not is told of by `problem`.
    if (held === undefined || !comparedMeasures.includes(given.measure ?? held.measure)) return {};
    const { measure = held.measure, initChannels = space.initChannels } = given;
    if (given.budget !== undefined || held.budget === null) return { measure };
    const limit = "or null for none";
    if (measure !== held.measure) {
      throw new DeriveError(
        `derive: rule "budget": budget must be given where measure is ${JSON.stringify(measure)}, because the search's own budget of ${held.budget} counts ${measureNames[held.measure]}, got none. Give a budget, ${limit}.`,
      );
    }
    if (initChannels !== space.initChannels) {
      throw new DeriveError(
        `derive: rule "budget": budget must be given where initChannels is ${initChannels}, because the search's own budget of ${held.budget} ${measureNames[held.measure]} is for its ${space.initChannels} channels, got none. Give a budget, ${limit}.`,
      );
    }
    const { atLeast } = held;
    return { measure, budget: held.budget, ...(atLeast === undefined ? {} : { atLeast }) };
  },
  choose: (input, options) => withinBudget(input, options, "budget"),
} satisfies DeriveRule<BudgetOptions>);

/**
 * The choice rule "budget" makes.
 * @param rule whose name errors say.
 * @throws DeriveError where no architecture is in the band, or, of "latency", the one whose parts are takes less itself.
 */
export function withinBudget(
  { space, alphas, ofPruned, style }: Pick<DeriveInput, "space" | "alphas" | "ofPruned" | "style">,
  { method, temperature, measure, budget, atLeast, prune }: BudgetOptions,
  rule: string,
): RuleResult {
  const limit = budget ?? Infinity;
  const least = atLeast > 0 ? atLeast * limit : 0;
  // A share of a budget is rounded: an architecture that costs exactly that much is one of those meant.
  const question = {
    measure,
    budget: limit,
    least: least * (1 - 1e-12),
    method,
    temperature,
    prune,
    ofPruned,
    style,
  };
  const result = bestWithinBudget(space, alphas, question);
  const name = measureNames[measure];
  const times = measure === "latency";
  if ("choice" in result) {
    const { choice } = result;
    if (!times || least === 0) return choice;
    const cells = prune ? choice.cells.map(withoutUnfed) : choice.cells;
    // Parts take at least what the network takes: where it keeps the band no likelier one does.
    const own = comparedIn(totalCost(genotype(space, { ...choice, cells }, "derive"), style), measure);
    if (own >= least) return choice;
    throw new DeriveError(
      `derive: rule "${rule}": the likeliest architecture whose parts take between ${least} and ${limit} ${name} an image takes ${own} itself, less than the share atLeast ${atLeast} of the budget. Lower atLeast, or take another budget.`,
    );
  }
  const none = times
    ? "the parts of no architecture of this space take"
    : "no architecture of this space costs";
  if (result.cheapest <= limit) {
    throw new DeriveError(
      `derive: rule "${rule}": ${none} between ${least} and ${limit} ${name} an image. Lower atLeast, or take another budget.`,
    );
  }
  const cheapest = `${times ? "those of the cheapest take" : "the cheapest one costs"} ${budgetOf(result.cheapest, measure)}`;
  throw new DeriveError(
    `derive: rule "${rule}": ${none} at most ${budget} ${name} an image; ${cheapest}. Raise the budget to at least that.`,
  );
}
