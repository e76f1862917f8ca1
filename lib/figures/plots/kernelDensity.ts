/**
 * Gaussian kernel density of `values` at `grid`. Bandwidth: `0.9 · σ · n^(-1/5)` (Silverman 1986), at least
 * `least`. Values are mirrored at the bounds, so that no density lies outside them.
 */
export function kernelDensity(
  values: readonly number[],
  grid: readonly number[],
  least: number,
  bounds?: readonly [number, number],
): number[] {
  const n = values.length;
  const mean = values.reduce((sum, v) => sum + v, 0) / n;
  const sigma = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / n);
  const width = Math.max(0.9 * sigma * n ** -0.2, least);
  const mirrored =
    bounds === undefined ? values : values.flatMap((v) => [v, 2 * bounds[0] - v, 2 * bounds[1] - v]);
  const kernel = (distance: number) => Math.exp(-0.5 * (distance / width) ** 2);
  const scale = n * width * Math.sqrt(2 * Math.PI);
  return grid.map((x) => mirrored.reduce((sum, v) => sum + kernel(x - v), 0) / scale);
}

/** The value below which a share of the values lies, interpolated between neighbours. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = share * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(at)] ?? Number.NaN, sorted[Math.ceil(at)] ?? Number.NaN];
  return low + (at - Math.floor(at)) * (high - low);
}
