import { mean } from "../../util/statistics";

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
  const center = mean(values);
  const sigma = Math.sqrt(values.reduce((sum, v) => sum + (v - center) ** 2, 0) / n);
  const width = Math.max(0.9 * sigma * n ** -0.2, least);
  const mirrored =
    bounds === undefined ? values : values.flatMap((v) => [v, 2 * bounds[0] - v, 2 * bounds[1] - v]);
  const kernel = (distance: number) => Math.exp(-0.5 * (distance / width) ** 2);
  const scale = n * width * Math.sqrt(2 * Math.PI);
  return grid.map((x) => mirrored.reduce((sum, v) => sum + kernel(x - v), 0) / scale);
}
