import type { StrategyFields } from "../../config/strategies/strategies";
import type { AtEpoch, StrategyHooks } from "../strategyHooks";

/** Builds a supernet whose operations see a part of the channels (PC-DARTS, arXiv:1907.05737). */
export const partialChannelsHooks: StrategyHooks<AtEpoch<StrategyFields["partialChannels"]>> = {
  build: ({ divisor, edgeNormalization }) => ({ divisor, edgeNormalization }),
};
