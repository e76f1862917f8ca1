import { existsSync } from "node:fs";
import type { BackendInfo } from "../backend";
import { definedField } from "../config/definitions";
import { type SearchConfig, searchSection } from "../config/searchConfig";
import { dataLabel, type KnownData } from "../data/dataLabel";
import type { LoadedData } from "../data/loadData";
import type { TrainingSplit } from "../data/splitTraining";
import { searchRecalibration } from "../records/recalibration";
import type { SearchRecord } from "../records/searchRecord";
import { searchRecordSchema } from "../records/searchRecordFile";
import { counted } from "../util/counted";
import { RecordError } from "../util/errors";
import { version } from "../util/version";
import type { SearchState } from "./searchState";

/** The record of a search that has not taken a step. */
export function newRecord(
  config: SearchConfig,
  configHash: string,
  backend: BackendInfo,
  data: LoadedData,
  split: TrainingSplit,
  state: SearchState,
): SearchRecord {
  const now = new Date().toISOString();
  const { name, note, contentHash, mean, std } = data.info;
  return {
    kind: "bars.search-record",
    schema: searchRecordSchema,
    config,
    configHash,
    createdAt: now,
    updatedAt: now,
    versions: { bars: version, node: process.versions.node },
    ...definedField([searchSection, config]),
    backend,
    data: {
      name,
      note,
      ...(contentHash === undefined ? {} : { contentHash }),
      weightImages: split.weightSplit.length,
      alphaImages: split.alphaSplit.length,
      mean: [...mean],
      std: [...std],
    },
    status: "running",
    statusDetail: null,
    startAlphas: state.alphas.values(),
    epochs: [],
    chosen: null,
    rollbacks: [],
    test: null,
  };
}

/** @throws RecordError if a folder's record belongs to a search with other settings. */
export function checkSameSearch(record: SearchRecord, configHash: string, path: string): void {
  if (record.configHash === configHash) return;
  const hint = "Choose another folder, or the settings stored in that record.";
  throw new RecordError(
    `${path}: holds a search with other settings (config ${record.configHash.slice(0, 12)}, this one is ${configHash.slice(0, 12)}). ${hint}`,
  );
}

/**
 * Takes up an unfinished search: restores the state and drops epochs the record has beyond the checkpoint (the
 * record is written first, so a crash between the two leaves it one ahead).
 *
 * @throws RecordError if the data are not those the search began on, its epochs were measured with another
 * recalibration, or the checkpoint does not fit.
 */
export function resumed(
  record: SearchRecord,
  state: SearchState,
  files: { readonly record: string; readonly checkpoint: string },
  found: KnownData,
  stepsPerEpoch: number,
): SearchRecord {
  if (dataLabel(record.data) !== dataLabel(found)) {
    throw new RecordError(
      `${files.record}: this search began on ${dataLabel(record.data)}, the data found now are ${dataLabel(found)}. Provide the same data, or choose another folder.`,
    );
  }
  if (record.epochs.length > 0 && searchRecalibration(record) === "batch_means") {
    throw new RecordError(
      `${files.record}: this search recalibrates batch norms as records of schema 2 do (means over batches), schema ${searchRecordSchema} pools them; its epochs would not compare. Search anew in another folder, or finish it with the version that began it (bars ${record.versions.bars}).`,
    );
  }
  if (existsSync(files.checkpoint)) state.restore(files.checkpoint, record.configHash, stepsPerEpoch);
  const { epoch } = state.position;
  if (epoch > record.epochs.length) {
    throw new RecordError(
      `${files.checkpoint}: the checkpoint was written after ${counted(epoch, "epoch")}, the record beside it holds ${counted(record.epochs.length, "epoch")}; they are not of one moment. Put the record back that was written with it, or remove both and start again.`,
    );
  }
  return { ...record, schema: searchRecordSchema, epochs: record.epochs.slice(0, epoch) };
}
