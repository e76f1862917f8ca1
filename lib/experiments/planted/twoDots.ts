import type { GivenImages } from "../../data/datasets/defineDataset";
import { fold, integers, type RandomKey, uniform } from "../../random/randomKey";

/** How the images of {@link twoDots} are drawn. */
export interface TwoDotsOptions {
  /** Height and width, in pixels. */
  readonly size: number;
  /** Distance of the dots, in pixels along a row or column. */
  readonly distance: number;
  /** The first so many directions, 2 to 4; left out: all four. */
  readonly classes?: number;
}

/** Steps from the first dot to the second, one a class, in units of the distance: `[down, right]`. */
const directions = [
  [0, 1],
  [1, 0],
  [1, 1],
  [1, -1],
] as const;

/** Names of the classes. */
export const twoDotsClasses = ["beside", "below", "falling", "rising"] as const;

/**
 * Images of one channel with two bright dots on faint noise; the class is the direction from one to the other: in a row, in a
 * column, on a falling or on a rising diagonal. Places are drawn, so every pixel, and the mean of any window that holds one
 * dot at most, is distributed alike in all classes: only features that see both dots at once tell them apart. Those of `n`
 * 3x3 convolutions in a row see dots at distances up to `2 n`.
 *
 * @returns images `[count, size, size, 1]` from 0 to 255, row by row, and their classes in turn.
 */
export function twoDots(
  count: number,
  { size, distance, classes = 4 }: TwoDotsOptions,
  key: RandomKey,
): GivenImages {
  const images = new Uint8Array(count * size * size);
  const labels = Uint8Array.from({ length: count }, (_, i) => i % classes);
  const noise = uniform(fold(key, "noise"), images.length);
  for (let i = 0; i < images.length; i++) images[i] = Math.floor(24 * (noise[i] as number));
  for (let i = 0; i < count; i++) {
    const [down, right] = directions[labels[i] as number] as (typeof directions)[number];
    const own = fold(key, i);
    const row = integers(fold(own, "row"), 1, size - down * distance)[0] as number;
    const room = size - Math.abs(right) * distance;
    const column = (integers(fold(own, "column"), 1, room)[0] as number) + (right < 0 ? distance : 0);
    const at = (r: number, c: number) => (i * size + r) * size + c;
    images[at(row, column)] = 255;
    images[at(row + down * distance, column + right * distance)] = 255;
  }
  return { images, labels };
}
