/**
 * Recipes that join several stages: ablations, comparisons, evolution, many trainings.
 *
 * @module
 */

export { type EvolutionPace, type EvolutionWorld, evolution, fittest } from "../evolution/evolution";
export type { EvolveOptions } from "../evolution/evolve";
export { type AblateOptions, ablationsOf } from "../experiments/ablation/ablate";
export { type Ablation, ablationKinds, parseAblation } from "../experiments/ablation/ablation";
export { pairedChange } from "../experiments/ablation/pairedChange";
export { type CollapseRun, collapseStudy, readCollapseRuns } from "../experiments/collapseStudy";
export { collapseColumns, collapseMarkdown, collapseTable } from "../experiments/collapseTable";
export { type CollapseVariant, collapseStudyConfig, collapseVariants } from "../experiments/collapseVariants";
export {
  type ComparisonPresetName,
  type ComparisonSize,
  comparisonPresetNames,
  comparisonPresets,
} from "../experiments/comparison/comparisonPresets";
export {
  type Comparison,
  comparisons,
  comparisonVariants,
} from "../experiments/comparison/comparisonVariants";
export { matchBops, type Shape } from "../experiments/comparison/matchBops";
export { matchedVariants, runComparison } from "../experiments/comparison/runComparison";
export type { NotebookParameters } from "../experiments/notebookParameters";
export { trainComparison } from "../experiments/trainComparison";
export { trainNetworks } from "../experiments/trainNetworks";
export { trainSummaryText } from "../experiments/trainSummaryText";
