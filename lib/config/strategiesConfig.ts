import { isSection, type Overrides, ownValue } from "./check";
import { complete, defaultsOf, type Section, type SettingsOf, section } from "./section";
import {
  builtInStrategies,
  type StrategyFields,
  type StrategySettings,
  strategies,
} from "./strategies/strategies";
import type { AroundStrategy } from "./strategies/strategy";

const fields = Object.fromEntries(
  Object.entries(builtInStrategies).map(([name, { setting }]) => [name, setting]),
) as unknown as StrategyFields;

/** Each strategy is off at its default, and may be combined with the others unless `searchConfig` refuses the pair. */
export const strategiesSection: Section<StrategyFields> = section(
  {
    meaning: "Search strategies against collapse. Each is off at its default.",
    own: strategies,
  },
  fields,
);

/** Search strategies against collapse. Plain data. */
export interface StrategiesConfig extends SettingsOf<StrategyFields> {
  /** Settings of strategies of the user's own (`defineStrategy`); left out where they are not used. */
  readonly [own: string]: unknown;
}
export type ZeroOneConfig = StrategySettings<"zeroOne">;
export type BiSamplingConfig = StrategySettings<"biSampling">;
export type PruningConfig = StrategySettings<"pruning">;
export type EigenvalueStopConfig = StrategySettings<"eigenvalueStop">;

export const defaultStrategiesConfig: StrategiesConfig = defaultsOf(strategiesSection);

/** Completes and checks the strategies. What depends on other sections is checked by `searchConfig`. */
export function strategiesConfig(
  overrides: Overrides<StrategiesConfig> = {},
  place = "strategiesConfig",
): StrategiesConfig {
  const config = complete(place, strategiesSection, overrides);
  checkStrategies(place, config);
  return config;
}

/** What the settings of each strategy ask of each other. @throws ConfigError */
export function checkStrategies(place: string, config: StrategiesConfig): void {
  for (const name of strategiesIn(config))
    strategies.get(name).checkOwn?.(`${place}.${name}`, config[name] as never);
}

/** What strategies ask of the rest of a search. @throws ConfigError */
export function checkAroundStrategies(
  place: string,
  around: AroundStrategy & { readonly strategies: StrategiesConfig },
): void {
  const { strategies: config } = around;
  for (const name of strategiesIn(config))
    strategies.get(name).checkAround?.(place, config[name] as never, around);
}

/** Names of the strategies that settings have, on or off: all of the library's, and those of the user's own in use. */
export function strategiesIn(config: StrategiesConfig): string[] {
  return strategies.names.filter((name) => isSection(config) && ownValue(config, name) !== undefined);
}
