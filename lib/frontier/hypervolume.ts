import { ConfigError } from "../util/errors";
import { type CostAccuracy, paretoFront } from "./paretoFront";

/** How cost is measured along its axis. In `"log"` one unit is a factor of ten. */
export type CostAxis = "linear" | "log";

/** The corner from which dominated area is measured: what nobody would want to be worse than. */
export interface ReferencePoint {
  /** Points that cost as much or more add nothing. */
  readonly cost: number;
  /** Share in [0, 1]. Points that are as inaccurate or more add nothing. */
  readonly accuracy: number;
}

/**
 * Area of all (cost, accuracy) pairs that are dominated by some point and dominate the reference point (S-metric,
 * Zitzler & Thiele 1999, "Multiobjective evolutionary algorithms: a comparative case study and the strength Pareto
 * approach").
 *
 * `∫ max(0, A(c) − A_ref) dx(c)` from the cheapest point to the reference cost, with `A(c)` the best accuracy at a
 * cost of at most `c`, and `x(c) = c` or `log10 c`. Unit: accuracy share times operations, or times decades of
 * operations. The larger the better. Two areas compare only for the same measure, axis and reference point.
 *
 * @throws ConfigError for a reference cost that is not above 0, and on a logarithmic axis for a cost of 0.
 *
 * @example
 * ```ts
 * const points = [{ cost: 10, accuracy: 0.5 }];
 * console.log(bars.frontier.hypervolume(points, { cost: 100, accuracy: 0.1 }, "log")); // 0.4
 * ```
 */
export function hypervolume(
  points: readonly CostAccuracy[],
  reference: ReferencePoint,
  axis: CostAxis,
): number {
  if (!(reference.cost > 0 && Number.isFinite(reference.cost) && Number.isFinite(reference.accuracy))) {
    throw new ConfigError(
      `hypervolume: the reference point must have a cost above 0 and a finite accuracy, got cost ${reference.cost} and accuracy ${reference.accuracy}.`,
    );
  }
  const along = axis === "log" ? Math.log10 : (cost: number) => cost;
  const front = paretoFront(points).filter(
    ({ cost, accuracy }) => cost < reference.cost && accuracy > reference.accuracy,
  );
  let area = 0;
  front.forEach(({ cost, accuracy }, i) => {
    if (axis === "log" && !(cost > 0)) {
      throw new ConfigError(
        `hypervolume: a logarithmic axis expects costs above 0, got ${cost}. Take a measure that every point has some of, or leave the point out.`,
      );
    }
    const next = front[i + 1]?.cost ?? reference.cost;
    area += (along(next) - along(cost)) * (accuracy - reference.accuracy);
  });
  return area;
}
