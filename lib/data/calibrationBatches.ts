import { permutation, type RandomKey } from "../random/randomKey";
import type { ChannelStatistics } from "./channelStatistics";
import type { ImageSet } from "./imageSet";
import type { EpochBatch } from "./runPlans";
import { sequentialBatches } from "./sequentialBatches";

/** Which images the statistics of batch norms are taken anew from. */
export interface CalibrationOptions extends ChannelStatistics {
  readonly set: ImageSet;
  /** Training images to draw from. */
  readonly indices: ArrayLike<number>;
  /** How many batches; fewer where there are not so many images. */
  readonly batches: number;
  readonly batchSize: number;
  /** Of the run: the same images whenever it measures. */
  readonly key: RandomKey;
}

/**
 * The batches that batch norms are recalibrated on: training images drawn at random without repetition, as they are.
 *
 * They are training images because nothing may be fitted to what is measured; a random choice, because the images of a
 * split stand in the order of the files; and not augmented, because the statistics are to be those of the images that
 * are measured next. Shifted crops bring a black border, and cutout a square, that no test image has, and statistics
 * taken over them are of another distribution (Touvron et al. 2019, arXiv:1906.06423).
 */
export function calibrationBatches(options: CalibrationOptions): AsyncGenerator<EpochBatch, void, undefined> {
  const { set, indices, batchSize, mean, std, key } = options;
  const order = permutation(key, indices.length).subarray(0, calibrationImages(options));
  const chosen = Uint32Array.from(order, (place) => indices[place] as number);
  return sequentialBatches({ set, indices: chosen, batchSize, mean, std });
}

/** How many images {@link calibrationBatches} gives. */
export function calibrationImages({
  indices,
  batches,
  batchSize,
}: Pick<CalibrationOptions, "indices" | "batches" | "batchSize">): number {
  return Math.min(batches * batchSize, indices.length);
}
