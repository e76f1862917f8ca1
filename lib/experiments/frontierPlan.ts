import type { ChosenMargins } from "../frontier/chosenComparison";

/** One network against the full-width hand-made one, both trained longer. */
export interface HeadlinePlan {
  /** The band whose records are of it. */
  readonly band: string;
  /** The network, as an arm and a seed of its search. */
  readonly chosen: string;
  readonly epochs: number;
  /** Of the hand-made network's operations, at most. */
  readonly share: { readonly bops: number; readonly flops: number };
  /** Difference of accuracy that is asked, a share. */
  readonly over: number;
}

/** How many of what a comparison fixed in advance holds, and what decides. */
export interface ComparisonPlan {
  /** Of every search. */
  readonly searchSeeds: readonly number[];
  /** Of every chosen and given network; draws train with the first. */
  readonly trainingSeeds: readonly number[];
  readonly draws: number;
  readonly margins: ChosenMargins;
  readonly headline: HeadlinePlan;
}

/**
 * The numbers of `docs/frontier-protocol.md`, version 1; the headline's network is that of its version 4.
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
  headline: {
    band: "H",
    chosen: "activated-race, seed 1",
    epochs: 60,
    share: { bops: 2 / 3, flops: 1 },
    over: 0.015,
  },
});
