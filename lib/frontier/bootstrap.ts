import type { ComparedMeasure } from "../cost/cost";
import { fold, integers, type RandomKey } from "../random/randomKey";
import { ConfigError } from "../util/errors";
import { mean, quantile } from "../util/statistics";
import type { RunGroup } from "./groupRuns";
import type { CostAccuracy } from "./paretoFront";
import { costOfRun, type RunPoint } from "./runPoint";

/** A row's point: mean cost and mean accuracy over its runs. */
export function pointOf(runs: readonly RunPoint[], measure: ComparedMeasure): CostAccuracy {
  const meanOf = (field: ComparedMeasure | "accuracy") => {
    const values = runs.map((run) => (field === "accuracy" ? run.accuracy : costOfRun(run, field)));
    const [first] = values as [number];
    return values.every((value) => value === first) ? first : mean(values);
  };
  return { cost: meanOf(measure), accuracy: meanOf("accuracy") };
}

/**
 * Draws the points of all rows anew, `draws` times, as other seeds might have given them. Rows are drawn
 * independently of each other.
 *
 * From a row of `n` runs, `n - 1` are drawn with replacement and averaged: the variance of such a mean is `s² / n`
 * with Bessel's `s²`, while drawing `n` would give `(n - 1) / n` of it, a third too little for three seeds (McCarthy &
 * Snowden 1985, "The bootstrap and finite population sampling"). Percentile intervals of few runs are narrow all the same: of a row of
 * three the 95 % one is from the smallest to the largest, which holds the true mean 75 % of the time (of two 50, of five about 86 %). A row of a single run stays as it is: its spread is
 * not known, and nothing that is computed from the draws contains it.
 *
 * @throws ConfigError unless `draws` is a whole number from 100.
 */
export function bootstrapPoints(
  groups: readonly RunGroup[],
  measure: ComparedMeasure,
  draws: number,
  { key }: { readonly key: RandomKey },
): CostAccuracy[][] {
  if (!(Number.isInteger(draws) && draws >= 100)) {
    throw new ConfigError(`bootstrapPoints: draws must be a whole number of at least 100, got ${draws}.`);
  }
  const rows = groups.map(({ runs }, row) => {
    const n = runs.length;
    if (n === 1) return Array.from({ length: draws }, () => pointOf(runs, measure));
    const chosen = integers(fold(fold(key, "bootstrap"), row), draws * (n - 1), n);
    return Array.from({ length: draws }, (_, draw) =>
      pointOf(
        Array.from(chosen.subarray(draw * (n - 1), (draw + 1) * (n - 1)), (i) => runs[i] as RunPoint),
        measure,
      ),
    );
  });
  return Array.from({ length: draws }, (_, draw) => rows.map((row) => row[draw] as CostAccuracy));
}

/**
 * The 2.5 % and 97.5 % points of draws (percentile interval, Efron 1979), with linear interpolation between order
 * statistics.
 */
export function percentileInterval(draws: readonly number[]): [number, number] {
  return [quantile(draws, 0.025), quantile(draws, 0.975)];
}

/**
 * The percentile interval of a value that is a maximum, such as the area below a front: moved by as much as the draws' mean lies off
 * the value. Drawn anew, some point always comes out better than its mean, so that the draws lie too high as a whole; how far they
 * scatter is what the interval says. The value lies too high for the same reason, which nothing here takes off.
 *
 * Reference: Efron 1987, "Better bootstrap confidence intervals" (intervals of biased estimators).
 */
export function intervalAround(value: number, draws: readonly number[]): [number, number] {
  const bias = mean(draws) - value;
  const [low, high] = percentileInterval(draws);
  return [low - bias, high - bias];
}
