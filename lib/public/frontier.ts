/**
 * Accuracy against cost over seeds: fronts, dominated areas, and what alphas know of them.
 *
 * @module
 */

export { type AlphaRanking, alphaRanking, type RankedArchitecture } from "../experiments/alphaRanking";
export { type EarlyRank, type EarlyRanking, earlyRanking } from "../experiments/earlyRanking";
export { type FitRanking, fitRanking } from "../experiments/fitRanking";
export {
  type ComparableRuns,
  comparableRuns,
  type FoundRecord,
  findTrainRecords,
  type TestChoice,
} from "../experiments/frontierRuns";
export {
  type RaceRanking,
  type RaceRankingOptions,
  raceRanking,
} from "../experiments/raceRanking";
export { armDifference } from "../frontier/armDifference";
export { attainmentCurve } from "../frontier/attainment";
export {
  type ChosenComparison,
  type ChosenMargins,
  type ChosenRow,
  chosenComparison,
} from "../frontier/chosenComparison";
export { armRuns, type ComparedArm } from "../frontier/comparedArm";
export {
  bestWithin,
  type DominatedArea,
  type Frontier,
  type FrontierMethod,
  type FrontierOptions,
  type FrontierRow,
  frontier,
} from "../frontier/frontier";
export { frontierLatexColumns, frontierNotes, frontierTable } from "../frontier/frontierTable";
export type { FrontierGrouping } from "../frontier/groupRuns";
export { type CostAxis, hypervolume, type ReferencePoint } from "../frontier/hypervolume";
export { type CostAccuracy, onFront, paretoFront } from "../frontier/paretoFront";
export { type PublishedPoint, publishedPoint } from "../frontier/publishedPoint";
export type { RunPoint } from "../frontier/runPoint";
export { type SampleSummary, sampleSummary } from "../frontier/sampleSummary";
export { type WelchTest, welchTest } from "../frontier/welchTest";
