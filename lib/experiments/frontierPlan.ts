import type { ChosenMargins } from "../frontier/chosenComparison";

/** How many of what a comparison fixed in advance holds, and what decides. */
export interface ComparisonPlan {
  /** Of every search. */
  readonly searchSeeds: readonly number[];
  /** Of every chosen and given network; draws train with the first. */
  readonly trainingSeeds: readonly number[];
  readonly draws: number;
  readonly margins: ChosenMargins;
}

/**
 * The numbers of `docs/frontier-protocol.md`, version 1.
 *
 * @example
 * ```ts
 * console.log(bars.experiments.frontierPlan.margins.overDraws); // 0.02
 * ```
 */
export const frontierPlan: ComparisonPlan = Object.freeze({
  searchSeeds: [0, 1, 2],
  trainingSeeds: [100, 101, 102],
  draws: 12,
  margins: { overDraws: 0.02, overReference: 0.05, p: 0.01 },
});
