import { sampleSummary } from "./sampleSummary";
import { studentTQuantile, studentTTail } from "./studentT";

/** What Welch's test says of the means of two samples. */
export interface WelchTest {
  /** Mean of the first minus mean of the second. */
  readonly difference: number;
  /** 95 % confidence interval of the difference. */
  readonly interval: readonly [number, number];
  readonly t: number;
  /** Degrees of freedom after Welch and Satterthwaite; seldom a whole number. */
  readonly dof: number;
  /** Two-sided. */
  readonly p: number;
}

/**
 * Welch's t test of two independent samples whose variances may differ:
 * `t = (x̄ − ȳ) / √(u + v)` with `u = s_x² / n_x`, `v = s_y² / n_y`, and
 * `(u + v)² / (u² / (n_x − 1) + v² / (n_y − 1))` degrees of freedom.
 *
 * @throws RangeError unless each sample has two finite numbers at least, and one of them two that differ.
 *
 * Reference: Welch 1947, "The generalization of 'Student's' problem when several different population variances are
 * involved", Biometrika 34.
 *
 * @example
 * ```ts
 * const { difference, p } = bars.frontier.welchTest([0.6, 0.61, 0.6], [0.52, 0.54, 0.53]);
 * console.log(difference.toFixed(3), p < 0.01); // 0.073 true
 * ```
 */
export function welchTest(first: readonly number[], second: readonly number[]): WelchTest {
  const [x, y] = [first, second].map((values) => {
    if (values.length < 2) {
      throw new RangeError(
        `welchTest: expected two numbers at least in each sample, got [${values.join(", ")}].`,
      );
    }
    const { n, mean, sd } = sampleSummary(values);
    return { n, mean, variance: (sd as number) ** 2 / n };
  }) as [Part, Part];
  const variance = x.variance + y.variance;
  if (variance === 0) {
    throw new RangeError(
      `welchTest: expected a sample whose numbers differ, got ${x.n} times ${x.mean} and ${y.n} times ${y.mean}.`,
    );
  }
  const dof = variance ** 2 / (x.variance ** 2 / (x.n - 1) + y.variance ** 2 / (y.n - 1));
  const difference = x.mean - y.mean;
  const error = Math.sqrt(variance);
  const half = studentTQuantile(0.975, dof) * error;
  const t = difference / error;
  const p = 2 * studentTTail(Math.abs(t), dof);
  return { difference, interval: [difference - half, difference + half], t, dof, p };
}

interface Part {
  readonly n: number;
  readonly mean: number;
  /** Of the mean. */
  readonly variance: number;
}
