import { deepFreeze } from "../config/check";
import { type SpaceConfig, spaceConfig } from "../config/spaceConfig";
import { type Cost, ops } from "../cost/cost";
import { totalCost } from "../cost/costTable";
import { checkAlphas } from "../space/alphaShapes";
import { type Genotype, genotype } from "../space/genotype";
import { ConfigError, DeriveError } from "../util/errors";
import { nearNames } from "../util/nearNames";
import { argmaxRule } from "./argmaxRule";
import { bestOfRule } from "./bestOfRule";
import { type BudgetOptions, budgetRule } from "./budgetRule";
import { type Confidence, confidenceOf } from "./confidence";
import { type DerivationWarning, derivationWarnings } from "./derivationWarnings";
import type { DeriveInput, DeriveRule, ProbabilityOptions } from "./deriveRule";
import { entropyGuardRule } from "./entropyGuardRule";
import { type HeldCost, heldByRule, heldBySearch } from "./heldBudget";
import { layoutMethods } from "./layoutBy";
import { logProbabilityOf } from "./logProbabilities";
import { probabilitiesOf, probabilityMethods } from "./probabilitiesOf";
import { sampleRule } from "./sampleRule";
import { severalRule } from "./severalRule";
import { skipCapRule } from "./skipCapRule";
import { thresholdRule } from "./thresholdRule";
import { topKNoneRule } from "./topKNoneRule";
import { topKRule } from "./topKRule";
import { withoutUnfed } from "./unfed";

/** Every rule by name. A new rule is one entry here and one file. */
export const deriveRules = Object.freeze({
  argmax: argmaxRule,
  sample: sampleRule,
  top_k: topKRule,
  top_k_none: topKNoneRule,
  several: severalRule,
  threshold: thresholdRule,
  skip_cap: skipCapRule,
  entropy_guard: entropyGuardRule,
  budget: budgetRule,
  best_of: bestOfRule,
});
export type DeriveRuleName = keyof typeof deriveRules;

/** The options of a rule. */
export type RuleOptions<N extends DeriveRuleName> = (typeof deriveRules)[N]["defaults"];

/** A rule by name, or a rule with some of its options: `"argmax"`, `{ rule: "top_k", k: 3 }`. */
export type RuleChoice =
  | DeriveRuleName
  | { [N in DeriveRuleName]: { readonly rule: N } & Partial<RuleOptions<N>> }[DeriveRuleName];

/** One architecture derived from alphas, with how it was. Plain JSON. */
export interface Derivation {
  readonly genotype: Genotype;
  /** The rule with all its options, defaults filled in. */
  readonly rule: { readonly rule: DeriveRuleName } & Readonly<Record<string, unknown>>;
  /** How clearly the probabilities speak for each decision. */
  readonly confidence: Confidence;
  /** ln of the genotype's probability; null where the distribution cannot give it (see `logProbabilityOf`). */
  readonly logProbability: number | null;
  /** Of one image; one multiply-accumulate = 1. */
  readonly cost: Cost & { readonly ops: number };
  /**
   * What it costs in the measure that counts, against the budget: the rule's own, else the search's. Null where neither
   * is known, as for alphas that come from no search.
   */
  readonly held: HeldCost | null;
  /** What a reader should know before the architecture is trusted. */
  readonly warnings: readonly DerivationWarning[];
  /** For rules that rank candidates: the score of each, in the order they were drawn; else null. */
  readonly scores: readonly number[] | null;
}

/**
 * Turns alphas into an architecture by a rule. The same input and rule always give the same genotype.
 *
 * @throws DeriveError for an unknown rule or option, an option out of range, or a missing key.
 * @throws GenotypeError for alphas of another shape than the space's, or not finite.
 *
 * @example
 * ```ts
 * const record = bars.readSearchRecord("data/records/search-cured-seed0.json");
 * const { genotype, cost } = bars.derive(bars.deriveInputOf(record), { rule: "top_k", k: 1 });
 * console.log(genotype.depth, cost.bops); // [1,1] 3047424
 * ```
 */
