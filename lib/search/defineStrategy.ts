import { type Field, isField, type Section } from "../config/section";
import { strategies } from "../config/strategies/strategies";
import type { AroundStrategy, OwnSettings, Strategy, StrategyEntry } from "../config/strategies/strategy";
import { ConfigError } from "../util/errors";
import type { AtEpoch, StrategyHooks } from "./strategyHooks";

/** A search strategy to define: its settings, what it does, and what a reader is told. */
export interface StrategySpec<D extends Field<unknown> | Section> extends Pick<StrategyEntry, "formula"> {
  /** What settings call it: `strategies: { <name>: ... }`. */
  readonly name: string;
  /** Raise it when the strategy computes something else. */
  readonly version?: number;
  /** One setting, or a section of them (`config.settings`). */
  readonly setting: D;
  readonly hooks: StrategyHooks<AtEpoch<D>>;
  /** Paper it comes from; left out: "ours". */
  readonly source?: string;
  /** When it helps, and what it costs. */
  readonly use?: string;
  /** Settings that turn it on, as `bars search --set` takes them. */
  readonly turnsOn?: readonly string[];
  /** What its settings ask of each other. @throws ConfigError */
  readonly checkOwn?: (place: string, own: OwnSettings<D>) => void;
  /** What they ask of the rest of a search. @throws ConfigError */
  readonly checkAround?: (place: string, own: OwnSettings<D>, around: AroundStrategy) => void;
}

/**
 * Makes a search strategy of one's own known by name to all searches. Its settings stand under `strategies.<name>`; a
 * search without them is what it was, and so is the hash of its settings. Records name a strategy in use with its version;
 * who reads or resumes them must have defined it.
 *
 * @returns the strategy, as the table holds it.
 * @throws ConfigError for a name that is taken or no identifier, a version that is no integer from 1, or a part that is
 * missing.
 *
 * @example
 * ```ts
 * const { settings } = bars.config;
 * bars.defineStrategy({
 *   name: "decide",
 *   formula: "L + c · mean p (1 − p)",
 *   use: "Pulls probabilities to 0 and 1.",
 *   turnsOn: ["strategies.decide=0.1"],
 *   setting: settings.schedule({ default: 0, min: 0, meaning: "c, of the term of the alpha loss." }),
 *   hooks: {
 *     objective(c, { probabilities }) {
 *       const { tf } = bars;
 *       const terms = probabilities.cells.map((p) => tf.mean(tf.mul(p, tf.sub(1, p))));
 *       return c === 0 ? null : tf.mul(c, tf.addN(terms));
 *     },
 *   },
 * });
 * console.log(bars.presetConfig("smoke", { strategies: { decide: 0.1 } }).strategies.decide); // 0.1
 * ```
 */
export function defineStrategy<const D extends Field<unknown> | Section>(spec: StrategySpec<D>): Strategy {
  const { name, version = 1, setting, hooks, formula, source = "ours", use = "", turnsOn = [] } = spec;
  const place = `defineStrategy: ${JSON.stringify(name)}`;
  const declared: unknown = setting;
  if (typeof declared !== "object" || declared === null || !("meaning" in declared))
    throw new ConfigError(
      `${place}: setting must be a setting or a section of them (config.settings), got ${JSON.stringify(setting)}.`,
    );
  if (typeof formula !== "string" || formula === "")
    throw new ConfigError(`${place}: formula must be a text, got ${JSON.stringify(formula)}.`);
  checkHooks(place, hooks);
  const { checkOwn, checkAround } = spec;
  const defaults = isField(setting) ? `off; ${JSON.stringify(setting.default)}` : "off";
  return strategies.define<Strategy & { readonly hooks: StrategyHooks<unknown> }>({
    name,
    version,
    setting,
    guide: [{ name, settings: [...turnsOn], formula, defaults, source, use }],
    hooks: hooks as StrategyHooks<unknown>,
    ...(checkOwn ? { checkOwn: checkOwn as NonNullable<Strategy["checkOwn"]> } : {}),
    ...(checkAround ? { checkAround: checkAround as NonNullable<Strategy["checkAround"]> } : {}),
  });
}

const hookNames = {
  build: true,
  epochStart: true,
  draw: true,
  mixture: true,
  leavesOut: true,
  pass: true,
  objective: true,
  epochEnd: true,
  resumed: true,
  finished: true,
} as const satisfies Readonly<Record<keyof StrategyHooks<unknown>, true>>;

function checkHooks(place: string, hooks: object): void {
  const known = Object.keys(hookNames).join(", ");
  const entries = Object.entries(hooks ?? {});
  if (entries.length === 0)
    throw new ConfigError(`${place}: hooks must be one or more of ${known}, got none.`);
  for (const [key, hook] of entries) {
    if (!Object.hasOwn(hookNames, key))
      throw new ConfigError(`${place}: no hook is called "${key}". Hooks: ${known}.`);
    if (typeof hook !== "function")
      throw new ConfigError(`${place}: hook "${key}" must be a function, got ${typeof hook}.`);
  }
}
