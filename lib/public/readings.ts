/**
 * Sentences that state results, made from records with their numbers and spread.
 *
 * @module
 */

export { ablationReading } from "../experiments/readings/ablationReading";
export { alphaObjectiveText } from "../experiments/readings/alphaObjectiveText";
export { budgetReading } from "../experiments/readings/budgetReading";
export { capacityReading } from "../experiments/readings/capacityReading";
export { collapseReading } from "../experiments/readings/collapseReading";
export { comparisonReading, moreSeedsReading } from "../experiments/readings/comparisonReading";
export { type FixedReadingOptions, fixedReading } from "../experiments/readings/fixedReading";
export { fixedSummary } from "../experiments/readings/fixedSummary";
export { latencyReading } from "../experiments/readings/latencyReading";
export { longerReading } from "../experiments/readings/longerReading";
export { measuresReading } from "../experiments/readings/measuresReading";
export { rankingReading } from "../experiments/readings/rankingReading";
