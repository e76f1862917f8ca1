import { ShapeError } from "../util/errors";
import type { Program } from "./program";

/**
 * Checks what an engine is given.
 * @throws ShapeError if the images have another number of values.
 */
export function checkImages(engine: string, program: Program, images: Float32Array, count: number): void {
  const { imageSize, imageChannels } = program;
  const expected = count * imageSize * imageSize * imageChannels;
  if (Number.isInteger(count) && count >= 0 && images.length === expected) return;
  throw new ShapeError(
    `${engine}: expected ${count} images of ${imageSize}x${imageSize} pixels and ${imageChannels} channels, ${expected} values, got ${images.length}.`,
  );
}
