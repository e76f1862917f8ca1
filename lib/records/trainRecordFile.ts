import { trainConfig } from "../config/trainConfig";
import { writeFileAtomic } from "../util/atomicFile";
import { checkModelSpec } from "./modelSpec";
import { checkRecordForm, readRecordJson } from "./readRecord";
import { sealedText } from "./seal";
import type { TrainRecord } from "./trainRecord";
import { checkTrainParts, trainRecordShape } from "./trainRecordShape";

/** Schema this version of the library writes. */
export const trainRecordSchema = 3;

const form = {
  what: "a training record",
  kind: "bars.train-record",
  schema: trainRecordSchema,
  earlier: [1, 2],
  shape: trainRecordShape,
  hashed: ["config", "model"],
} as const;

/** Writes a record as indented JSON, atomically. */
export function writeTrainRecord(path: string, record: TrainRecord): void {
  writeFileAtomic(path, sealedText(record));
}

/**
 * Reads a training record.
 * @throws RecordError if the file is missing, is not JSON, is not a training record or is of another schema, and for
 * the first field that is not what it must be.
 *
 * @example
 * ```ts
 * const record = bars.readTrainRecord("data/records/frontier/bars-3M-s0.json");
 * console.log(record.model.name, record.tests[0].accuracy); // bars-3M 0.4917
 * ```
 */
export function readTrainRecord(path: string): TrainRecord {
  return checkTrainRecord(readRecordJson(path, form.what), path);
}

/** Checks kind, schema and every field of a training record, and that settings and model have the hash it states. */
export function checkTrainRecord(value: unknown, place: string): TrainRecord {
  const stored = checkRecordForm(value, form, place);
  // Settings that did not exist when it was written have the values that change nothing.
  const record = { ...stored, config: trainConfig(stored.config), model: checkModelSpec(stored.model) };
  checkTrainParts(record, place);
  return record;
}
