import { fold, integers, type RandomKey, randomKey, uniform } from "../random/randomKey";
import { ConfigError } from "../util/errors";
import { mean } from "../util/statistics";
import { percentileInterval } from "./bootstrap";

/**
 * Difference of the means of two searches, with an interval over their seeds and over trainings: each draw of the
 * bootstrap takes as many seeds as there are with replacement, and of each seed as many trainings as it has, with
 * replacement again. With three seeds of three trainings such an interval is too narrow: in simulations with normal spread it held the
 * true difference about 81 % of the time where seeds differ two and a half times as much as trainings, 87 % where as much, 96 % where not at all.
 *
 * @param first for each seed of the first search the accuracies of its trainings; `second` likewise.
 * @returns `mean(first) − mean(second)`, each the mean over seeds of means over trainings, and its percentile interval of 95 %; null where a search
 * has one seed, whose spread nobody knows.
 * @throws ConfigError where a search has no seed, or a seed no training.
 *
 * Reference: Davison & Hinkley 1997, "Bootstrap Methods and their Application", 3.8 (data of two levels).
 *
 * @example
 * ```ts
 * const { difference, interval } = bars.frontier.armDifference([[0.6, 0.61], [0.58, 0.6]], [[0.5, 0.52], [0.53, 0.51]]);
 * console.log(difference.toFixed(4), interval[0] > 0); // 0.0825 true
 * ```
 */
export function armDifference(
  first: readonly (readonly number[])[],
  second: readonly (readonly number[])[],
  options: { readonly draws?: number; readonly key?: RandomKey } = {},
): { difference: number; interval: [number, number] | null; draws: number } {
  for (const arm of [first, second]) {
    if (arm.length === 0 || arm.some((trainings) => trainings.length === 0)) {
      throw new ConfigError(
        `armDifference: expected a seed at least in each search and a training of each seed, got ${JSON.stringify(arm)}.`,
      );
    }
  }
  const { draws = 10_000, key = randomKey(0) } = options;
  const difference = armMean(first) - armMean(second);
  if (first.length < 2 || second.length < 2) return { difference, interval: null, draws };
  const a = drawnMeans(first, draws, fold(key, "first"));
  const b = drawnMeans(second, draws, fold(key, "second"));
  return {
    difference,
    interval: percentileInterval(a.map((value, i) => value - (b[i] as number))),
    draws,
  };
}

function armMean(arm: readonly (readonly number[])[]): number {
  return mean(arm.map(mean));
}

function drawnMeans(arm: readonly (readonly number[])[], draws: number, key: RandomKey): number[] {
  const seeds = integers(fold(key, "seeds"), draws * arm.length, arm.length);
  const longest = Math.max(...arm.map(({ length }) => length));
  const shares = uniform(fold(key, "trainings"), seeds.length * longest);
  return Array.from({ length: draws }, (_, draw) =>
    mean(
      arm.map((_row, place) => {
        const at = draw * arm.length + place;
        const trainings = arm[seeds[at] as number] as readonly number[];
        return mean(
          trainings.map((_training, i) => {
            const share = shares[at * longest + i] as number;
            return trainings[Math.floor(share * trainings.length)] as number;
          }),
        );
      }),
    ),
  );
}
