import { searchConfig } from "../config/searchConfig";
import { writeFileAtomic } from "../util/atomicFile";
import { hashJson } from "../util/canonicalJson";
import { listOf, objectOf, oneOf } from "../util/shape";
import { checkRecordForm, kindInJson, readRecordJson } from "./readRecord";
import { sealedText } from "./seal";
import type { EpochRecord, SearchRecord } from "./searchRecord";
import { checkSearchParts, epochFields, searchFields, searchRecordShape } from "./searchRecordShape";

/** Schema this version of the library writes. */
export const searchRecordSchema = 4;

const kind = "bars.search-record";
const what = "a search record";
const common = { what, kind, hashed: ["config"] } as const;

/** Writes a record as indented JSON, atomically. */
export function writeSearchRecord(path: string, record: SearchRecord): void {
  writeFileAtomic(path, sealedText(record));
}

/**
 * Reads a search record.
 * @throws RecordError if the file is missing, is not JSON, is not a search record or is of another schema, and for the
 * first field that is not what it must be.
 *
 * @example
 * ```ts
 * const record = bars.readSearchRecord("data/records/search-cured-seed0.json");
 * console.log(record.status, record.epochs.length); // finished 5
 * ```
 */
export function readSearchRecord(path: string): SearchRecord {
  return checkSearchRecord(readRecordJson(path, what), path);
}

/**
 * Checks kind, schema and every field of a search record, that its settings have the hash it states, and that alphas
 * and epochs fit them.
 */
export function checkSearchRecord(value: unknown, place: string): SearchRecord {
  const schema = kindInJson(value) === kind ? (value as { schema?: unknown }).schema : searchRecordSchema;
  if (schema === 1) {
    const record = checkRecordForm(value, { ...common, schema: 1, shape: shapeOfSchema1 }, place);
    const migrated = migratedFrom1(record);
    checkSearchParts(migrated, place);
    return migrated;
  }
  const record = checkRecordForm(
    value,
    { ...common, schema: searchRecordSchema, earlier: [2, 3], shape: searchRecordShape },
    place,
  );
  // Settings that did not exist when it was written have the values that change nothing.
  const whole = { ...record, config: searchConfig(record.config) };
  checkSearchParts(whole, place);
  return whole;
}

/** Schema 1: no strategies, fewer diagnostics, accuracies with the statistics of each evaluated batch. */
interface SearchRecordV1 extends Omit<SearchRecord, "schema" | "epochs" | "chosen" | "rollbacks"> {
  readonly schema: 1;
  readonly epochs: readonly EpochV1[];
}
type EpochV1 = Omit<EpochRecord, "margin" | "discretizationGap" | "genotypeChanges" | "eigenvalue">;

const {
  margin: _m,
  discretizationGap: _d,
  genotypeChanges: _g,
  eigenvalue: _e,
  ...epochFieldsV1
} = epochFields;
const { schema: _s, epochs: _p, chosen: _c, rollbacks: _r, ...searchFieldsV1 } = searchFields;
const shapeOfSchema1 = objectOf<SearchRecordV1>({
  ...searchFieldsV1,
  schema: oneOf([1]),
  epochs: listOf(objectOf<EpochV1>(epochFieldsV1)),
});

/** What was not measured then is null; settings that did not exist are those the search ran with in effect. */
function migratedFrom1(record: SearchRecordV1): SearchRecord {
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
