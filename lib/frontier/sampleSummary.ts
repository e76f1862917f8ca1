import { mean } from "../util/statistics";
import { studentTQuantile } from "./studentT";

/** What independent repetitions (one for each seed) say of a quantity. */
export interface SampleSummary {
  readonly n: number;
  readonly mean: number;
  /** Standard deviation of one repetition, with `n - 1` in the denominator; null for one repetition. */
  readonly sd: number | null;
  /**
   * 95 % confidence interval of the mean, `mean ± t(0.975, n - 1) · sd / √n` (Student 1908; assumes that repetitions
   * are about normally distributed); null for one repetition, of which nothing can be said.
   */
  readonly interval: readonly [number, number] | null;
  readonly min: number;
  readonly max: number;
}

/**
 * Mean, spread and confidence interval of repetitions.
 * @throws RangeError if there is none, or one is not finite.
 *
 * @example
 * ```ts
 * const { mean, sd } = bars.frontier.sampleSummary([0.5, 0.52, 0.54]);
 * console.log(mean.toFixed(2), sd.toFixed(2)); // 0.52 0.02
 * ```
 */
export function sampleSummary(values: readonly number[]): SampleSummary {
  const n = values.length;
  if (n === 0 || !values.every(Number.isFinite)) {
    throw new RangeError(`sampleSummary: expected at least one finite number, got [${values.join(", ")}].`);
  }
  const min = Math.min(...values);
  const max = Math.max(...values);
  // The middle of equal numbers is that number, without the rounding of a sum.
  const middle = min === max ? min : mean(values);
  if (n === 1) return { n, mean: middle, sd: null, interval: null, min, max };
  const sd = Math.sqrt(values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (n - 1));
  const half = (studentTQuantile(0.975, n - 1) * sd) / Math.sqrt(n);
  return { n, mean: middle, sd, interval: [middle - half, middle + half], min, max };
}
