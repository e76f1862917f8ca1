import type { RandomKey } from "../random/randomKey";
import { DataError } from "../util/errors";
import { drawBalanced } from "./drawBalanced";
import type { Labels } from "./imageSet";

/** The two disjoint halves of the training images of a search, as ascending indices. */
export interface TrainingSplit {
  /** For the steps on weights. */
  readonly weightSplit: Uint32Array;
  /** For the steps on alphas. */
  readonly alphaSplit: Uint32Array;
}

/**
 * Splits the training images in two, class by class: `round(weightShare · count)` of them go to the weight
 * split, the rest to the alpha split. Together they hold every image once.
 *
 * @param labels one label per image; a number means that many images of one class.
 * @param weightShare inside (0, 1).
 * @throws DataError if either part would be empty.
 *
 * Source: the bilevel scheme of Liu et al. 2019, "DARTS", arXiv:1806.09055.
 *
 * @example
 * ```ts
 * const split = bars.data.splitTraining(100, 0.5, bars.randomKey(0));
 * console.log(split.weightSplit.length, split.alphaSplit.length); // 50 50
 * ```
 */
export function splitTraining(labels: Labels | number, weightShare: number, key: RandomKey): TrainingSplit {
  const classes = typeof labels === "number" ? new Uint8Array(labels) : labels;
  const count = classes.length;
  const weightCount = Math.round(weightShare * count);
  if (!(weightCount > 0 && weightCount < count)) {
    throw new DataError(
      `splitTraining: expected a weightShare that leaves images on both sides, got ${weightShare} of ${count} ` +
        `images; use ${count < 2 ? "two training images at least" : "more training images or a share nearer to 0.5"}.`,
    );
  }
  const weightSplit = drawBalanced(classes, weightCount, key);
  const alphaSplit = new Uint32Array(count - weightCount);
  let next = 0;
  let filled = 0;
  for (let i = 0; i < count; i++) {
    if (weightSplit[next] === i) next++;
    else alphaSplit[filled++] = i;
  }
  return { weightSplit, alphaSplit };
}
