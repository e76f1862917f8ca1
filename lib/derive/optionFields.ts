import type { DeriveRule } from "./deriveRule";
import { layoutMethods } from "./layoutBy";
import { probabilityMethods } from "./probabilitiesOf";
import type { RuleOption } from "./ruleOption";

/** Options that rules have in common, in the order forms show them. */
const commonOptions = {
  method: {
    kind: "choice",
    choices: probabilityMethods,
    label: "probabilities",
    about: "how the alphas of an edge become probabilities; depth and width are always softmax",
  },
  temperature: {
    kind: "number",
    least: 0.01,
    step: 0.05,
    unit: "alphas are divided by it",
    usual: [0.05, 4],
    label: "temperature",
    about: "above 0; smaller is sharper",
  },
  layout: {
    kind: "choice",
    choices: layoutMethods,
    label: "layout",
    about: "depth and width by the likeliest choice, or by the one nearest to the expectation",
  },
  prune: {
    kind: "truth",
    label: "prune",
    about: "leaves out operations that start at a node nothing feeds",
  },
  initChannels: {
    kind: "integer",
    least: 1,
    step: 4,
    unit: "channels",
    label: "init channels",
    about: "channels the derived network's widths are shares of; the search's own where left as it is",
  },
} as const satisfies Readonly<Record<string, RuleOption>>;

/**
 * Every option of a rule, its own and those it has in common with others, as fields of a form.
 *
 * @example
 * ```ts
 * console.log(Object.keys(bars.derivation.optionFields(bars.derivation.deriveRules.top_k)).slice(0, 3)); // ["method","temperature","k"]
 * ```
 */
export function optionFields(
  rule: Pick<DeriveRule, "defaults" | "fields" | "methods" | "needsCheckpoint" | "ownLayout">,
): Readonly<Record<string, RuleOption>> {
  const { method, temperature, layout, prune, initChannels } = commonOptions;
  const own: Readonly<Record<string, RuleOption>> = rule.fields;
  const shown = Object.keys(rule.defaults).filter((name) => Object.hasOwn(own, name));
  return {
    method: rule.methods ? { ...method, choices: rule.methods } : method,
    temperature,
    ...Object.fromEntries(shown.map((name) => [name, own[name] as RuleOption])),
    ...(rule.ownLayout ? {} : { layout }),
    prune,
    ...(rule.needsCheckpoint ? {} : { initChannels }),
  };
}