export function derive(input: DeriveInput, rule: RuleChoice = "argmax"): Derivation {
  const { rule: name, ...given } = typeof rule === "string" ? { rule } : rule;
  const chosen = ruleNamed(name);
  const options = completeOptions(name, chosen, given, input);
  checkAlphas(input.space, input.alphas, "derive: alphas");
  if (chosen.needsKey && input.key === undefined) {
    throw new DeriveError(
      `derive: rule "${name}" expected a key to draw with, got none; pass { space, alphas, key }.`,
    );
  }
  const { alphas, style } = input;
  const space = scaledSpace(name, input.space, options.initChannels);
  const { scores = null, ...choice } = chosen.choose({ ...input, space }, options);
  const kept = options.prune ? { ...choice, cells: choice.cells.map(withoutUnfed) } : choice;
  const made = genotype(space, kept, "derive");
  const cost = totalCost(made, style);
  const probabilities = probabilitiesOf(alphas, options.method, options.temperature);
  return deepFreeze({
    genotype: made,
    rule: { rule: name, ...options },
    confidence: confidenceOf(space, probabilities, choice),
    logProbability: logProbabilityOf(space, alphas, choice, options.method, options.temperature),
    cost: { ...cost, ops: ops(cost) },
    held: heldOf(name, options, input, { cost, built: space }),
    warnings: derivationWarnings(made, input.resting),
    scores,
  });
}

/** Rule "budget" holds what it was told to; every other leaves it at what the search held its expected cost to. */
function heldOf(
  name: DeriveRuleName,
  options: ProbabilityOptions,
  { held, space }: DeriveInput,
  { cost, built }: { readonly cost: Cost; readonly built: SpaceConfig },
): HeldCost | null {
  if (name === "budget") return heldByRule(cost, options as BudgetOptions);
  return held === undefined ? null : heldBySearch(cost, held, space, built);
}

/**
 * A rule by name.
 * @throws DeriveError that lists the rules and the names nearest to an unknown one.
 */
export function ruleNamed(name: string): DeriveRule {
  if (typeof name === "string" && Object.hasOwn(deriveRules, name)) {
    // The table pairs each rule with its own options; from here they are handled alike.
    return deriveRules[name as DeriveRuleName] as unknown as DeriveRule;
  }
  const names = Object.keys(deriveRules);
  const [near = ""] = nearNames(String(name), names, 1);
  throw new DeriveError(
    `derive: unknown rule ${JSON.stringify(name)}. Known rules: ${names.join(", ")}. The nearest is ${near}.`,
  );
}

function scaledSpace(rule: string, space: SpaceConfig, initChannels: number | undefined): SpaceConfig {
  if (initChannels === undefined) return space;
  try {
    return spaceConfig({ ...space, initChannels }, `derive: rule "${rule}"`);
  } catch (error) {
    throw error instanceof ConfigError ? new DeriveError(error.message, { cause: error }) : error;
  }
}

function completeOptions(
  name: DeriveRuleName,
  rule: DeriveRule,
  given: object,
  input: DeriveInput,
): ProbabilityOptions {
  const known = [
    ...Object.keys(rule.defaults),
    ...(rule.ownLayout ? [] : ["layout"]),
    "prune",
    ...(rule.needsCheckpoint ? [] : ["initChannels"]),
  ];
  for (const key of Object.keys(given)) {
    if (!known.includes(key)) {
      throw new DeriveError(
        `derive: rule "${name}" has no option "${key}". Known options: ${known.join(", ")}.`,
      );
    }
  }
  const { layout, prune, ...options }: ProbabilityOptions = {
    ...rule.defaults,
    ...rule.fromInput?.(input, given),
    ...given,
  };
  if (!probabilityMethods.includes(options.method)) {
    const names = probabilityMethods.join(", ");
    throw new DeriveError(
      `derive: rule "${name}": method must be one of ${names}, got ${JSON.stringify(options.method)}.`,
    );
  }
  if (!(Number.isFinite(options.temperature) && options.temperature > 0)) {
    throw new DeriveError(
      `derive: rule "${name}": temperature must be a number above 0, got ${options.temperature}.`,
    );
  }
  if (layout !== undefined && !layoutMethods.includes(layout)) {
    const names = layoutMethods.join(", ");
    throw new DeriveError(
      `derive: rule "${name}": layout must be one of ${names}, got ${JSON.stringify(layout)}.`,
    );
  }
  if (prune !== undefined && typeof prune !== "boolean") {
    throw new DeriveError(
      `derive: rule "${name}": prune must be true or false, got ${JSON.stringify(prune)}.`,
    );
  }
  const problem = rule.problem(options);
  if (problem !== null) throw new DeriveError(`derive: rule "${name}": ${problem}.`);
  // What is usual goes without saying, so that rules of stored settings stay as they are.
  return {
    ...options,
    ...(layout === undefined || layout === "argmax" ? {} : { layout }),
    ...(prune ? { prune } : {}),
  };
}
