/** Mean share of bits in which the codes of two images differ, over all pairs (measure M5). */
export interface CodeDistances {
  /** Two images of one class; null where no class has two. */
  readonly within: number | null;
  /** Two images of different classes; null where there is one class. */
  readonly between: number | null;
}

/**
 * Mean Hamming distances within and between classes, divided by the bits of a code.
 *
 * Exact over all pairs without forming one: a bit that `a` of `n` images have set differs in `a (n − a)` of the
 * `n (n − 1) / 2` pairs. So the sums of bits by class are all that is needed.
 *
 * @param sums `[classes][units]`: of each class, the sum of a unit's −1 and +1 over its images.
 * @param images of each class.
 *
 * @example
 * ```ts
 * // Two classes of two images and three bits: the first alike, the second unlike in one bit.
 * const { within, between } = bars.analysis.codeDistances([[2, 2, 2], [-2, -2, 0]], [2, 2]);
 * console.log(within.toFixed(3), between.toFixed(3)); // 0.167 0.833
 * ```
 */
export function codeDistances(sums: readonly ArrayLike<number>[], images: readonly number[]): CodeDistances {
  const units = sums[0]?.length ?? 0;
  const count = images.reduce((sum, n) => sum + n, 0);
  let within = 0;
  let all = 0;
  for (let unit = 0; unit < units; unit++) {
    let set = 0;
    for (let y = 0; y < images.length; y++) {
      const n = images[y] as number;
      const own = (n + (sums[y]?.[unit] as number)) / 2;
      within += own * (n - own);
      set += own;
    }
    all += set * (count - set);
  }
  const pairsWithin = images.reduce((sum, n) => sum + (n * (n - 1)) / 2, 0);
  const pairsBetween = (count * (count - 1)) / 2 - pairsWithin;
  return {
    within: pairsWithin > 0 && units > 0 ? within / pairsWithin / units : null,
    between: pairsBetween > 0 && units > 0 ? (all - within) / pairsBetween / units : null,
  };
}
