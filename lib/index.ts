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
// Complexity
export { baselineLayers } from "./cost/baselineSpecs";
export { type Baseline, baselines } from "./cost/baselines";
export { type Cost, type LayerCost, ops } from "./cost/cost";
export { costByPart, type PartCost } from "./cost/costByPart";
export { type CostConvention, inConvention } from "./cost/costConvention";
export { costReport } from "./cost/costReport";
export { costTable, totalCost } from "./cost/costTable";
export { costTables } from "./cost/costTables";
export { expectedCost } from "./cost/expectedCost";
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
export { type BudgetBreak, budgetBreaks } from "./derive/budgetBreaks";
export { type BudgetRow, budgetGrid, budgetSweep } from "./derive/budgetSweep";
export type { Confidence } from "./derive/confidence";
export { type DerivationWarning, derivationWarnings, type RestingAlphas } from "./derive/derivationWarnings";
export { type Derivation, derive, deriveRules, type RuleChoice } from "./derive/derive";
export type { HeldBudget, HeldCost } from "./derive/heldBudget";
export { heldText } from "./derive/heldText";
export { probabilitiesOf } from "./derive/probabilitiesOf";
export {
  comparedRules,
  derivations,
  type RuleRow,
  ruleComparison,
} from "./derive/ruleComparison";
export { type SearchSummary, searchSummary } from "./derive/summary";
export { summaryText } from "./derive/summaryText";
// Search
export { type EvolutionPace, type EvolutionWorld, evolution, fittest } from "./evolution/evolution";
export { type EvolveOptions, evolve } from "./evolution/evolve";
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
export { type CollapseRun, collapseStudy, readCollapseRuns } from "./experiments/collapseStudy";
export { collapseColumns, collapseMarkdown, collapseTable } from "./experiments/collapseTable";
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
export { storedSearches } from "./experiments/storedSearches";
export { trainComparison } from "./experiments/trainComparison";
export { trainNetworks } from "./experiments/trainNetworks";
export { trainSummaryText } from "./experiments/trainSummaryText";
export { trainTarget } from "./experiments/trainTarget";
export { drawGenotype } from "./figures/drawings/drawGenotype";
export {
  type GenotypePanel,
  type GenotypeSheetOptions,
  genotypeSheet,
} from "./figures/drawings/genotypeSheet";
export { imageSheet } from "./figures/drawings/imageSheet";
export { type MinCutGenotypeOptions, minCutGenotype } from "./figures/drawings/minCutGenotype";
export {
  type ExportFormat,
  type ExportOptions,
  exportFigure,
  exportFigures,
} from "./figures/export/exportFigure";
export { readProvenance } from "./figures/export/provenanceFile";
export { renderFigure } from "./figures/export/renderFigure";
export { saveArchitecture, saveGenotype } from "./figures/export/saveArchitecture";
export { saveFigure } from "./figures/export/saveFigure";
export { svgToPng } from "./figures/export/svgToPng";
export type { Figure } from "./figures/frame/figure";
export type { PaperWidth } from "./figures/frame/paper";
export { type Provenance, provenanceText } from "./figures/frame/provenance";
export { dataFrame } from "./figures/notebook/dataFrame";
export { type SearchDashboard, searchDashboard } from "./figures/notebook/searchDashboard";
export { show } from "./figures/notebook/show";
export { showSvg } from "./figures/notebook/showSvg";
export { showTable } from "./figures/notebook/showTable";
export { ablationBars } from "./figures/plots/ablationBars";
export { alphaDistribution } from "./figures/plots/alphaDistribution";
export { alphaEvolution } from "./figures/plots/alphaEvolution";
export { alphaHeatmap } from "./figures/plots/alphaHeatmap";
// Figures
export { budgetFigure } from "./figures/plots/budgetFigure";
export { capacityProfile } from "./figures/plots/capacityProfile";
export { collapseComparison } from "./figures/plots/collapseComparison";
export { collapseFigure } from "./figures/plots/collapseFigure";
export { comparisonForest } from "./figures/plots/comparisonForest";
export { costBars } from "./figures/plots/costBars";
export { costFigure } from "./figures/plots/costFigure";
export { costParts } from "./figures/plots/costParts";
export { depthProfile } from "./figures/plots/depthProfile";
export { entropyFigure } from "./figures/plots/entropyFigure";
export { frontierFigure } from "./figures/plots/frontierFigure";
export { informationPlane } from "./figures/plots/informationPlane";
export { latencyBars } from "./figures/plots/latencyBars";
export { layoutEvolution } from "./figures/plots/layoutEvolution";
export { lossFigure } from "./figures/plots/lossFigure";
export { measuresForest } from "./figures/plots/measuresForest";
export { showMarkdown } from "./figures/plots/showMarkdown";
export { trainFigure } from "./figures/plots/trainFigure";
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
export { type EvolutionEntry, type EvolutionRecord, evolvedModel } from "./records/evolutionRecord";
export { readEvolutionRecord } from "./records/evolutionRecordFile";
export { checkModelSpec, genotypeModel, type ModelSpec } from "./records/modelSpec";
// Records
export type { EpochRecord, SearchRecord } from "./records/searchRecord";
export { readSearchRecord } from "./records/searchRecordFile";
export { type Table, table } from "./records/table";
export { tableCsv } from "./records/tableCsv";
export { readTable, writeTableFile } from "./records/tableFile";
export { tableLatex } from "./records/tableLatex";
export type { TrainRecord } from "./records/trainRecord";
export { readTrainRecord } from "./records/trainRecordFile";
export { deriveBySupernet } from "./search/deriveBySupernet";
export { search } from "./search/search";
// Space
export type { Alphas } from "./space/alphas";
export { fromAwnas, toAwnas } from "./space/awnasGenotype";
export { describeGenotype } from "./space/describeGenotype";
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
export { collectSweep } from "./sweep/collectSweep";
export { expandSweep } from "./sweep/expandSweep";
export { type JobState, jobState } from "./sweep/jobState";
export { poolSize } from "./sweep/poolSize";
export { runSweep, type SweepEvent } from "./sweep/runSweep";
export { checkSweep, readSweepFile, type Sweep } from "./sweep/sweepFile";
export type { SweepJob } from "./sweep/sweepJob";
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
