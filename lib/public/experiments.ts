/**
 * Recipes that join several stages: ablations, comparisons, evolution, many trainings.
 *
 * @module
 */

export { type EvolutionPace, type EvolutionWorld, evolution, fittest } from "../evolution/evolution";
export type { EvolveOptions } from "../evolution/evolve";
export { type AblateOptions, ablationsOf } from "../experiments/ablation/ablate";
export { type Ablation, ablationKinds, parseAblation } from "../experiments/ablation/ablation";
export { type PairedChange, pairedChange } from "../experiments/ablation/pairedChange";
export type { StepSpeed } from "../experiments/benchSearchStep";
export {
  type CollapseRun,
  type CollapseStudyOptions,
  collapseStudy,
  readCollapseRuns,
} from "../experiments/collapseStudy";
export { collapseColumns, collapseMarkdown, collapseTable } from "../experiments/collapseTable";
export { type CollapseVariant, collapseStudyConfig, collapseVariants } from "../experiments/collapseVariants";
export {
  type ComparisonPresetName,
  type ComparisonSize,
  comparisonPresetNames,
  comparisonPresets,
} from "../experiments/comparison/comparisonPresets";
export type { MatchedVariant } from "../experiments/comparison/comparisonTable";
export {
  type Comparison,
  comparisons,
  comparisonVariants,
  type Variant,
} from "../experiments/comparison/comparisonVariants";
export { type MatchedShape, matchBops, type Shape } from "../experiments/comparison/matchBops";
export {
  type ComparisonOptions,
  matchedVariants,
  runComparison,
} from "../experiments/comparison/runComparison";
export {
  type ComparedBand,
  type ComparedRow,
  comparedArms,
  comparedRows,
  fixedComparison,
} from "../experiments/fixedComparison";
export { type ComparisonPlan, frontierPlan, type HeadlinePlan } from "../experiments/frontierPlan";
export {
  type LatencyFit,
  type LatencyRow,
  latencyFits,
  latencyModels,
  latencyStudy,
  stepTimes,
} from "../experiments/latencyStudy";
export type { NotebookParameters } from "../experiments/notebookParameters";
export {
  type PlantedName,
  type PlantedProblem,
  plantedProblems,
  plantedSearch,
} from "../experiments/planted/plantedProblems";
export { type PlantedOptions, type PlantedOutcome, solvePlanted } from "../experiments/planted/solvePlanted";
export { type TrainRow, trainComparison } from "../experiments/trainComparison";
export { trainNetworks } from "../experiments/trainNetworks";
export { trainSummaryText } from "../experiments/trainSummaryText";
export type { TrainTarget } from "../experiments/trainTarget";
export { race } from "../race/race";
export { raceFiles } from "../race/raceFiles";
export type { RaceOptions } from "../race/raceOptions";
export { raceText } from "../race/raceText";
