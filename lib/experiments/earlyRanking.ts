import { type Correlation, kendall } from "../analysis/rankCorrelation";
import type { TrainRecord } from "../records/trainRecord";
import { mean } from "../util/statistics";
import { rankedRuns } from "./rankedRuns";

/** How well what trainings had after an epoch orders what they reached. */
export interface EarlyRank {
  /** Epochs done. */
  readonly epochs: number;
  /** Kendall's τ_b of the mean training loss of the epoch, negated, with the final test accuracy; null where it is not defined. */
  readonly loss: Correlation | null;
  /** The same of the training accuracy. */
  readonly accuracy: Correlation | null;
}

export interface EarlyRanking {
  /** Networks compared; runs of one are averaged. */
  readonly networks: number;
  readonly ranks: readonly EarlyRank[];
  /** Kendall's τ_b between BOPs and the final test accuracy. */
  readonly bops: Correlation | null;
}

/**
 * Whether the beginning of a training tells how it ends: Kendall's rank correlation of training loss and accuracy after each epoch with
 * the test accuracy of the last, over networks trained whole by one recipe. Unlike the rungs of a race, which keep the best, this is
 * over all networks that are given. That the sum of training losses ranks was found by Ru et al. 2021 (arXiv:2006.04492).
 *
 * @param records trainings by one recipe; unfinished ones do not count, and one that is given twice counts once.
 * @param options.bops smallest and largest cost of the networks compared, without operations that nothing feeds; by default all.
 * @throws RecordError where the trainings follow several recipes, or one was not tested on all test images.
 *
 * @example
 * ```ts
 * const records = bars.records.loadTrainRecords("data/records/frontier").map(({ record }) => record);
 * const { networks, ranks } = bars.frontier.earlyRanking(records);
 * console.log(networks > 10, ranks[0].loss.value > 0.5); // true true
 * ```
 */
export function earlyRanking(
  records: readonly TrainRecord[],
  options: { readonly bops?: readonly [number, number] } = {},
): EarlyRanking {
  const trained = rankedRuns(records, options.bops, "earlyRanking");
  const groups = new Map<string, typeof trained>();
  for (const one of trained) groups.set(one.run.model, [...(groups.get(one.run.model) ?? []), one]);
  const networks = [...groups.values()];
  const final = networks.map((own) => mean(own.map(({ run }) => run.accuracy)));
  const epochs = Math.min(...trained.map(({ record }) => record.epochs.length), Infinity);
  const by = (of: (record: TrainRecord) => number) =>
    kendall(
      networks.map((own) => mean(own.map(({ record }) => of(record)))),
      final,
    );
  return {
    networks: networks.length,
    ranks: Array.from({ length: Number.isFinite(epochs) ? epochs : 0 }, (_, epoch) => ({
      epochs: epoch + 1,
      loss: by(({ epochs: own }) => -(own[epoch]?.trainLoss as number)),
      accuracy: by(({ epochs: own }) => own[epoch]?.trainAccuracy as number),
    })),
    bops: kendall(
      networks.map((own) => own[0]?.run.bops as number),
      final,
    ),
  };
}
