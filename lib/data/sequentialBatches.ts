import type { ChannelStatistics } from "./channelStatistics";
import { checkBatchSize } from "./epochBatches";
import { checkIndices, type ImageSet } from "./imageSet";
import { normalizationTable } from "./normalizationTable";
import { runPictures } from "./pictures/runPictures";
import { planAugmentation } from "./planAugmentation";
import { type EpochBatch, gainsByThread, type PlannedBatch, runPlans } from "./runPlans";

/** One pass over some images as they are. */
export interface SequentialOptions extends ChannelStatistics {
  readonly set: ImageSet;
  /** Images and their order; all by default. */
  readonly indices?: ArrayLike<number>;
  readonly batchSize: number;
  /** False: prepare each batch on this thread when it is asked for. Default: as for {@link epochBatches}. */
  readonly worker?: boolean;
}

const noKey = { hi: 0, lo: 0 } as const;

/**
 * The images in their given order, normalised and nothing else, for evaluation. The last batch holds what is
 * left and may be smaller; every image comes exactly once.
 *
 * @throws DataError at the call if an index names no image or the batch size is out of range; DataError inside
 * the loop if the thread fails.
 *
 * @example
 * ```ts
 * const set = bars.data.syntheticImages(10, bars.randomKey(0));
 * const normalization = { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] };
 * const labels = [];
 * for await (const batch of bars.data.sequentialBatches({ set, batchSize: 4, ...normalization })) labels.push(...batch.labels);
 * console.log(labels.length, labels.every((label, i) => label === set.labels[i])); // 10 true
 * ```
 */
export function sequentialBatches(options: SequentialOptions): AsyncGenerator<EpochBatch, void, undefined> {
  const { set, batchSize } = options;
  checkBatchSize("sequentialBatches", batchSize);
  if (options.indices) checkIndices("sequentialBatches", set, options.indices);
  const count = set.labels.length;
  const indices = Uint32Array.from(options.indices ?? Array.from({ length: count }, (_, i) => i));
  const { mean, std } = options;
  if (set.pictures) {
    const chosen = function* () {
      for (let first = 0; first < indices.length; first += batchSize)
        yield {
          step: first / batchSize,
          indices: indices.slice(first, first + batchSize),
          firstPlace: first,
        };
    };
    return runPictures({ set, augment: null, mean, std, key: noKey }, chosen());
  }
  function* plans(): Generator<PlannedBatch> {
    for (let first = 0; first < indices.length; first += batchSize) {
      const chosen = indices.slice(first, first + batchSize);
      const plan = planAugmentation(chosen, null, set.imageSize, first, noKey);
      yield { step: first / batchSize, indices: chosen, plan };
    }
  }
  const job = { set, table: normalizationTable(options, set.channels), cutout: 0 };
  return runPlans(job, plans(), options.worker ?? gainsByThread(set, indices.length));
}
