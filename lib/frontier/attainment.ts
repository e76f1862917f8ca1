import type { CostAccuracy } from "./paretoFront";

/** A step of an attainment curve: from this cost on, this accuracy is attained. */
export type AttainmentStep = CostAccuracy;

/**
 * The curve that at least `count` of several independent repetitions attain: for every cost the accuracy that this
 * many repetitions reach with a point of that cost or less. `count` 1 is what the luckiest seed reached, the number
 * of repetitions what every seed reached; the middle is the median attainment surface.
 *
 * The result holds the corners only, from cheap to expensive, rising in accuracy; it is empty where fewer
 * repetitions have a point.
 *
 * @param repetitions the points of each repetition (one for each seed).
 * @throws RangeError unless `count` is a whole number from 1 to the number of repetitions.
 *
 * Reference: Grunert da Fonseca, Fonseca & Hall 2001, "Inferential performance assessment of stochastic optimisers
 * and the attainment function".
 *
 * @example
 * ```ts
 * const seeds = [[{ cost: 1, accuracy: 0.6 }, { cost: 3, accuracy: 0.8 }], [{ cost: 2, accuracy: 0.7 }]];
 * console.log(bars.frontier.attainmentCurve(seeds, 2)); // [{"cost":2,"accuracy":0.6},{"cost":3,"accuracy":0.7}]
 * ```
 */
export function attainmentCurve(
  repetitions: readonly (readonly CostAccuracy[])[],
  count: number,
): AttainmentStep[] {
  if (!(Number.isInteger(count) && count >= 1 && count <= repetitions.length)) {
    throw new RangeError(
      `attainmentCurve: count must be a whole number from 1 to the ${repetitions.length} repetitions, got ${count}.`,
    );
  }
  const events = repetitions
    .flatMap((points, repetition) => points.map(({ cost, accuracy }) => ({ cost, accuracy, repetition })))
    .sort((a, b) => a.cost - b.cost);
  const best = repetitions.map(() => Number.NEGATIVE_INFINITY);
  const steps: AttainmentStep[] = [];
  events.forEach(({ cost, accuracy, repetition }, i) => {
    best[repetition] = Math.max(best[repetition] as number, accuracy);
    if (events[i + 1]?.cost === cost) return;
    const attained = [...best].sort((a, b) => b - a)[count - 1] as number;
    if (attained > (steps.at(-1)?.accuracy ?? Number.NEGATIVE_INFINITY))
      steps.push({ cost, accuracy: attained });
  });
  return steps;
}
