import type { AugmentConfig } from "../config/dataConfig";
import { type RandomKey, threefry2x32 } from "../random/randomKey";
import { planStride } from "./fillImages";

/**
 * Decides how each image of a batch is changed; {@link fillImages} carries it out.
 *
 * Corner of the crop: each coordinate uniform over the integers in `[−cropBorder, cropBorder]`. Mirror:
 * probability 1/2. Cutout: the square's centre is uniform over the pixels of the image, so the square may hang
 * over the edge (DeVries & Taylor 2017, arXiv:1708.04552).
 *
 * The draws of an image depend on the key and on its place in the epoch alone, not on the batch size or on
 * what was drawn before: an epoch can be taken up at any step.
 *
 * @param indices of the batch's images.
 * @param augment null for images as they are.
 * @param firstPlace place of the batch's first image in the epoch.
 * @returns `[batch, planStride]`, see {@link planStride}.
 */
export function planAugmentation(
  indices: ArrayLike<number>,
  augment: AugmentConfig | null,
  imageSize: number,
  firstPlace: number,
  key: RandomKey,
): Int32Array {
  const plan = new Int32Array(indices.length * planStride);
  const { cropBorder, flip, cutout } = augment ?? { cropBorder: 0, flip: false, cutout: 0 };
  const before = Math.floor(cutout / 2);
  for (let i = 0; i < indices.length; i++) {
    const at = i * planStride;
    plan[at] = indices[i] as number;
    if (cropBorder > 0 || flip) {
      const [place, mirror] = threefry2x32(key.hi, key.lo, firstPlace + i, 0x63726f70);
      plan[at + 1] = below(2 * cropBorder + 1, place >>> 16) - cropBorder;
      plan[at + 2] = below(2 * cropBorder + 1, place & 0xffff) - cropBorder;
      plan[at + 3] = flip ? mirror >>> 31 : 0;
    }
    if (cutout > 0) {
      const [row, column] = threefry2x32(key.hi, key.lo, firstPlace + i, 0x63757420);
      plan[at + 4] = below(imageSize, row >>> 16) - before;
      plan[at + 5] = below(imageSize, column >>> 16) - before;
    }
  }
  return plan;
}

/** An integer in [0, count) from 16 random bits; the bias is below `count / 2^16`. */
function below(count: number, bits: number): number {
  return Math.floor((bits * count) / 2 ** 16);
}
