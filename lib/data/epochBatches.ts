import type { AugmentConfig } from "../config/dataConfig";
import { fold, permutation, type RandomKey } from "../random/randomKey";
import { DataError } from "../util/errors";
import { batchSteps } from "./batchSteps";
import type { ChannelStatistics } from "./channelStatistics";
import { checkIndices, type ImageSet } from "./imageSet";
import { mixBatch, mixes } from "./mixBatch";
import { normalizationTable } from "./normalizationTable";
import { changesPictures } from "./pictures/planPictures";
import { type ChosenBatch, runPictures } from "./pictures/runPictures";
import { planAugmentation } from "./planAugmentation";
import { type EpochBatch, gainsByThread, type PlannedBatch, runPlans } from "./runPlans";

export type { EpochBatch } from "./runPlans";

/** One pass over some training images. */
export interface EpochOptions extends ChannelStatistics {
  readonly set: ImageSet;
  /** The images of the epoch; each is used once. */
  readonly indices: ArrayLike<number>;
  readonly batchSize: number;
  /** Null for images as they are. */
  readonly augment: AugmentConfig | null;
  /** Leave out an incomplete last batch. */
  readonly dropLast: boolean;
  /** Step to begin with, counted from 0; the batches from there on are those of the whole epoch. */
  readonly startStep?: number;
  /** False: prepare each batch on this thread when it is asked for. Same batches, bit for bit. Default: a thread for more than 1,024 images of CIFAR's size. */
  readonly worker?: boolean;
  /** Of this epoch: `fold(key, epoch)`. */
  readonly key: RandomKey;
}

/**
 * The batches of one epoch: the images in a random order, each one augmented and normalised, prepared ahead in
 * another thread.
 *
 * Everything drawn depends on the key and the place in the epoch alone, so a run that stops after step `s`
 * goes on with `startStep: s + 1` as if it had not stopped.
 *
 * The thread starts with the first batch and ends with the loop, however the loop ends.
 *
 * @throws DataError at the call (not in the loop) if an index names no image, a size is out of range or the
 * epoch would have no step; DataError inside the loop if the thread fails.
 *
 * @example
 * ```ts
 * const set = bars.data.syntheticImages(10, bars.randomKey(0));
 * const options = { set, indices: [0, 1, 2, 3, 4, 5, 6], batchSize: 3, augment: null, dropLast: false };
 * const normalization = { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] };
 * const labels = [];
 * for await (const batch of bars.data.epochBatches({ ...options, ...normalization, key: bars.randomKey(1) }))
 *   labels.push([...batch.labels].length);
 * console.log(labels); // [3,3,1]
 * ```
 */
export function epochBatches(options: EpochOptions): AsyncGenerator<EpochBatch, void, undefined> {
  const { set, indices, batchSize, augment, dropLast, key } = options;
  const startStep = options.startStep ?? 0;
  checkBatchSize("epochBatches", batchSize);
  checkIndices("epochBatches", set, indices);
  const steps = batchSteps(indices.length, batchSize, dropLast);
  if (steps === 0) {
    throw new DataError(
      `epochBatches: expected at least one batch of ${batchSize} images, got ${indices.length} images` +
        `${dropLast ? " and dropLast; use a smaller batch or more images" : ""}.`,
    );
  }
  if (!Number.isInteger(startStep) || startStep < 0 || startStep > steps) {
    throw new DataError(
      `epochBatches: startStep must be an integer from 0 to ${steps} (the epoch's steps), got ${startStep}.`,
    );
  }
  const order = permutation(fold(key, "order"), indices.length);
  const augmentKey = fold(key, "augment");
  const chosen = function* (): Generator<ChosenBatch> {
    for (let step = startStep; step < steps; step++) {
      const firstPlace = step * batchSize;
      const places = order.subarray(firstPlace, Math.min(firstPlace + batchSize, indices.length));
      yield { step, firstPlace, indices: Uint32Array.from(places, (place) => indices[place] as number) };
    }
  };
  const { mean, std } = options;
  if (set.pictures || changesPictures(augment)) {
    return mixed(runPictures({ set, augment, mean, std, key: augmentKey }, chosen()), options);
  }
  function* plans(): Generator<PlannedBatch> {
    for (const { step, firstPlace, indices: own } of chosen()) {
      yield {
        step,
        indices: own,
        plan: planAugmentation(own, augment, set.imageSize, firstPlace, augmentKey),
      };
    }
  }
  const job = { set, table: normalizationTable(options, set.channels), cutout: augment?.cutout ?? 0 };
  return mixed(runPlans(job, plans(), options.worker ?? gainsByThread(set, indices.length)), options);
}

/** The batches with their images mixed, where that is asked for; each by a key of its own step. */
function mixed(
  batches: AsyncGenerator<EpochBatch, void, undefined>,
  { augment, set, key }: EpochOptions,
): AsyncGenerator<EpochBatch, void, undefined> {
  if (augment === null || !mixes(augment)) return batches;
  const mixKey = fold(key, "mix");
  const mixing = async function* () {
    for await (const batch of batches)
      yield mixBatch(batch, augment, set.imageSize, fold(mixKey, batch.step));
  };
  return mixing();
}

/** @throws DataError unless `batchSize` is a positive integer. */
export function checkBatchSize(place: string, batchSize: number): void {
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new DataError(`${place}: batchSize must be an integer of at least 1, got ${batchSize}.`);
  }
}
