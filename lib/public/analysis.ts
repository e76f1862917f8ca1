/**
 * Where information is lost: capacity, entropies, probes, and how measures go along with accuracy.
 *
 * @module
 */

export { type AlphaAgreementRow, alphaAgreement } from "../analysis/alphaAgreement";
export type {
  ActivationEntropy,
  AnalysedRun,
  AnalysisRecord,
  GradientRecord,
  KernelGradientRecord,
  LayerCodes,
  LayerInformation,
  LayerRank,
  TapKind,
  TapMeasures,
} from "../analysis/analysisRecord";
export { readAnalysisRecord, writeAnalysisRecord } from "../analysis/analysisRecordFile";
export { analysisReport, type ReportLevel, reportLevels } from "../analysis/analysisReport";
export { type Architecture, type CapacityBinarization, capacityGraph } from "../analysis/capacityGraph";
export type { CapacityGraph, CapacityOptions, CapacityTensor } from "../analysis/capacityGraphBuilder";
export { type CodeDistances, codeDistances } from "../analysis/codeDistances";
export { type CodeInformation, codeInformation, samplesNeeded } from "../analysis/codeInformation";
export { binaryEntropy, type EntropyEstimate, entropyEstimate } from "../analysis/entropy";
export { fitAlphas, type ScoredGenotype } from "../analysis/fitAlphas";
export { type LabelledFeatures, type LinearProbe, linearProbe } from "../analysis/linearProbe";
export { type FlowArc, type MaxFlow, maxFlow } from "../analysis/maxFlow";
export {
  type AgainstAccuracyOptions,
  measuresAgainstAccuracy,
  scoresTable,
} from "../analysis/measuresAgainstAccuracy";
export { type NetworkScore, networkScores } from "../analysis/networkScores";
export { type RungAgreement, raceAgreement } from "../analysis/raceAgreement";
export { type Correlation, kendall, partialSpearman, spearman } from "../analysis/rankCorrelation";
export { type Spectrum, spectrum } from "../analysis/spectrum";
export {
  type CellCapacity,
  type MinCut,
  minCut,
  type StructuralCapacity,
  structuralCapacity,
  type TopologicalCut,
} from "../analysis/structuralCapacity";
export type { AnalysisSubject, AnalyzeOptions } from "../experiments/analysis/analyzeNetwork";
export { type AnalysedRuns, analysisFile, analyzeRuns } from "../experiments/analysis/analyzeRuns";
export {
  informationOverEpochs,
  informationTable,
  type KeptEpoch,
} from "../experiments/analysis/informationOverEpochs";
export { type AlphaSignalOptions, alphaSignal } from "../search/alphaSignal";
