import { deepFreeze } from "../config/check";
import { type SpaceConfig, spaceConfig } from "../config/spaceConfig";
import { type Cost, ops } from "../cost/cost";
import { totalCost } from "../cost/costTable";
import { checkAlphas } from "../space/alphaShapes";
import { type Genotype, genotype } from "../space/genotype";
import { ConfigError, DeriveError } from "../util/errors";
import { likelyNames } from "../util/nearNames";
import { showValue } from "../util/showValue";
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
import { optionFields } from "./optionFields";
import { type OwnRule, ruleOfFunction } from "./ownRule";
import { perturbRule } from "./perturbRule";
import { probabilitiesOf, probabilityMethods } from "./probabilitiesOf";
import { sampleRule } from "./sampleRule";
import { severalRule } from "./severalRule";
import { skipCapRule } from "./skipCapRule";
import { thresholdRule } from "./thresholdRule";
import { topKNoneRule } from "./topKNoneRule";
import { topKRule } from "./topKRule";
import { withoutUnfed } from "./unfed";

/**
 * Every rule by name. A new rule is one entry here and one file.
 *
 * @example
 * ```ts
 * console.log(bars.derivation.deriveRules.top_k.defaults.k); // 2
 * ```
 */
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
  perturb: perturbRule,
});
export type DeriveRuleName = keyof typeof deriveRules;

/** The options of a rule. */
export type RuleOptions<N extends DeriveRuleName> = (typeof deriveRules)[N]["defaults"];

/** A rule by name, or a rule with some of its options: `"argmax"`, `{ rule: "top_k", k: 3 }`. */
export type NamedRule =
  | DeriveRuleName
  | { [N in DeriveRuleName]: { readonly rule: N } & Partial<RuleOptions<N>> }[DeriveRuleName];

/** A rule of the library, or a function of one's own where its name would stand: `myRule`, `{ rule: myRule }`. */
export type RuleChoice = NamedRule | OwnRule | ({ readonly rule: OwnRule } & Partial<ProbabilityOptions>);

/** One architecture derived from alphas, with how it was. Plain JSON. */
export interface Derivation {
  readonly genotype: Genotype;
  /** The rule with all its options, defaults filled in; `own: true` and the function's name for one of the user's own. */
  readonly rule: { readonly rule: string; readonly own?: true } & Readonly<Record<string, unknown>>;
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
 * Turns alphas into an architecture by a rule: one of the library's by name, or a function of one's own. The same input
 * and rule always give the same genotype.
 *
 * @throws DeriveError for an unknown rule or option, an option out of range, a missing key, or a function that has no name,
 * the name of a rule of the library, or gives no cells.
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
  const given: Partial<DeriveInput> | undefined = input;
  if (!given?.space || !given.alphas)
    throw new DeriveError(
      `derive: the input must have space and alphas, got no ${given?.space ? "alphas" : "space"}. Of the record of a search or a race deriveInputOf(record) makes one.`,
    );
  return derived(input, rule);
}

function derived(input: DeriveInput, rule: RuleChoice): Derivation {
  const { rule: asked, ...given } = typeof rule === "object" && rule !== null ? rule : { rule };
  const { name, own, chosen } = ruleOf(asked, given);
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
    rule: { rule: name, ...(own ? { own } : {}), ...options },
    confidence: confidenceOf(space, probabilities, choice),
    logProbability: logProbabilityOf(space, alphas, choice, options.method, options.temperature),
    cost: { ...cost, ops: ops(cost) },
    held: heldOf(name, options, input, { cost, built: space }),
    warnings: derivationWarnings(made, input.resting),
    scores,
  });
}

/** The rule that a name or a function stands for. */
function ruleOf(
  asked: string | OwnRule,
  given: object,
): { readonly name: string; readonly own?: true; readonly chosen: DeriveRule } {
  if (typeof asked !== "function") {
    if ("own" in given && typeof asked === "string" && !Object.hasOwn(deriveRules, asked)) {
      throw new DeriveError(
        `derive: rule "${asked}" is a function of the user's own, which a derivation names but does not hold; pass the function itself, { rule: ${asked} }.`,
      );
    }
    return { name: asked, chosen: ruleNamed(asked) };
  }
  const { name } = asked;
  if (name === "" || name === "rule") {
    throw new DeriveError(
      "derive: a rule of your own must be a function with a name, which derivations state, got one without; write function myRule(input) { ... }.",
    );
  }
  if (Object.hasOwn(deriveRules, name)) {
    throw new DeriveError(
      `derive: a function of your own must not have the name of a rule of the library, got "${name}"; rename it.`,
    );
  }
  return { name, own: true, chosen: ruleOfFunction(asked) };
}

/** Rules "budget" and "perturb" hold what it was told to; every other leaves it at what the search held its expected cost to. */
function heldOf(
  name: string,
  options: ProbabilityOptions,
  { held, space }: DeriveInput,
  { cost, built }: { readonly cost: Cost; readonly built: SpaceConfig },
): HeldCost | null {
  if (name === "budget" || name === "perturb") return heldByRule(cost, options as BudgetOptions);
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
  const [near] = likelyNames(String(name), names, 1);
  const hint = near === undefined ? "" : ` The nearest is ${near}.`;
  throw new DeriveError(
    `derive: unknown rule ${JSON.stringify(name)}. Known rules: ${names.join(", ")}.${hint}`,
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
  name: string,
  rule: DeriveRule,
  given: object,
  input: DeriveInput,
): ProbabilityOptions {
  const known = Object.keys(optionFields(rule));
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
      `derive: rule "${name}": temperature must be a number above 0, got ${showValue(options.temperature)}.`,
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
