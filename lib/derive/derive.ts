import { deepFreeze } from "../config/check";
import { checkAlphas } from "../space/alphaShapes";
import type { Alphas } from "../space/alphas";
import { type Genotype, genotype } from "../space/genotype";
import { DeriveError } from "../util/errors";
import { argmaxRule } from "./argmaxRule";
import type { DeriveInput, DeriveRule, ProbabilityOptions } from "./deriveRule";
import { probabilitiesOf, probabilityMethods } from "./probabilitiesOf";
import { sampleRule } from "./sampleRule";
import { severalRule } from "./severalRule";
import { skipCapRule } from "./skipCapRule";
import { topKRule } from "./topKRule";

/** Every rule by name. A new rule is one entry here and one file. */
export const deriveRules = Object.freeze({
  argmax: argmaxRule,
  sample: sampleRule,
  top_k: topKRule,
  several: severalRule,
  skip_cap: skipCapRule,
});
export type DeriveRuleName = keyof typeof deriveRules;

/** The options of a rule. */
export type RuleOptions<N extends DeriveRuleName> = (typeof deriveRules)[N]["defaults"];

/** A rule by name, or a rule with some of its options: `"argmax"`, `{ rule: "top_k", k: 3 }`. */
export type RuleChoice =
  | DeriveRuleName
  | { [N in DeriveRuleName]: { readonly rule: N } & Partial<RuleOptions<N>> }[DeriveRuleName];

/** How clear each decision was: `p₁ − p₂`, the gap between its two largest probabilities, in [0, 1]. */
export interface Confidence {
  /** `[group][edge]`, in the order of `edgesOf`. */
  readonly cells: readonly (readonly number[])[];
  /** Per stage; null where depth is not searched. */
  readonly depth: readonly (number | null)[];
  /** Per stage; null where width is not searched. */
  readonly width: readonly (number | null)[];
}

/** One architecture derived from alphas, with how it was. Plain JSON. */
export interface Derivation {
  readonly genotype: Genotype;
  /** The rule with all its options, defaults filled in. */
  readonly rule: { readonly rule: DeriveRuleName } & Readonly<Record<string, unknown>>;
  readonly confidence: Confidence;
}

/**
 * Turns alphas into an architecture by a rule. The same input and rule always give the same genotype.
 *
 * @throws DeriveError for an unknown rule or option, an option out of range, or a missing key.
 * @throws GenotypeError for alphas of another shape than the space's, or not finite.
 */
export function derive(input: DeriveInput, rule: RuleChoice = "argmax"): Derivation {
  const { rule: name, ...given } = typeof rule === "string" ? { rule } : rule;
  if (typeof name !== "string" || !Object.hasOwn(deriveRules, name)) {
    throw new DeriveError(
      `derive: unknown rule ${JSON.stringify(name)}. Known rules: ${Object.keys(deriveRules).join(", ")}.`,
    );
  }
  // The table pairs each rule with its own options; from here they are handled alike.
  const chosen = deriveRules[name] as unknown as DeriveRule;
  const options = completeOptions(name, chosen, given);
  checkAlphas(input.space, input.alphas, "derive: alphas");
  if (chosen.needsKey && input.key === undefined) {
    throw new DeriveError(
      `derive: rule "${name}" expected a key to draw with, got none; pass { space, alphas, key }.`,
    );
  }
  return deepFreeze({
    genotype: genotype(input.space, chosen.choose(input, options), "derive"),
    rule: { rule: name, ...options },
    confidence: confidenceOf(input.alphas, options),
  });
}

/** The gaps between the two largest probabilities of every decision. */
export function confidenceOf(alphas: Alphas, options: Partial<ProbabilityOptions> = {}): Confidence {
  const probabilities = probabilitiesOf(alphas, options.method, options.temperature);
  const searched = (row: readonly number[]) => (row.length === 0 ? null : margin(row));
  return {
    cells: probabilities.cells.map((rows) => rows.map(margin)),
    depth: probabilities.depth.map(searched),
    width: probabilities.width.map(searched),
  };
}

/** A row of one probability has no rival: its margin is the probability. */
function margin(row: readonly number[]): number {
  const [first = 0, second = 0] = [...row].sort((a, b) => b - a);
  return first - second;
}

function completeOptions(name: DeriveRuleName, rule: DeriveRule, given: object): ProbabilityOptions {
  const known = Object.keys(rule.defaults);
  for (const key of Object.keys(given)) {
    if (!known.includes(key)) {
      throw new DeriveError(
        `derive: rule "${name}" has no option "${key}". Known options: ${known.join(", ")}.`,
      );
    }
  }
  const options = { ...rule.defaults, ...given };
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
  const problem = rule.problem(options);
  if (problem !== null) throw new DeriveError(`derive: rule "${name}": ${problem}.`);
  return options;
}
