import type { SearchConfig } from "../config/searchConfig";
import type { LoadedData } from "../data/loadData";
import type { TrainingSplit } from "../data/splitTraining";
import type { RandomKey } from "../random/randomKey";
import type { SearchMoment } from "../records/searchMoment";
import type { Progress } from "../util/progress";

/** Everything the epochs of one search share. */
export interface SearchContext {
  readonly config: SearchConfig;
  readonly key: RandomKey;
  readonly data: LoadedData;
  readonly split: TrainingSplit;
  readonly progress: Progress;
  /** Called after every step. Must return soon: the search waits for it. */
  readonly onStep?: ((moment: SearchMoment) => void) | undefined;
}

/** Weight steps of one epoch: whole batches of the weight split. */
export function stepsPerEpoch({ config, split }: Pick<SearchContext, "config" | "split">): number {
  return Math.max(1, Math.floor(split.weightSplit.length / config.batchSize));
}
