/** Digits that a logarithmic axis may label, the fullest set first. */
const digits = [[1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 2, 3, 5, 7], [1, 2, 5], [1, 3], [1]] as const;
/** Least distance between two labels, as a share of the axis. */
const apart = 0.09;

/**
 * Where a logarithmic axis has its ticks: as many round numbers as stand apart.
 *
 * @param range of the axis in decades, low to high.
 */
export function logTicks([low, high]: readonly [number, number]): number[] {
  for (const set of digits) {
    const ticks: number[] = [];
    for (let decade = Math.floor(low); decade <= high; decade++) {
      for (const digit of set) {
        const at = decade + Math.log10(digit);
        if (at >= low && at <= high) ticks.push(at);
      }
    }
    const near = ticks.some((at, i) => i > 0 && at - (ticks[i - 1] as number) < apart * (high - low));
    if (ticks.length > 0 && !near) return ticks.map((at) => Number((10 ** at).toPrecision(6)));
  }
  // Decades closer together than labels fit: every so many of them.
  const step = Math.ceil(apart * (high - low));
  const decades: number[] = [];
  for (let decade = Math.ceil(low); decade <= high; decade += step) decades.push(10 ** decade);
  return decades;
}
