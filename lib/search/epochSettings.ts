import { type Schedule, scheduleValue } from "../config/schedule";
import type { SearchConfig } from "../config/searchConfig";
import { type Field, isField, type Section } from "../config/section";
import { strategies } from "../config/strategies/strategies";
import { defaultStrategiesConfig, strategiesIn } from "../config/strategiesConfig";
import type { Sampler } from "../supernet/sampler";
import { canonicalJson } from "../util/canonicalJson";
import { hooksOf } from "./strategies/hooks";
import type { StrategyAt } from "./strategyHooks";

/** The samplers of the three levels at one epoch. */
export interface Samplers {
  readonly cell: Sampler;
  readonly depth: Sampler;
  readonly width: Sampler;
}

/** Coefficients of the entropy terms at one epoch. */
export interface EntropyCoefficients {
  readonly cell: number;
  readonly depth: number;
  readonly width: number;
}

/** Everything of a search that stays the same during an epoch. */
export interface EpochSettings {
  readonly config: SearchConfig;
  readonly samplers: Samplers;
  readonly entropy: EntropyCoefficients;
  /** The strategies of the search that are on, in the order of their table. */
  readonly strategies: readonly StrategyAt[];
  /** Counted from 0. */
  readonly epoch: number;
  readonly edeT: number;
}

/** Temperatures, coefficients and slopes at one epoch. */
export function epochSettings(config: SearchConfig, epoch: number): EpochSettings {
  const at = (schedule: Parameters<typeof scheduleValue>[0]) => scheduleValue(schedule, epoch, config.epochs);
  const sampler = ({ method, temperature }: SearchConfig["samplers"]["cell"]) => ({
    method,
    temperature: at(temperature),
  });
  return {
    config,
    samplers: {
      cell: sampler(config.samplers.cell),
      depth: sampler(config.samplers.depth),
      width: sampler(config.samplers.width),
    },
    entropy: {
      cell: at(config.entropy.cell),
      depth: at(config.entropy.depth),
      width: at(config.entropy.width),
    },
    strategies: strategiesAt(config, at),
    epoch,
    edeT: at(config.binarization.edeT),
  };
}

/** The strategies of a search that are on, with their schedules at the value of one epoch. */
function strategiesAt(config: SearchConfig, at: (schedule: Schedule) => number): StrategyAt[] {
  const valued = (declared: Field<unknown> | Section, value: unknown): unknown => {
    if (isField(declared)) return declared.levels === undefined ? value : at(value as Schedule);
    const own = value as Readonly<Record<string, unknown>>;
    const entries = Object.entries<Field<unknown> | Section>(declared.fields);
    return Object.fromEntries(entries.map(([key, entry]) => [key, valued(entry, own[key])]));
  };
  // One of the library's at its defaults is off; one of the user's own runs where settings name it.
  const isOff = (name: string) =>
    strategies.versionOf(name) === null &&
    canonicalJson(config.strategies[name]) === canonicalJson(defaultStrategiesConfig[name]);
  const on = strategiesIn(config.strategies).filter((name) => !isOff(name));
  return on.map((name) => ({
    name,
    own: valued(strategies.get(name).setting, config.strategies[name]),
    hooks: hooksOf(name),
  }));
}
