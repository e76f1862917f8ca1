import type { EpochWindow } from "../../derive/alphasAt";
import { type DeriveRuleName, deriveRules, type RuleChoice } from "../../derive/derive";
import type { DeriveRule } from "../../derive/deriveRule";
import { optionFields } from "../../derive/optionFields";

/** Where in a search alphas are read; of a race its fit. */
export type Place = "start" | "fit" | number | EpochWindow;

/** Everything a reader can set. Options that are not set have the rule's defaults. */
export interface Settings {
  /** Place in the list of searches. */
  readonly search: number;
  readonly place: Place;
  /** A rule of the library, or the name of one of the user's own. */
  readonly rule: string;
  /** Options that stay when the rule changes. */
  readonly shared: Readonly<Record<string, unknown>>;
  /** Options of each rule. */
  readonly own: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Of rules that draw. */
  readonly seed: number;
}

const sharedOptions: readonly string[] = ["temperature", "prune", "initChannels"];

/** The rule of the library that is set; null for one of the user's own. */
export function libraryRule(name: string): DeriveRule | null {
  return Object.hasOwn(deriveRules, name)
    ? (deriveRules[name as DeriveRuleName] as unknown as DeriveRule)
    : null;
}

/** The value of an option that is set; undefined where it is not. */
export function optionOf(settings: Settings, name: string): unknown {
  const values = sharedOptions.includes(name) ? settings.shared : settings.own[settings.rule];
  return values?.[name];
}

/** The settings with an option set, or with `undefined` taken back. */
export function withOption(settings: Settings, name: string, value: unknown): Settings {
  const changed = (values: Readonly<Record<string, unknown>> = {}) => {
    const { [name]: _, ...others } = values;
    return value === undefined ? others : { ...others, [name]: value };
  };
  if (sharedOptions.includes(name)) return { ...settings, shared: changed(settings.shared) };
  return { ...settings, own: { ...settings.own, [settings.rule]: changed(settings.own[settings.rule]) } };
}

/**
 * The rule with the options that are set, as `derive` takes it: the name alone where all are as by default. Options that
 * the rule does not have are left out.
 */
export function ruleChoiceOf(settings: Settings): RuleChoice {
  const rule = libraryRule(settings.rule);
  if (rule === null) return settings.rule as "argmax";
  const defaults = rule.defaults as unknown as Readonly<Record<string, unknown>>;
  const options = Object.keys(optionFields(rule)).flatMap((name) => {
    const value = optionOf(settings, name);
    const usual = Object.hasOwn(defaults, name)
      ? defaults[name]
      : name === "layout"
        ? "argmax"
        : name === "prune"
          ? false
          : undefined;
    // What a rule takes from the search where it is not given counts as given once it is set.
    const stated = rule.fromInput !== undefined && ["measure", "budget"].includes(name);
    return value === undefined || (value === usual && !stated) ? [] : [[name, value] as const];
  });
  return options.length === 0
    ? (settings.rule as "argmax")
    : ({ rule: settings.rule, ...Object.fromEntries(options) } as RuleChoice);
}

/** "epoch 5", "epochs 3 to 5", "start". */
export function placeText(place: Place): string {
  if (place === "start" || place === "fit") return place;
  if (typeof place === "number") return `epoch ${place + 1}`;
  return `epochs ${place.from + 1} to ${place.to + 1}`;
}
