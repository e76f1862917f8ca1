import { fold, permutation, type RandomKey } from "../random/randomKey";
import { mean } from "../util/statistics";

/** A correlation with its 95 % confidence interval. */
export interface Correlation {
  readonly value: number;
  /**
   * Null for fewer than five pairs; for fewer than six of Kendall's τ, and where a variable is controlled for. Null for perfect agreement, of
   * which Fisher's transformation knows none.
   */
  readonly interval: readonly [number, number] | null;
  readonly n: number;
}

const z975 = 1.959963984540054;

/** Ranks from 1; equal values share the mean of theirs. */
export function ranks(values: readonly number[]): number[] {
  const order = values.map((_, i) => i).sort((a, b) => (values[a] as number) - (values[b] as number));
  const result = new Array<number>(values.length).fill(0);
  for (let first = 0; first < order.length; ) {
    let end = first + 1;
    while (end < order.length && values[order[end] as number] === values[order[first] as number]) end += 1;
    for (let k = first; k < end; k++) result[order[k] as number] = (first + 1 + end) / 2;
    first = end;
  }
  return result;
}

/**
 * Spearman's rank correlation (Pearson's of the ranks), with the interval of Bonett & Wright 2000 ("Sample size
 * requirements for estimating Pearson, Kendall and Spearman correlations"):
 * `tanh(atanh r ± 1.96 √((1 + r²/2) / (n − 3)))`. Null where one of the variables does not vary.
 *
 * @example
 * ```ts
 * const { value } = bars.analysis.spearman([1, 2, 3, 4, 5], [2, 1, 3, 5, 4]);
 * console.log(value.toFixed(2)); // 0.80
 * ```
 */
export function spearman(x: readonly number[], y: readonly number[]): Correlation | null {
  return interval(
    pearson(ranks(x), ranks(y)),
    x.length,
    (r) => (1 + (r * r) / 2) / (x.length - 3),
    x.length - 3,
  );
}

/**
 * Spearman's correlation of what is left of two variables' ranks once the ranks of a third are taken out:
 * `(r_xy − r_xz r_yz) / √((1 − r_xz²)(1 − r_yz²))`; the interval as in {@link spearman} with one pair fewer. Null where
 * it is not defined.
 *
 * @example
 * ```ts
 * console.log(bars.analysis.partialSpearman([1, 2, 3, 4, 5], [2, 1, 4, 3, 5], [1, 3, 2, 5, 4]).value.toFixed(3)); // 0.978
 * ```
 */
export function partialSpearman(
  x: readonly number[],
  y: readonly number[],
  control: readonly number[],
): Correlation | null {
  const [rx, ry, rz] = [ranks(x), ranks(y), ranks(control)];
  const [xy, xz, yz] = [pearson(rx, ry), pearson(rx, rz), pearson(ry, rz)];
  if (xy === null || xz === null || yz === null) return null;
  const rest = (1 - xz * xz) * (1 - yz * yz);
  if (rest < 1e-12) return null;
  const n = x.length;
  const value = Math.max(-1, Math.min(1, (xy - xz * yz) / Math.sqrt(rest)));
  return interval(value, n, (r) => (1 + (r * r) / 2) / (n - 4), n - 4);
}

/**
 * Kendall's τ_b (ties allowed), with the interval `tanh(atanh τ ± 1.96 √(0.437 / (n − 4)))` (Fieller, Hartley &
 * Pearson 1957). Null where one of the variables does not vary.
 *
 * @example
 * ```ts
 * const { value } = bars.analysis.kendall([1, 2, 3, 4, 5], [2, 1, 3, 5, 4]);
 * console.log(value.toFixed(2)); // 0.60
 * ```
 */
export function kendall(x: readonly number[], y: readonly number[]): Correlation | null {
  const n = x.length;
  let [agree, tiesX, tiesY] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      const a = Math.sign((x[i] as number) - (x[j] as number));
      const b = Math.sign((y[i] as number) - (y[j] as number));
      agree += a * b;
      if (a === 0) tiesX += 1;
      if (b === 0) tiesY += 1;
    }
  }
  const pairs = (n * (n - 1)) / 2;
  const length = Math.sqrt((pairs - tiesX) * (pairs - tiesY));
  return interval(length > 0 ? agree / length : null, n, () => 0.437 / (n - 4), n - 4);
}

/**
 * Two-sided p-value of Spearman's correlation under random pairing, by `draws` permutations:
 * `(1 + #{|r_π| >= |r|}) / (1 + draws)`. 1 where it is not defined.
 */
export function permutationP(
  x: readonly number[],
  y: readonly number[],
  draws: number,
  key: RandomKey,
): number {
  const [rx, ry] = [ranks(x), ranks(y)];
  const found = pearson(rx, ry);
  if (found === null) return 1;
  let atLeast = 0;
  for (let draw = 0; draw < draws; draw++) {
    const order = permutation(fold(key, draw), x.length);
    const r = pearson(
      rx,
      Array.from(order, (i) => ry[i] as number),
    ) as number;
    if (Math.abs(r) >= Math.abs(found) - 1e-12) atLeast += 1;
  }
  return (1 + atLeast) / (1 + draws);
}

/** Holm's step-down adjustment (1979): p-values of one family of tests, in the given order. */
export function holm(pValues: readonly number[]): number[] {
  const order = pValues.map((_, i) => i).sort((a, b) => (pValues[a] as number) - (pValues[b] as number));
  const adjusted = new Array<number>(pValues.length).fill(1);
  let floor = 0;
  order.forEach((place, k) => {
    floor = Math.max(floor, Math.min(1, (pValues.length - k) * (pValues[place] as number)));
    adjusted[place] = floor;
  });
  return adjusted;
}

function pearson(x: readonly number[], y: readonly number[]): number | null {
  const n = x.length;
  const [mx, my] = [mean(x), mean(y)];
  let [xx, yy, xy] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    const [a, b] = [(x[i] as number) - mx, (y[i] as number) - my];
    xx += a * a;
    yy += b * b;
    xy += a * b;
  }
  if (!(xx > 0 && yy > 0)) return null;
  return Math.max(-1, Math.min(1, xy / Math.sqrt(xx * yy)));
}

/** By Fisher's transformation, with a variance in its terms. */
function interval(
  value: number | null,
  n: number,
  variance: (r: number) => number,
  freedom: number,
): Correlation | null {
  if (value === null) return null;
  if (freedom < 2 || Math.abs(value) > 1 - 1e-12) return { value, interval: null, n };
  const half = z975 * Math.sqrt(variance(value));
  const center = Math.atanh(value);
  return { value, interval: [Math.tanh(center - half), Math.tanh(center + half)], n };
}
