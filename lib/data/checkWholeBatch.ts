import { ConfigError } from "../util/errors";

/**
 * Trainings take whole batches alone: images that do not fill one would never be seen.
 * @param what the images, e.g. "the weight split".
 * @throws ConfigError where they do not fill a single batch.
 */
export function checkWholeBatch(place: string, what: string, images: number, batchSize: number): void {
  if (images >= batchSize) return;
  throw new ConfigError(
    `${place}: batchSize must be at most ${images}, the images of ${what}, got ${batchSize}. Set a smaller one, or use more images.`,
  );
}
