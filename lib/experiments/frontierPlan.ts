import type { ChosenMargins } from "../frontier/chosenComparison";

/** One network against the full-width hand-made one, both trained longer. */
export interface HeadlinePlan {
  /** The band whose records are of it. */
  readonly band: string;
  /** Of the protocol. */
  readonly version: number;
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
  /** Bands of cost. */
  readonly bands: readonly string[];
  /** Of every search. */
  readonly searchSeeds: readonly number[];
  /** Of every chosen and given network; draws train with the first. */
  readonly trainingSeeds: readonly number[];
  readonly draws: number;
  readonly margins: ChosenMargins;
  /** In the order of their versions. */
  readonly headlines: readonly HeadlinePlan[];
}

/** What every version of the headline asks. */
const asked = {
  chosen: "activated-race, seed 1",
  epochs: 60,
  share: { bops: 2 / 3, flops: 1 },
  over: 0.015,
} as const;

/**
 * The numbers of `docs/frontier-protocol.md`, version 1, with bands D of version 7, E of version 8 and F of version 9; the headlines are those of its versions 4 and 5, which train one network by
 * two recipes, and 6.
 *
 * @example
 * ```ts
 * console.log(bars.experiments.frontierPlan.margins.overDraws); // 0.02
 * ```
 */
export const frontierPlan: ComparisonPlan = Object.freeze({
  bands: ["A", "B", "C", "D", "E", "F"],
  searchSeeds: [0, 1, 2],
  trainingSeeds: [100, 101, 102],
  draws: 12,
  margins: { overDraws: 0.02, overReference: 0.05, p: 0.01 },
  headlines: [
    { band: "H", version: 4, ...asked },
    { band: "L", version: 5, ...asked },
    { band: "R", version: 6, ...asked, chosen: "race, seed 2" },
  ],
});
