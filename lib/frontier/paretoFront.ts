/** A network as a point: what it costs (less is better) and how good it is (more is better). */
export interface CostAccuracy {
  readonly cost: number;
  readonly accuracy: number;
}

/** Whether `a` is at least as cheap and at least as accurate as `b`, and better in one of the two. */
export function dominates(a: CostAccuracy, b: CostAccuracy): boolean {
  return a.cost <= b.cost && a.accuracy >= b.accuracy && (a.cost < b.cost || a.accuracy > b.accuracy);
}

/**
 * Which points no other point dominates, in the order given. Points that are equal in both do not dominate each
 * other, so all of them are on the front or none.
 *
 * One pass over the points from cheap to expensive: O(n log n).
 *
 * @example
 * ```ts
 * const points = [{ cost: 1, accuracy: 0.5 }, { cost: 2, accuracy: 0.4 }, { cost: 3, accuracy: 0.6 }];
 * console.log(bars.frontier.onFront(points)); // [true,false,true]
 * ```
 */
export function onFront(points: readonly CostAccuracy[]): boolean[] {
  const order = points
    .map((_, i) => i)
    .sort((a, b) => compare(points[a] as CostAccuracy, points[b] as CostAccuracy));
  const result = points.map(() => false);
  let best: CostAccuracy | undefined;
  for (const i of order) {
    const point = points[i] as CostAccuracy;
    const equal = best !== undefined && point.cost === best.cost && point.accuracy === best.accuracy;
    if (best === undefined || point.accuracy > best.accuracy) {
      best = point;
      result[i] = true;
    } else if (equal) result[i] = true;
  }
  return result;
}

/**
 * The points of the front from cheap to expensive, each pair of cost and accuracy once.
 *
 * @example
 * ```ts
 * const points = [{ cost: 3, accuracy: 0.6 }, { cost: 2, accuracy: 0.4 }, { cost: 1, accuracy: 0.5 }];
 * console.log(bars.frontier.paretoFront(points).map(({ cost }) => cost)); // [1,3]
 * ```
 */
export function paretoFront<P extends CostAccuracy>(points: readonly P[]): P[] {
  const kept = onFront(points);
  const front = points.filter((_, i) => kept[i]).sort(compare);
  return front.filter((point, i) => i === 0 || point.cost !== (front[i - 1] as P).cost);
}

/** Cheap before expensive, and among equally cheap ones accurate before inaccurate. */
function compare(a: CostAccuracy, b: CostAccuracy): number {
  return a.cost - b.cost || b.accuracy - a.accuracy;
}
