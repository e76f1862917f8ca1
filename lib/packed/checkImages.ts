import { DataError, ShapeError } from "../util/errors";
import type { Program } from "./program";

/**
 * Checks what an engine is given.
 * @throws ShapeError if the images have another number of values; DataError naming the first that is not a finite number.
 */
export function checkImages(engine: string, program: Program, images: Float32Array, count: number): void {
  const { imageSize, imageChannels } = program;
  const expected = count * imageSize * imageSize * imageChannels;
  if (Number.isInteger(count) && count >= 0 && images.length === expected) {
    checkFinite(engine, program, images);
    return;
  }
  throw new ShapeError(
    `${engine}: expected ${count} images of ${imageSize}x${imageSize} pixels and ${imageChannels} channels, ${expected} values, got ${images.length}.`,
  );
}

/** A NaN would come out as an answer like any other: signs and thresholds have no place for it. */
function checkFinite(engine: string, { imageSize, imageChannels }: Program, images: Float32Array): void {
  // A number that is none, or infinite, times 0 is NaN, and stays in the sum.
  let sum = 0;
  for (let i = 0; i < images.length; i++) sum += (images[i] as number) * 0;
  if (sum === 0) return;
  const at = images.findIndex((value) => !Number.isFinite(value));
  const size = imageSize * imageSize * imageChannels;
  const within = at % size;
  const pixel = Math.floor(within / imageChannels);
  throw new DataError(
    `${engine}: expected images of finite numbers, got ${images[at]} in image ${Math.floor(at / size)}, row ${Math.floor(pixel / imageSize)}, column ${pixel % imageSize}, channel ${within % imageChannels} (counted from 0). Pixels are normalised by the mean and the standard deviation of the model's header; look at what they were made from.`,
  );
}
