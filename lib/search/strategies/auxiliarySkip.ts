import type { StrategyFields } from "../../config/strategies/strategies";
import type { AtEpoch, StrategyHooks } from "../strategyHooks";

/** Adds a skip connection to every edge in every pass of a step (DARTS-, arXiv:2009.01027). */
export const auxiliarySkipHooks: StrategyHooks<AtEpoch<StrategyFields["auxiliarySkip"]>> = {
  pass: (auxiliarySkip, options) => ({ ...options, auxiliarySkip }),
};
