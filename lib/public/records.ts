/**
 * What travels between stages and lies on disk: reading, checking, writing. Needs no tensor engine.
 *
 * @module
 */

export { loadTrainRecords } from "../experiments/loadTrainRecords";
export { storedSearches } from "../experiments/storedSearches";
export { saveGenotype } from "../figures/export/saveArchitecture";
export { type EvolutionEntry, type EvolutionRecord, evolvedModel } from "../records/evolutionRecord";
export { readEvolutionRecord } from "../records/evolutionRecordFile";
export { checkModelSpec, genotypeModel, type ModelSpec } from "../records/modelSpec";
export type { EpochRecord, SearchRecord } from "../records/searchRecord";
export { type Table, table } from "../records/table";
export { tableCsv } from "../records/tableCsv";
export { writeTableFile } from "../records/tableFile";
export { tableLatex } from "../records/tableLatex";
export type { TrainRecord } from "../records/trainRecord";
export { readTensorFile, writeTensorFile } from "../util/tensorFile";
