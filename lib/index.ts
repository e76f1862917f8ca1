/**
 * bars: search, derive, train, cost and draw binary neural networks (BARS, arXiv:2011.10804).
 *
 * What a notebook uses daily stands at the top; everything else in one of the namespaces below. Tensors are reached
 * through `tf`, after `startBackend()`.
 *
 * @module bars
 */

// Start: the tensor engine, settings, keys, images
export { describeBackend, startBackend, tf } from "./backend";
export { presetConfig } from "./config/presets";
export { searchConfig } from "./config/searchConfig";
export { trainConfig } from "./config/trainConfig";
export { trainPresetConfig } from "./config/trainPresets";
export { loadData } from "./data/loadData";
export { notebookParameters } from "./experiments/notebookParameters";
export { fold, type RandomKey, randomKey } from "./random/randomKey";

// The stages: Config -> SearchRecord -> Genotype -> TrainRecord -> Table
export { search } from "./search/search";
export { deriveInputOf } from "./derive/alphasAt";
export { derive } from "./derive/derive";
export { evolve } from "./evolution/evolve";
export { train } from "./train/train";
export { analyzeNetwork } from "./experiments/analysis/analyzeNetwork";
export { ablate } from "./experiments/ablation/ablate";

// What it costs
export { expectedCost } from "./cost/expectedCost";
export { costByPart } from "./cost/costByPart";
export { costReport } from "./cost/costReport";
export { costTable } from "./cost/costTable";

// What lies on disk
export { saveArchitecture } from "./figures/export/saveArchitecture";
export { readSearchRecord } from "./records/searchRecordFile";
export { readTable } from "./records/tableFile";
export { readTrainRecord } from "./records/trainRecordFile";

// What a cell shows
export { describeGenotype } from "./space/describeGenotype";
export { drawGenotype } from "./figures/drawings/drawGenotype";
export { explore } from "./explore/explore";
export { exploreFrontier, explorePaths } from "./explore/exploreRuns";
export { button, select, slider } from "./explore/widgets";
export { exportFigure } from "./figures/export/exportFigure";
export { dataFrame } from "./figures/notebook/dataFrame";
export { searchDashboard } from "./figures/notebook/searchDashboard";
export { show } from "./figures/notebook/show";
export { showSvg } from "./figures/notebook/showSvg";
export { showTable } from "./figures/notebook/showTable";
export { showMarkdown } from "./figures/plots/showMarkdown";

// The process
export { BarsError } from "./util/errors";
export { openProgress } from "./util/progressSinks";
export { reload } from "./util/reload";
export { version } from "./util/version";

// Everything else, by what it is about: `bars.figures.alphaEvolution`, `bars.records.SearchRecord`
export * as analysis from "./public/analysis";
export * as config from "./public/config";
export * as cost from "./public/cost";
export * as data from "./public/data";
export * as derivation from "./public/derivation";
export * as engine from "./public/engine";
export * as errors from "./public/errors";
export * as experiments from "./public/experiments";
export * as figures from "./public/figures";
export * as frontier from "./public/frontier";
export * as networks from "./public/networks";
export * as packed from "./public/packed";
export * as readings from "./public/readings";
export * as records from "./public/records";
export * as report from "./public/report";
export * as space from "./public/space";
export * as sweep from "./public/sweep";

// Variants of your own
export { defineDataset } from "./data/datasets/defineDataset";
export { definePreset } from "./config/definePreset";
export { defineTheme } from "./figures/frame/defineTheme";
export { defineBaseline } from "./cost/defineBaseline";
export { definePrimitive } from "./layers/definePrimitive";
export { defineBinarizer } from "./layers/defineBinarizer";
export { defineCostPenalty } from "./search/costPenalty";
export { defineSampler } from "./supernet/defineSampler";
export { defineOptimizer } from "./optim/updateRules";
export { defineSchedule } from "./config/schedule";
export { defineStrategy } from "./search/defineStrategy";
