import { writeFileAtomic } from "../util/atomicFile";
import { checkRecordForm, readRecordJson } from "./readRecord";
import { type Table, table } from "./table";

const form = {
  what: "a table",
  kind: "bars.table",
  schema: 1,
  fields: ["title", "columns", "rows", "provenance"],
} as const;

/**
 * Reads a stored table and checks its rows against its columns.
 * @throws RecordError if the file is missing, is not JSON, is no table or of another schema.
 */
export function readTable(path: string): Table {
  const found = checkRecordForm(readRecordJson(path, form.what), form, path) as unknown as Table;
  table(found.title, found.columns, found.rows, found.provenance);
  return found;
}

/** Writes a table as indented JSON, atomically. */
export function writeTableFile(path: string, value: Table): void {
  writeFileAtomic(path, `${JSON.stringify(value, null, 1)}\n`);
}
