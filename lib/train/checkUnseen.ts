import { check } from "../config/check";

/** The first epoch of a training. */
export interface FirstEpoch {
  readonly steps: number;
  readonly images: number;
  readonly batchSize: number;
}

/** @throws ConfigError if so many steps go beyond the first epoch: their images would have been seen before. */
export function checkUnseen(
  place: string,
  key: string,
  steps: number,
  { steps: most, images, batchSize }: FirstEpoch,
): void {
  check(
    place,
    key,
    steps <= most,
    `at most ${most}, the steps of the first epoch (${images} images in batches of ${batchSize}), whose images have not been seen before`,
    steps,
  );
}
