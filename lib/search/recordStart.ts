import type { BackendInfo } from "../backend";
import { type SearchConfig, searchSection } from "../config/searchConfig";
import type { KnownData } from "../data/dataLabel";
import type { LoadedData } from "../data/loadData";
import type { TrainingSplit } from "../data/splitTraining";
import {
  checkSameData,
  checkSameRun,
  describedData,
  type RunWords,
  resumedEpochs,
  runHeader,
} from "../loop/runRecord";
import { searchRecalibration } from "../records/recalibration";
import type { SearchRecord } from "../records/searchRecord";
import { searchRecordSchema } from "../records/searchRecordFile";
import { RecordError } from "../util/errors";
import { epochSettings } from "./epochSettings";
import type { SearchState } from "./searchState";

const words: RunWords = {
  run: "this search",
  other: "a search with other settings",
  hashes: ["config ", "this one is"],
  remedy: "the settings",
};

/** The record of a search that has not taken a step. */
export function newRecord(
  config: SearchConfig,
  configHash: string,
  backend: BackendInfo,
  data: LoadedData,
  split: TrainingSplit,
  state: SearchState,
): SearchRecord {
  return {
    kind: "bars.search-record",
    schema: searchRecordSchema,
    config,
    ...runHeader(configHash, backend, [searchSection, config]),
    data: describedData(data.info, {
      weightImages: split.weightSplit.length,
      alphaImages: split.alphaSplit.length,
    }),
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
  checkSameRun(record, configHash, path, words);
}

/**
 * Takes up an unfinished search: restores the state and drops epochs the record has beyond the checkpoint.
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
  checkSameData(record.data, found, files.record, words);
  const how = searchRecalibration(record);
  if (record.epochs.length > 0 && how !== "augmented" && how !== "none") {
    throw new RecordError(
      `${files.record}: this search recalibrates batch norms as records of schema ${record.schema} do, schema ${searchRecordSchema} otherwise (data/records/README.md); its epochs would not compare. Search anew in another folder, or finish it with the version that began it (bars ${record.versions.bars}).`,
    );
  }
  const epochs = resumedEpochs(record, state, files.checkpoint, stepsPerEpoch);
  // What the dropped epoch decided is decided again at its end.
  const chosen = epochs.length < record.epochs.length ? null : record.chosen;
  const { strategies } = epochSettings(
    record.config,
    Math.min(state.position.epoch, record.config.epochs - 1),
  );
  const lost = strategies.map(({ own, hooks }) => hooks.resumed?.(own, { state, record }));
  return Object.assign({ ...record, schema: searchRecordSchema, epochs, chosen }, ...lost);
}
