import { type Variant, VariantTable } from "../util/variantTable";

/** What settings and texts must know of a cost penalty. Plain data. */
export interface CostPenaltyFacts extends Variant {
  /** With `r` the expected cost as a share of the budget, `c` the coefficient and `k` the exponent, in plain text. */
  readonly formula: string;
  /** What it does to a search, in one sentence. */
  readonly about: string;
  /** The formula as LaTeX, without `c`; null for none. `power` is the exponent as LaTeX, empty where it is 1. */
  readonly latex: ((power: string) => string) | null;
}

/**
 * The cost penalties of the library. How each is computed: `lib/search/costPenalty`, which does not compile without one
 * for every name here.
 */
export const builtInCostPenalties = {
  none: {
    name: "none",
    formula: "0",
    about: "No term of this search looks at costs.",
    latex: null,
  },
  hinge: {
    name: "hinge",
    formula: "c · max(0, r − 1)^k",
    about: "The penalty is 0 as long as the expected cost is within the budget.",
    latex: (power) => String.raw`\max(0, r - 1)${power}`,
  },
  linear: {
    name: "linear",
    formula: "c · r",
    about:
      "The penalty grows with the expected cost, within the budget as beyond it: it makes every search cheaper.",
    latex: () => "r",
  },
  log: {
    name: "log",
    formula: "c · |ln r|^k",
    about:
      "The penalty is 0 at the budget and grows to both sides: it pulls dear architectures down to the budget and cheap ones up to it.",
    latex: (power) => String.raw`\left|\ln r\right|${power}`,
  },
  multiplier: {
    name: "multiplier",
    formula: "p ∝ p · exp(−λ · cost) after every alpha step, λ solved so that r = 1",
    about:
      "No term of the loss looks at costs: after every step the alphas are moved to where the expected cost is the budget, each choice by its marginal cost.",
    latex: null,
  },
} as const satisfies Readonly<Record<string, CostPenaltyFacts>>;

export type BuiltInCostPenalty = keyof typeof builtInCostPenalties;

/**
 * All cost penalties by name: the library's, and those of `defineCostPenalty`.
 *
 * @example
 * ```ts
 * console.log(bars.config.costPenalties.builtInNames.join(" ")); // none hinge linear log multiplier
 * ```
 */
export const costPenalties = new VariantTable<CostPenaltyFacts, BuiltInCostPenalty>(
  "cost penalty",
  "defineCostPenalty",
  builtInCostPenalties,
);
