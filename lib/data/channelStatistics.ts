import { DataError } from "../util/errors";
import { checkIndices, type ImageSet, imageBytes } from "./imageSet";
import type { Pictures } from "./pictures/pictures";

/** Mean and standard deviation of each channel, of pixels scaled to [0, 1]. */
export interface ChannelStatistics {
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/**
 * Per-channel mean and standard deviation over every pixel of the images at `indices` (default: all), with
 * pixels `p / 255`:
 *
 * `mean = Σ p / (255 n)`, `std = √(Σ p² / n − (Σ p / n)²) / 255` (the population's, divisor `n`).
 *
 * Sums are integers and exact up to 10^11 pixels, so the result does not depend on any order.
 *
 * @throws DataError if there is no image, or a channel is constant (normalising would divide by zero).
 */
export function channelStatistics(set: ImageSet, indices?: ArrayLike<number>): ChannelStatistics {
  const count = indices ? indices.length : set.labels.length;
  if (count === 0)
    throw new DataError(`channelStatistics: expected at least one image of ${set.name}, got none.`);
  if (indices) checkIndices("channelStatistics", set, indices);
  const { channels } = set;
  if (set.pictures) return pictureStatistics(set, set.pictures, indices);
  const size = imageBytes(set);
  const sums = new Float64Array(channels);
  const squares = new Float64Array(channels);
  for (let i = 0; i < count; i++) {
    const start = (indices ? (indices[i] as number) : i) * size;
    for (let channel = 0; channel < channels; channel++) {
      let sum = 0;
      let square = 0;
      for (let at = start + channel; at < start + size; at += channels) {
        const pixel = set.images[at] as number;
        sum += pixel;
        square += pixel * pixel;
      }
      sums[channel] = (sums[channel] as number) + sum;
      squares[channel] = (squares[channel] as number) + square;
    }
  }
  return finished(set, sums, squares, (count * size) / channels);
}

/** Of whole pictures as they are stored, border and all: their sums are known since they were decoded. */
function pictureStatistics(
  set: ImageSet,
  { index, places }: Pictures,
  indices?: ArrayLike<number>,
): ChannelStatistics {
  const { channels } = set;
  const sums = new Float64Array(channels);
  const squares = new Float64Array(channels);
  let n = 0;
  for (let i = 0; i < (indices ?? places).length; i++) {
    const place = places[indices ? (indices[i] as number) : i] as number;
    for (let c = 0; c < channels; c++) {
      const at = 2 * (place * channels + c);
      sums[c] = (sums[c] as number) + (index.moments[at] as number);
      squares[c] = (squares[c] as number) + (index.moments[at + 1] as number);
    }
    n += (index.sizes[2 * place] as number) * (index.sizes[2 * place + 1] as number);
  }
  return finished(set, sums, squares, n);
}

function finished(set: ImageSet, sums: Float64Array, squares: Float64Array, n: number): ChannelStatistics {
  const mean = Array.from(sums, (sum) => sum / n / 255);
  const std = Array.from(
    squares,
    (square, c) => Math.sqrt(square / n - ((sums[c] as number) / n) ** 2) / 255,
  );
  const constant = std.findIndex((value) => !(value > 1e-9));
  if (constant >= 0) {
    throw new DataError(
      `channelStatistics: channel ${constant} of ${set.name} must vary, got the same value in every pixel.`,
    );
  }
  return { mean, std };
}
