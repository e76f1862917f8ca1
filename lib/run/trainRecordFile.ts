import { writeFileAtomic } from "../util/atomicFile";
import { checkRecordForm, readRecordJson } from "./readRecord";
import type { TrainRecord } from "./trainRecord";

/** Schema this version of the library writes. */
export const trainRecordSchema = 2;

const form = {
  what: "a training record",
  kind: "bars.train-record",
  schema: trainRecordSchema,
  earlier: [1],
  fields: [
    "config",
    "model",
    "configHash",
    "backend",
    "data",
    "cost",
    "teacher",
    "status",
    "epochs",
    "best",
    "tests",
  ],
} as const;

/** Writes a record as indented JSON, atomically. */
export function writeTrainRecord(path: string, record: TrainRecord): void {
  writeFileAtomic(path, `${JSON.stringify(record, null, 1)}\n`);
}

/**
 * Reads a training record.
 * @throws RecordError if the file is missing, is not JSON, is not a training record or is of another schema.
 */
export function readTrainRecord(path: string): TrainRecord {
  return checkTrainRecord(readRecordJson(path, form.what), path);
}

/** Checks kind, schema and the fields every reader relies on. */
export function checkTrainRecord(value: unknown, place: string): TrainRecord {
  return checkRecordForm(value, form, place) as unknown as TrainRecord;
}
