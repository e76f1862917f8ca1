import type { StrategyFields } from "../../config/strategies/strategies";
import type { AtEpoch, StrategyHooks } from "../strategyHooks";

/** Drops channels of skip connections in every pass of a step (P-DARTS, arXiv:1904.12760). */
export const skipDropoutHooks: StrategyHooks<AtEpoch<StrategyFields["skipDropout"]>> = {
  pass: (rate, options, { key }) => (rate > 0 ? { ...options, skipDropout: { rate, key } } : options),
};
