/** How much a change of a network changes its accuracy on the same images. */
export interface PairedChange {
  /** Accuracy after minus accuracy before. */
  readonly change: number;
  /** 95 %, over the choice of images. */
  readonly interval: readonly [number, number];
}

const z = 1.959963984540054;

/**
 * Difference of two accuracies on the same images with its 95 % interval. With `b` images that were right before
 * alone and `c` that are right after alone, of `n`: `change = (c − b) / n`. The interval is Wald's for paired shares
 * with half an image added to each of the four cells: `d ± z sqrt(b' + c' − (c' − b')² / n') / n'`, `n' = n + 2`,
 * `b' = b + 1/2`, `c' = c + 1/2`, `d = (c' − b') / n'`. Images on which both agree do not blur it, so it is narrower
 * than two intervals held against each other. It holds nothing of the spread over seeds.
 *
 * Reference: Agresti & Min 2005, Statistics in Medicine 24, 729-740.
 *
 * @param before, after 1 where an image is classified correctly, else 0; in the same order.
 * @throws RangeError if the lists are empty or of different lengths.
 *
 * @example
 * ```ts
 * const [before, after] = [Uint8Array.of(1, 0, 1, 1), Uint8Array.of(1, 1, 1, 0)];
 * console.log(bars.experiments.pairedChange(before, after).change); // 0
 * ```
 */
export function pairedChange(before: Uint8Array, after: Uint8Array): PairedChange {
  const n = before.length;
  if (n === 0 || after.length !== n) {
    throw new RangeError(
      `pairedChange: expected two equally long lists of at least one image, got ${n} and ${after.length}.`,
    );
  }
  let [lost, won] = [0, 0];
  for (let i = 0; i < n; i++) {
    if (before[i] === 1 && after[i] === 0) lost += 1;
    else if (before[i] === 0 && after[i] === 1) won += 1;
  }
  const [b, c, count] = [lost + 0.5, won + 0.5, n + 2];
  const middle = (c - b) / count;
  const half = (z * Math.sqrt(b + c - (c - b) ** 2 / count)) / count;
  return {
    change: (won - lost) / n,
    interval: [Math.max(-1, middle - half), Math.min(1, middle + half)],
  };
}
