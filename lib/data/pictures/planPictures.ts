import type { AugmentConfig } from "../../config/dataConfig";
import { type RandomKey, threefry2x32 } from "../../random/randomKey";

/** Numbers of a plan's row before the random operations, two each. */
const fixed = 13;

/** Numbers that describe one image of a plan. */
export function pictureStride(augment: AugmentConfig | null): number {
  return fixed + 2 * (augment?.randomOperations ?? 0);
}

/** Whether changes are asked for that only the way over pictures has. */
export function changesPictures(augment: AugmentConfig | null): boolean {
  const { resizedCrop = 0, colourJitter = 0, randomOperations = 0 } = augment ?? {};
  return resizedCrop > 0 || colourJitter > 0 || randomOperations > 0;
}

/** Height and width of the picture of an image, in pixels. */
export type PictureSize = (index: number) => readonly [height: number, width: number];

const operations = 14;
/** The tallest box and the widest, as width to height. */
const ratios = [3 / 4, 4 / 3] as const;
const attempts = 10;

/**
 * Decides how each picture of a batch becomes an image; `makeImage` carries it out.
 *
 * A row holds: index; 1 where a box is resized, 0 where a window is copied; its top, left, height and width; 1 if
 * mirrored; top and left of the cutout square; order of brightness, contrast and saturation (−1: none) and their three
 * factors; then operation and amount of each random operation.
 *
 * - Without augmentation: the window in the centre.
 * - `cropBorder`: that window, moved by up to as many pixels each way.
 * - `resizedCrop`: a box with a share of the picture's area uniform in [resizedCrop, 1] and a ratio whose logarithm is
 *   uniform between those of 3/4 and 4/3, anywhere in the picture; of ten draws the first that fits, else the largest
 *   box of a ratio allowed, in the centre.
 *
 * All draws of an image depend on the key and on its place in the epoch alone.
 */
export function planPictures(
  indices: ArrayLike<number>,
  augment: AugmentConfig | null,
  form: { readonly imageSize: number; readonly channels: number; readonly sizeOf: PictureSize },
  firstPlace: number,
  key: RandomKey,
): Float64Array {
  const stride = pictureStride(augment);
  const plan = new Float64Array(indices.length * stride);
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i] as number;
    const row = plan.subarray(i * stride, (i + 1) * stride);
    row[0] = index;
    row[9] = -1;
    planOne(row, form.sizeOf(index), augment, form, drawsOf(key, firstPlace + i));
  }
  return plan;
}

/** Uniform numbers in [0, 1), one after the other, of one image. */
type Draws = () => number;

function drawsOf(key: RandomKey, place: number): Draws {
  let counter = 0;
  let held: number | null = null;
  return () => {
    if (held !== null) {
      const value = held;
      held = null;
      return value;
    }
    const [a, b] = threefry2x32(key.hi, key.lo, place, 0x70696300 + counter++);
    held = b / 2 ** 32;
    return a / 2 ** 32;
  };
}

function planOne(
  row: Float64Array,
  [height, width]: readonly [number, number],
  augment: AugmentConfig | null,
  { imageSize, channels }: { readonly imageSize: number; readonly channels: number },
  draw: Draws,
): void {
  const top = Math.floor((height - imageSize) / 2);
  const left = Math.floor((width - imageSize) / 2);
  row.set([0, top, left, imageSize, imageSize], 1);
  if (augment === null) return;
  const { cropBorder, flip, cutout, colourJitter = 0, randomOperations = 0, randomMagnitude = 9 } = augment;
  const least = augment.resizedCrop ?? 0;
  if (least > 0) row.set([1, ...boxOf(height, width, least, draw)], 1);
  else {
    const moved = () => Math.floor(draw() * (2 * cropBorder + 1)) - cropBorder;
    row.set([0, top + moved(), left + moved(), imageSize, imageSize], 1);
  }
  if (flip) row[6] = draw() < 0.5 ? 1 : 0;
  if (cutout > 0) {
    row[7] = Math.floor(draw() * imageSize) - Math.floor(cutout / 2);
    row[8] = Math.floor(draw() * imageSize) - Math.floor(cutout / 2);
  }
  if (colourJitter > 0) {
    row[9] = Math.floor(draw() * 6);
    for (let k = 10; k < 13; k++) row[k] = 1 + colourJitter * (2 * draw() - 1);
    if (channels !== 3) row[12] = 1;
  }
  for (let k = 0; k < randomOperations; k++) {
    const operation = Math.floor(draw() * operations);
    const sign = draw() < 0.5 ? -1 : 1;
    row.set([operation, amountOf(operation, randomMagnitude / 30, sign, imageSize)], fixed + 2 * k);
  }
}

function boxOf(height: number, width: number, least: number, draw: Draws): number[] {
  for (let k = 0; k < attempts; k++) {
    const area = height * width * (least + draw() * (1 - least));
    const ratio = Math.exp(Math.log(ratios[0]) + draw() * Math.log(ratios[1] / ratios[0]));
    const w = Math.round(Math.sqrt(area * ratio));
    const h = Math.round(Math.sqrt(area / ratio));
    if (w >= 1 && h >= 1 && w <= width && h <= height)
      return [Math.floor(draw() * (height - h + 1)), Math.floor(draw() * (width - w + 1)), h, w];
  }
  const h = width / height < ratios[0] ? Math.min(height, Math.round(width / ratios[0])) : height;
  const w = width / height > ratios[1] ? Math.min(width, Math.round(height * ratios[1])) : width;
  return [Math.floor((height - h) / 2), Math.floor((width - w) / 2), h, w];
}

/** A magnitude (a share of the largest) in an operation's own unit, as torchvision's RandAugment has them. */
function amountOf(operation: number, share: number, sign: number, size: number): number {
  if (operation === 1 || operation === 2) return sign * 0.3 * share;
  if (operation === 3 || operation === 4) return sign * (150 / 331) * size * share;
  if (operation === 5) return (sign * share * 30 * Math.PI) / 180;
  if (operation >= 6 && operation <= 9) return 1 + sign * 0.9 * share;
  if (operation === 10) return 8 - Math.round(4 * share);
  if (operation === 11) return 255 * (1 - share);
  return 0;
}
