import { DeriveError } from "../util/errors";
import { type BudgetOptions, budgetRule, withinBudget } from "./budgetRule";
import type { DeriveRule } from "./deriveRule";

/** How a choice is judged: by what leaving it out costs, or by what deciding for it gains. */
export const judgements = ["drop", "keep"] as const;

export interface PerturbOptions extends BudgetOptions {
  readonly judge: (typeof judgements)[number];
}

/** The choices whose loss in the supernet counts most, within the budget: what alphas say is not asked. */
export const perturbRule: DeriveRule<PerturbOptions> = Object.freeze({
  formula:
    "strength of a choice by the supernet's loss on the alpha split: judge drop L(without it) − L(mixture), keep L(mixture) − L(it alone); argmax over genotypes with atLeast · budget ≤ cost ≤ budget of the sum of strengths, solved as rule budget solves it",
  source:
    "DARTS-PT (Wang et al. 2021, arXiv:2108.04392), there edge by edge with fine-tuning between; the exact budget is this library's own",
  defaults: Object.freeze({ ...budgetRule.defaults, judge: "keep" } as const),
  fields: {
    ...budgetRule.fields,
    judge: {
      kind: "choice",
      choices: judgements,
      label: "judge",
      about: "drop: what leaving a choice out costs; keep: what deciding for it gains",
    },
  },
  needsKey: false,
  needsCheckpoint: true,
  ownLayout: true,
  problem: (options) =>
    judgements.includes(options.judge)
      ? budgetRule.problem(options)
      : `judge must be one of ${judgements.join(", ")}, got ${JSON.stringify(options.judge)}`,
  fromInput: (input, given) => budgetRule.fromInput?.(input, given) ?? {},
  choose: (input, options) => {
    const { space, strengths, style } = input;
    if (strengths === undefined) {
      throw new DeriveError(
        'derive: rule "perturb" judges choices by the supernet\'s loss and needs the checkpoint of the search, got none. Use deriveByPerturbation with the folder of the run, or `bars derive <folder>`.',
      );
    }
    return withinBudget({ space, alphas: strengths, ...(style ? { style } : {}) }, options, "perturb");
  },
} satisfies DeriveRule<PerturbOptions>);
