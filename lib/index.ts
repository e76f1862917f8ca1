/**
 * bars: search, derive, cost and draw binary neural networks (BARS, arXiv:2011.10804).
 *
 * Everything a notebook or a script needs, by name. Tensors are reached through `tf`, after `startBackend()`.
 */

// Analysis of records
export { type AlphaAgreementRow, alphaAgreement } from "./analysis/alphaAgreement";
export type { AnalysisRecord, TapMeasures } from "./analysis/analysisRecord";
export { readAnalysisRecord, writeAnalysisRecord } from "./analysis/analysisRecordFile";
export { analysisReport, type ReportLevel, reportLevels } from "./analysis/analysisReport";
export { type Architecture, capacityGraph } from "./analysis/capacityGraph";
export type { CapacityGraph, CapacityTensor } from "./analysis/capacityGraphBuilder";
export { codeDistances } from "./analysis/codeDistances";
export { codeInformation, samplesNeeded } from "./analysis/codeInformation";
export { binaryEntropy, entropyEstimate } from "./analysis/entropy";
export { linearProbe } from "./analysis/linearProbe";
export { type FlowArc, type MaxFlow, maxFlow } from "./analysis/maxFlow";
export { measuresAgainstAccuracy, scoresTable } from "./analysis/measuresAgainstAccuracy";
export { type NetworkScore, networkScores } from "./analysis/networkScores";
export { type Correlation, kendall, partialSpearman, spearman } from "./analysis/rankCorrelation";
export { type Spectrum, spectrum } from "./analysis/spectrum";
export {
  type CellCapacity,
  type MinCut,
  minCut,
  type StructuralCapacity,
  structuralCapacity,
  type TopologicalCut,
} from "./analysis/structuralCapacity";
// Tensor engine
export { type BackendInfo, backendInfo, describeBackend, startBackend, tf } from "./backend";
// Complexity
export { baselineLayers } from "./complexity/baselineSpecs";
export { type Baseline, baselines } from "./complexity/baselines";
export { type Cost, type LayerCost, ops } from "./complexity/cost";
export { costByPart, type PartCost } from "./complexity/costByPart";
export { type CostConvention, inConvention } from "./complexity/costConvention";
export { costReport } from "./complexity/costReport";
export { costTable, totalCost } from "./complexity/costTable";
export { costTables } from "./complexity/costTables";
export { expectedCost } from "./complexity/expectedCost";
export { type AnalysisConfig, analysisConfig } from "./config/analysisConfig";
// Settings
export { type BaselineConfig, baselineConfig } from "./config/baselineConfig";
export { type BinarizationConfig, binarizationConfig } from "./config/binarizationConfig";
export { type DataConfig, dataConfig } from "./config/dataConfig";
export { type PresetName, presetConfig, presetNames } from "./config/presets";
export { type Schedule, scheduleValue } from "./config/schedule";
export { type SearchConfig, searchConfig } from "./config/searchConfig";
export { type SettingRow, settingsText } from "./config/settingRows";
export { type Primitive, primitives, type SpaceConfig, spaceConfig } from "./config/spaceConfig";
// Settings
export { type StrategyEntry, strategyGuide, strategyMarkdown, strategyText } from "./config/strategyGuide";
export { type TrainConfig, trainConfig } from "./config/trainConfig";
export { trainPresetConfig, trainPresetNames } from "./config/trainPresets";
// Data
export { epochBatches } from "./data/epochBatches";
export type { ImageSet } from "./data/imageSet";
export { type LoadedData, loadData } from "./data/loadData";
export { sequentialBatches } from "./data/sequentialBatches";
export { splitTraining } from "./data/splitTraining";
export { syntheticImages } from "./data/syntheticImages";
// Derivation
export { type AlphaDrift, alphaDrift } from "./derive/alphaDrift";
export { alphasAt, deriveInputOf, type EpochWindow, type StoredEpoch } from "./derive/alphasAt";
export type { Confidence } from "./derive/confidence";
export { type DerivationWarning, derivationWarnings, type RestingAlphas } from "./derive/derivationWarnings";
export { type Derivation, derive, deriveRules, type RuleChoice } from "./derive/derive";
export type { HeldBudget, HeldCost } from "./derive/heldBudget";
export { heldText } from "./derive/heldText";
export { probabilitiesOf } from "./derive/probabilitiesOf";
export { type AblateOptions, ablate, ablationsOf } from "./experiments/ablation/ablate";
export { type Ablation, ablationKinds, parseAblation } from "./experiments/ablation/ablation";
export { pairedChange } from "./experiments/ablation/pairedChange";
export { settingConfigs, settingsAt } from "./experiments/allSettings";
export { type AlphaRanking, alphaRanking, type RankedArchitecture } from "./experiments/alphaRanking";
export {
  type AnalysisSubject,
  type AnalyzeOptions,
  analyzeNetwork,
} from "./experiments/analysis/analyzeNetwork";
export { type AnalysedRuns, analysisFile, analyzeRuns } from "./experiments/analysis/analyzeRuns";
export { informationOverEpochs, informationTable } from "./experiments/analysis/informationOverEpochs";
// Recipes
export { benchBinaryNet, type NetSpeed } from "./experiments/benchBinaryNet";
export { benchConfig, benchSearchStep } from "./experiments/benchSearchStep";
export { type BudgetBreak, budgetBreaks } from "./experiments/budgetBreaks";
export { type BudgetRow, budgetGrid, budgetSweep } from "./experiments/budgetSweep";
export { type CollapseRun, collapseStudy, readCollapseRuns } from "./experiments/collapseStudy";
export { collapseMarkdown, collapseMeasures, collapseTable } from "./experiments/collapseTable";
export { type CollapseVariant, collapseStudyConfig, collapseVariants } from "./experiments/collapseVariants";
export {
  type ComparisonPresetName,
  type ComparisonSize,
  comparisonPresetNames,
  comparisonPresets,
} from "./experiments/comparison/comparisonPresets";
export {
  type Comparison,
  comparisons,
  comparisonVariants,
} from "./experiments/comparison/comparisonVariants";
export { matchBops, type Shape } from "./experiments/comparison/matchBops";
export { matchedVariants, runComparison } from "./experiments/comparison/runComparison";
export { type EvolveOptions, evolve } from "./experiments/evolution/evolve";
export {
  comparableRuns,
  type FoundRecord,
  findTrainRecords,
  type TestChoice,
} from "./experiments/frontierRuns";
export { loadTrainRecords } from "./experiments/loadTrainRecords";
export { type NotebookParameters, notebookParameters } from "./experiments/notebookParameters";
export { ablationReading } from "./experiments/readings/ablationReading";
export { alphaObjectiveText } from "./experiments/readings/alphaObjectiveText";
export { budgetReading } from "./experiments/readings/budgetReading";
export { capacityReading } from "./experiments/readings/capacityReading";
export { collapseReading } from "./experiments/readings/collapseReading";
export { comparisonReading, moreSeedsReading } from "./experiments/readings/comparisonReading";
export { longerReading } from "./experiments/readings/longerReading";
export { measuresReading } from "./experiments/readings/measuresReading";
export {
  comparedRules,
  derivations,
  type RuleRow,
  ruleComparison,
} from "./experiments/ruleComparison";
export { saveArchitecture, saveGenotype } from "./experiments/saveArchitecture";
export { storedSearches } from "./experiments/storedSearches";
export { type SearchSummary, searchSummary } from "./experiments/summary";
export { summaryText } from "./experiments/summaryText";
export { collectSweep } from "./experiments/sweep/collectSweep";
export { expandSweep } from "./experiments/sweep/expandSweep";
export { type JobState, jobState } from "./experiments/sweep/jobState";
export { poolSize } from "./experiments/sweep/poolSize";
export { runSweep, type SweepEvent } from "./experiments/sweep/runSweep";
export { checkSweep, readSweepFile, type Sweep } from "./experiments/sweep/sweepFile";
export type { SweepJob } from "./experiments/sweep/sweepJob";
export { trainComparison } from "./experiments/trainComparison";
export { trainNetworks } from "./experiments/trainNetworks";
export { trainSummaryText } from "./experiments/trainSummaryText";
export { trainTarget } from "./experiments/trainTarget";
export { ablationBars } from "./figures/ablationBars";
export { alphaDistribution } from "./figures/alphaDistribution";
export { alphaEvolution } from "./figures/alphaEvolution";
export { alphaHeatmap } from "./figures/alphaHeatmap";
// Figures
export { budgetFigure } from "./figures/budgetFigure";
export { capacityProfile } from "./figures/capacityProfile";
export { collapseComparison } from "./figures/collapseComparison";
export { collapseFigure } from "./figures/collapseFigure";
export { comparisonForest } from "./figures/comparisonForest";
export { costBars } from "./figures/costBars";
export { costFigure } from "./figures/costFigure";
export { costParts } from "./figures/costParts";
export { dataFrame } from "./figures/dataFrame";
export { depthProfile } from "./figures/depthProfile";
export { entropyFigure } from "./figures/entropyFigure";
export {
  type ExportFormat,
  type ExportOptions,
  exportFigure,
  exportFigures,
} from "./figures/exportFigure";
export type { Figure } from "./figures/figure";
export { frontierFigure } from "./figures/frontierFigure";
export { type GenotypePanel, type GenotypeSheetOptions, genotypeSheet } from "./figures/genotypeSheet";
export { imageSheet } from "./figures/imageSheet";
export { informationPlane } from "./figures/informationPlane";
export { latencyBars } from "./figures/latencyBars";
export { layoutEvolution } from "./figures/layoutEvolution";
export { lossFigure } from "./figures/lossFigure";
export { measuresForest } from "./figures/measuresForest";
export { type MinCutGenotypeOptions, minCutGenotype } from "./figures/minCutGenotype";
export type { PaperWidth } from "./figures/paper";
export { type Provenance, provenanceText } from "./figures/provenance";
export { readProvenance } from "./figures/provenanceFile";
export { renderFigure } from "./figures/renderFigure";
export { saveFigure } from "./figures/saveFigure";
export { type SearchDashboard, searchDashboard } from "./figures/searchDashboard";
export { show } from "./figures/show";
export { showMarkdown } from "./figures/showMarkdown";
export { showSvg } from "./figures/showSvg";
export { showTable } from "./figures/showTable";
export { svgToPng } from "./figures/svgToPng";
export { trainFigure } from "./figures/trainFigure";
// Accuracy against cost
export { attainmentCurve } from "./frontier/attainment";
export { bestWithin, type Frontier, type FrontierRow, frontier } from "./frontier/frontier";
export { frontierLatexColumns, frontierNotes, frontierTable } from "./frontier/frontierTable";
export { hypervolume } from "./frontier/hypervolume";
export { onFront, paretoFront } from "./frontier/paretoFront";
export { type PublishedPoint, publishedPoint } from "./frontier/publishedPoint";
export type { RunPoint } from "./frontier/runPoint";
export { sampleSummary } from "./frontier/sampleSummary";
// Taps
export { chooseTaps } from "./network/chooseTaps";
// Random numbers
export { fold, type RandomKey, randomKey } from "./random/randomKey";
export { type EvolutionEntry, type EvolutionRecord, evolvedModel } from "./run/evolutionRecord";
export { readEvolutionRecord } from "./run/evolutionRecordFile";
export { checkModelSpec, genotypeModel, type ModelSpec } from "./run/modelSpec";
// Records
export type { EpochRecord, SearchRecord } from "./run/searchRecord";
export { readSearchRecord } from "./run/searchRecordFile";
export { type Table, table } from "./run/table";
export { tableCsv } from "./run/tableCsv";
export { readTable, writeTableFile } from "./run/tableFile";
export { tableLatex } from "./run/tableLatex";
export type { TrainRecord } from "./run/trainRecord";
export { readTrainRecord } from "./run/trainRecordFile";
export { deriveBySupernet } from "./search/deriveBySupernet";
// Search
export { type EvolutionPace, type EvolutionWorld, evolution, fittest } from "./search/evolution";
export { search } from "./search/search";
// Space
export type { Alphas } from "./space/alphas";
export { fromAwnas, toAwnas } from "./space/awnasGenotype";
export { describeGenotype } from "./space/describeGenotype";
export { drawGenotype } from "./space/drawGenotype";
export { edgesOf } from "./space/edges";
export { canonicalGenotype, type Genotype, genotype } from "./space/genotype";
export { genotypeHash, genotypeJson } from "./space/genotypeJson";
export { mutateGenotype } from "./space/mutateGenotype";
export { randomAlphas } from "./space/randomAlphas";
export { randomGenotype } from "./space/randomGenotype";
export { type SpaceSize, spaceSize } from "./space/spaceSize";
export { cellsOf, stagesOf } from "./space/stages";
export { parseGenotype, validateGenotype } from "./space/validateGenotype";
// Supernet
export { Supernet } from "./supernet/supernet";
// Activations and gradients of networks
export {
  type CollectedTap,
  type CollectOptions,
  collectActivations,
  collectTaps,
  type TapReading,
} from "./train/collectTaps";
export { type GradientFlow, gradientFlow } from "./train/gradientFlow";
// Training
export { type TrainOptions, train } from "./train/train";
export { type TrainedNetwork, trainedNetwork } from "./train/trainedNetwork";
export { snapshotEpochs } from "./train/trainFiles";
// Errors and progress
export * from "./util/errors";
export type { Progress } from "./util/progress";
export { openProgress } from "./util/progressSinks";
export { type Reloaded, reload } from "./util/reload";
export { readTensorFile, writeTensorFile } from "./util/tensorFile";
export { version } from "./util/version";
