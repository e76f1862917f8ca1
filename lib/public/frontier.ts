/**
 * Accuracy against cost over seeds: fronts, dominated areas, and what alphas know of them.
 *
 * @module
 */

export { type AlphaRanking, alphaRanking, type RankedArchitecture } from "../experiments/alphaRanking";
export {
  comparableRuns,
  type FoundRecord,
  findTrainRecords,
  type TestChoice,
} from "../experiments/frontierRuns";
export { attainmentCurve } from "../frontier/attainment";
export { bestWithin, type Frontier, type FrontierRow, frontier } from "../frontier/frontier";
export { frontierLatexColumns, frontierNotes, frontierTable } from "../frontier/frontierTable";
export { hypervolume } from "../frontier/hypervolume";
export { onFront, paretoFront } from "../frontier/paretoFront";
export { type PublishedPoint, publishedPoint } from "../frontier/publishedPoint";
export type { RunPoint } from "../frontier/runPoint";
export { sampleSummary } from "../frontier/sampleSummary";
