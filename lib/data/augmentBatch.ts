import type { AugmentConfig } from "../config/dataConfig";
import type { RandomKey } from "../random/randomKey";
import { DataError } from "../util/errors";
import { fillImages } from "./fillImages";
import { checkIndices, type ImageSet, imageBytes, pixelsOf } from "./imageSet";
import { planAugmentation } from "./planAugmentation";

/** One batch to make. */
export interface BatchRequest {
  readonly set: ImageSet;
  /** Of the batch's images. */
  readonly indices: ArrayLike<number>;
  /** Null for images as they are. */
  readonly augment: AugmentConfig | null;
  /** Made by `normalizationTable`. */
  readonly table: Float32Array;
  /** Place of the batch's first image in the epoch (default 0); the draws depend on it. */
  readonly firstPlace?: number;
}

/**
 * Makes one batch on this thread: random crop, flip and cutout of each image, normalised.
 *
 * The same images as `epochBatches` gives, whose key here is `fold(epochKey, "augment")`.
 *
 * @param out `[batch, height, width, channels]`, float32; may be longer, the rest is left as it is. A loop can
 * use the same array again and again.
 * @throws DataError if `out` is too short or an index names no image.
 */
export function augmentBatch(request: BatchRequest, out: Float32Array, key: RandomKey): void {
  const { set, indices, augment, table } = request;
  checkIndices("augmentBatch", set, indices);
  const needed = indices.length * imageBytes(set);
  if (out.length < needed) {
    throw new DataError(
      `augmentBatch: out must hold ${needed} numbers (${indices.length} images), got ${out.length}.`,
    );
  }
  const plan = planAugmentation(indices, augment, set.imageSize, request.firstPlace ?? 0, key);
  const geometry = { imageSize: set.imageSize, channels: set.channels, cutout: augment?.cutout ?? 0 };
  fillImages(pixelsOf("augmentBatch", set), plan, table, geometry, out);
}
