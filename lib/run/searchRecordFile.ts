import { readFileSync } from "node:fs";
import { searchConfig } from "../config/searchConfig";
import { writeFileAtomic } from "../util/atomicFile";
import { hashJson } from "../util/canonicalJson";
import { RecordError } from "../util/errors";
import type { EpochRecord, SearchRecord } from "./searchRecord";

/** Schema this version of the library writes. */
export const searchRecordSchema = 3;

/** Writes a record as indented JSON, atomically. */
export function writeSearchRecord(path: string, record: SearchRecord): void {
  writeFileAtomic(path, `${JSON.stringify(record, null, 1)}\n`);
}

/**
 * Reads a search record.
 * @throws RecordError if the file is missing, is not JSON, is not a search record or is of another schema.
 */
export function readSearchRecord(path: string): SearchRecord {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw new RecordError(
      `${path}: expected a search record, could not read it: ${(error as Error).message}.`,
      { cause: error },
    );
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new RecordError(
      `${path}: expected a search record, got text that is not JSON (${(error as Error).message}).`,
      { cause: error },
    );
  }
  return checkSearchRecord(value, path);
}

/** Checks kind, schema and the fields every reader relies on. */
export function checkSearchRecord(value: unknown, place: string): SearchRecord {
  const record = value as Partial<SearchRecord> | null;
  const kind = typeof record === "object" && record !== null ? record.kind : undefined;
  if (kind !== "bars.search-record") {
    throw new RecordError(`${place}: expected kind "bars.search-record", got ${JSON.stringify(kind)}.`);
  }
  const schema: unknown = record?.schema;
  if (schema !== 1 && schema !== 2 && schema !== searchRecordSchema) {
    throw new RecordError(
      `${place}: expected schema ${searchRecordSchema}, got ${JSON.stringify(schema)}; it was written by another version of bars (${record?.versions?.bars ?? "unknown"}). Read it with that version.`,
    );
  }
  for (const field of schema === 1 ? fieldsOfSchema1 : fields) {
    if (record?.[field] === undefined)
      throw new RecordError(`${place}: a search record has the field "${field}", this one lacks it.`);
  }
  return schema === 1 ? migrated(record as unknown as SearchRecordV1) : (record as SearchRecord);
}

const fieldsOfSchema1 = [
  "config",
  "configHash",
  "backend",
  "data",
  "status",
  "startAlphas",
  "epochs",
  "test",
] as const;
const fields = [...fieldsOfSchema1, "chosen", "rollbacks"] as const;

/** Schema 1: no strategies, fewer diagnostics, accuracies with the statistics of each evaluated batch. */
interface SearchRecordV1 extends Omit<SearchRecord, "schema" | "epochs" | "chosen" | "rollbacks"> {
  readonly schema: 1;
  readonly epochs: readonly Omit<
    EpochRecord,
    "margin" | "discretizationGap" | "genotypeChanges" | "eigenvalue"
  >[];
}

/** What was not measured then is null; settings that did not exist are those the search ran with in effect. */
function migrated(record: SearchRecordV1): SearchRecord {
  const { config: old } = record;
  const config = searchConfig({ ...old, diagnostics: { ...old.diagnostics, recalibrationBatches: 0 } });
  return {
    ...record,
    schema: searchRecordSchema,
    config,
    configHash: hashJson(config),
    epochs: record.epochs.map((epoch) => ({
      ...epoch,
      margin: null,
      discretizationGap: epoch.supernetAccuracy - epoch.derivedAccuracy,
      genotypeChanges: null,
      eigenvalue: null,
    })),
    chosen: null,
    rollbacks: [],
  };
}
