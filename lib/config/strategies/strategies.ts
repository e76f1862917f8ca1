import { VariantTable } from "../../util/variantTable";
import { auxiliarySkip } from "./auxiliarySkip";
import { biSampling } from "./biSampling";
import { eigenvalueStop } from "./eigenvalueStop";
import { partialChannels } from "./partialChannels";
import { perturbation } from "./perturbation";
import { pruning } from "./pruning";
import { skipDropout } from "./skipDropout";
import type { OwnSettings, Strategy } from "./strategy";
import { zeroOne } from "./zeroOne";

/**
 * The strategies of the library as settings, by name. What each does: `lib/search/strategies/hooks`, which does not
 * compile without hooks for every name here.
 */
export const builtInStrategies = {
  skipDropout,
  auxiliarySkip,
  partialChannels,
  zeroOne,
  perturbation,
  biSampling,
  pruning,
  eigenvalueStop,
} as const;

export type StrategyName = keyof typeof builtInStrategies;

/** The declared settings of each strategy. */
export type StrategyFields = {
  readonly [K in StrategyName]: (typeof builtInStrategies)[K]["setting"];
};

/** The settings of one strategy as they are set. */
export type StrategySettings<K extends StrategyName> = OwnSettings<StrategyFields[K]>;

/**
 * All strategies by name: the library's, and those of `defineStrategy`.
 *
 * @example
 * ```ts
 * console.log(bars.config.strategies.has("skipDropout"), bars.config.strategies.get("pruning").guide[0].name); // true progressive pruning
 * ```
 */
export const strategies = new VariantTable<Strategy, StrategyName>(
  "strategy",
  "defineStrategy",
  builtInStrategies as unknown as Readonly<Record<StrategyName, Strategy>>,
);
