import type { AugmentConfig } from "../config/dataConfig";
import { fold, permutation, type RandomKey } from "../random/randomKey";
import type { ChannelStatistics } from "./channelStatistics";
import { epochBatches } from "./epochBatches";
import type { ImageSet } from "./imageSet";
import type { EpochBatch } from "./runPlans";

/** Which images the statistics of batch norms are taken anew from. */
export interface CalibrationOptions extends ChannelStatistics {
  readonly set: ImageSet;
  /** Training images to draw from. */
  readonly indices: ArrayLike<number>;
  /** As the weights were trained with; null for images as they are. */
  readonly augment: AugmentConfig | null;
  /** How many batches; fewer where there are not so many images. */
  readonly batches: number;
  readonly batchSize: number;
  /** Of the run: the same images whenever it measures. */
  readonly key: RandomKey;
}

/**
 * The batches that batch norms are recalibrated on: training images drawn at random without repetition, augmented as those
 * that the weights have learnt from.
 *
 * They are training images because nothing may be fitted to what is measured, and a random choice because the images of a
 * split stand in the order of the files. They are augmented because a sign is taken of what a batch norm gives: weights have
 * learnt where its zero lies from batches with shifted crops and their black border. Statistics of images as they are move
 * that zero, everywhere in the image. Measured on held-out images of CIFAR-10, a derived network of 6 M BOPs after six epochs:
 * 58.1 % right with statistics of augmented images, 52.1 % with those of images as they are (`data/records/README.md`).
 */
export function calibrationBatches(options: CalibrationOptions): AsyncGenerator<EpochBatch, void, undefined> {
  const { set, indices, augment, batchSize, mean, std, key } = options;
  const order = permutation(key, indices.length).subarray(0, calibrationImages(options));
  const chosen = Uint32Array.from(order, (place) => indices[place] as number);
  const own = fold(key, "batches");
  return epochBatches({ set, indices: chosen, batchSize, augment, dropLast: false, mean, std, key: own });
}

/** How many images {@link calibrationBatches} gives. */
export function calibrationImages({
  indices,
  batches,
  batchSize,
}: Pick<CalibrationOptions, "indices" | "batches" | "batchSize">): number {
  return Math.min(batches * batchSize, indices.length);
}
