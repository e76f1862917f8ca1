import { checkRecordForm, readRecordJson } from "../records/readRecord";
import { recordText } from "../records/recordText";
import { writeFileAtomic } from "../util/atomicFile";
import type { AnalysisRecord } from "./analysisRecord";
import { analysisRecordShape } from "./analysisRecordShape";

const form = {
  what: "an analysis record",
  kind: "bars.analysis-record",
  schema: 1,
  shape: analysisRecordShape,
} as const;

/**
 * Reads an analysis record.
 * @throws RecordError if it is missing, damaged, of another kind or schema, and for the first field that is not what it
 * must be.
 */
export function readAnalysisRecord(path: string): AnalysisRecord {
  return checkRecordForm(readRecordJson(path, form.what), form, path);
}

/** Writes a record as JSON, atomically. */
export function writeAnalysisRecord(path: string, record: AnalysisRecord): void {
  writeFileAtomic(path, `${recordText(record, 0)}\n`);
}
