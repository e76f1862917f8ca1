import { sampleSummary } from "./sampleSummary";
import { type WelchTest, welchTest } from "./welchTest";

/** What a comparison asks of every chosen network; differences are of accuracies, as shares. */
export interface ChosenMargins {
  /** Least difference of its mean and the mean of the draws. */
  readonly overDraws: number;
  /** Least difference of its mean and that of the reference. */
  readonly overReference: number;
  /** What Welch's two-sided p of that difference must stay below. */
  readonly p: number;
}

/** One network that a search chose, against random draws and against a reference. */
export interface ChosenRow {
  readonly name: string;
  /** Trainings. */
  readonly n: number;
  readonly mean: number;
  /** Standard deviation of a training; null for one. */
  readonly sd: number | null;
  readonly overDraws: number;
  /** Difference of its mean and the best draw, which nobody could choose without testing all. */
  readonly overBest: number;
  /** 1 + how many draws are better than the mean; 1 is above all. */
  readonly rank: number;
  readonly overReference: number;
  /** Null where either side has a single training. */
  readonly welch: WelchTest | null;
  /** Whether all margins are met; a difference without a p meets none. */
  readonly holds: boolean;
}

export interface ChosenComparison {
  readonly rows: readonly ChosenRow[];
  /** Whether every row holds. A search that wins with some of its seeds does not. */
  readonly holds: boolean;
}

/** Means of shares of some thousand images: differences that lie nearer are the rounding of a subtraction. */
export const roundingOfDifference = 1e-9;

/**
 * Holds networks that several seeds of a search chose against random draws at the same price and against a reference, by
 * margins that were fixed before. Each seed has to meet them on its own: a mean over seeds would hide the one that failed.
 *
 * @param arms accuracies in [0, 1]: of each chosen network one for each training, of the draws one for each network.
 * @throws RangeError where an arm has no accuracy, or one that is not finite.
 *
 * @example
 * ```ts
 * const arms = {
 *   chosen: { "seed 0": [0.6, 0.61, 0.6], "seed 1": [0.55, 0.56, 0.54] },
 *   draws: [0.5, 0.55, 0.58], reference: [0.52, 0.54, 0.53],
 * };
 * const { rows, holds } = bars.frontier.chosenComparison(arms, { overDraws: 0.02, overReference: 0.05, p: 0.01 });
 * console.log(rows.map((row) => row.holds), holds); // [true,false] false
 * ```
 */
export function chosenComparison(
  arms: {
    readonly chosen: Readonly<Record<string, readonly number[]>>;
    readonly draws: readonly number[];
    readonly reference: readonly number[];
  },
  margins: ChosenMargins,
): ChosenComparison {
  const draws = sampleSummary(arms.draws);
  const reference = sampleSummary(arms.reference);
  const best = Math.max(...arms.draws);
  const rows = Object.entries(arms.chosen).map(([name, accuracies]): ChosenRow => {
    const { n, mean, sd } = sampleSummary(accuracies);
    const tested = n > 1 && reference.n > 1 && ((sd ?? 0) > 0 || (reference.sd ?? 0) > 0);
    const welch = tested ? welchTest(accuracies, arms.reference) : null;
    const overDraws = mean - draws.mean;
    const overReference = mean - reference.mean;
    return {
      name,
      n,
      mean,
      sd,
      overDraws,
      overBest: mean - best,
      rank: 1 + arms.draws.filter((accuracy) => accuracy > mean).length,
      overReference,
      welch,
      holds:
        overDraws >= margins.overDraws - roundingOfDifference &&
        overReference >= margins.overReference - roundingOfDifference &&
        welch !== null &&
        welch.p < margins.p,
    };
  });
  return { rows, holds: rows.length > 0 && rows.every(({ holds }) => holds) };
}
