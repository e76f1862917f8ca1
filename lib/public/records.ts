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
export {
  type BaselineModel,
  checkModelSpec,
  type GenotypeModel,
  type GenotypeOrigin,
  genotypeModel,
  type ModelSpec,
} from "../records/modelSpec";
export {
  type RaceFit,
  type RaceNetwork,
  type RaceOrigin,
  type RaceRecord,
  type RaceResult,
  racedModel,
} from "../records/raceRecord";
export { readRaceRecord } from "../records/raceRecordFile";
export type { SearchMoment } from "../records/searchMoment";
export type { EpochRecord, SearchRecord } from "../records/searchRecord";
export { type Table, type TableCell, type TableColumn, type TableProvenance, table } from "../records/table";
export { tableCsv } from "../records/tableCsv";
export { writeTableFile } from "../records/tableFile";
export { type LatexColumn, tableLatex } from "../records/tableLatex";
export type { Measurement, TestResult, TrainEpochRecord, TrainRecord } from "../records/trainRecord";
export { readTensorFile, type StoredTensor, type TensorFile, writeTensorFile } from "../util/tensorFile";

export type { Definition } from "../util/variantTable";
