import { type StrategyFields, type StrategyName, strategies } from "../../config/strategies/strategies";
import type { Strategy } from "../../config/strategies/strategy";
import type { AtEpoch, StrategyHooks } from "../strategyHooks";
import { auxiliarySkipHooks } from "./auxiliarySkip";
import { biSamplingHooks } from "./biSampling";
import { partialChannelsHooks } from "./partialChannels";
import { perturbationHooks } from "./perturbation";
import { pruningHooks } from "./pruning";
import { skipDropoutHooks } from "./skipDropout";
import { eigenvalueStopHooks } from "./watchEigenvalue";
import { zeroOneHooks } from "./zeroOneLoss";

/** What each strategy of the library does in a search. */
const builtIn = {
  skipDropout: skipDropoutHooks,
  auxiliarySkip: auxiliarySkipHooks,
  partialChannels: partialChannelsHooks,
  zeroOne: zeroOneHooks,
  perturbation: perturbationHooks,
  biSampling: biSamplingHooks,
  pruning: pruningHooks,
  eigenvalueStop: eigenvalueStopHooks,
} satisfies { readonly [K in StrategyName]: StrategyHooks<AtEpoch<StrategyFields[K]>> };

/**
 * What a strategy of the library, or of `defineStrategy`, does.
 *
 * @throws ConfigError for an unknown name, with those near it and what to define.
 */
export function hooksOf(name: string): StrategyHooks<unknown> {
  if (Object.hasOwn(builtIn, name)) return builtIn[name as StrategyName] as StrategyHooks<unknown>;
  // What users define goes through `defineStrategy`, which puts strategies with their hooks into the table.
  return (strategies.get(name) as Strategy & { readonly hooks: StrategyHooks<unknown> }).hooks;
}
