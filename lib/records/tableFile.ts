import { writeFileAtomic } from "../util/atomicFile";
import { finite, listOf, mapOf, nullable, objectOf, oneOf, type Shape, text } from "../util/shape";
import { checkRecordForm, readRecordJson } from "./readRecord";
import { sealedText } from "./seal";
import { checkTable, type Table, type TableCell, type TableColumn, type TableProvenance } from "./table";

const cell: Shape<TableCell> = {
  check(value, at) {
    if (typeof value === "boolean" || typeof value === "string") return;
    nullable(finite).check(value, at);
  },
};

const form = {
  what: "a table",
  kind: "bars.table",
  schema: 1,
  shape: objectOf<Table>({
    kind: oneOf(["bars.table"]),
    schema: oneOf([1]),
    title: text,
    columns: listOf(objectOf<TableColumn>({ name: text, unit: nullable(text), description: text })),
    rows: listOf(mapOf(cell)),
    provenance: objectOf<TableProvenance>({ bars: text, sources: listOf(text), notes: listOf(text) }),
  }),
} as const;

/**
 * Reads a stored table and checks every field, and its rows against its columns.
 * @throws RecordError if the file is missing, is not JSON, is no table or of another schema, and for the first field
 * that is not what it must be.
 *
 * @example
 * ```ts
 * const table = bars.readTable("data/records/analysis/layout.json");
 * console.log(table.title, table.rows.length); // Layouts at equal BOPs 9
 * ```
 */
export function readTable(path: string): Table {
  const found = checkRecordForm(readRecordJson(path, form.what), form, path);
  checkTable(found);
  return found;
}

/**
 * Writes a table as indented JSON, atomically.
 *
 * @throws RecordError for a cell that JSON cannot hold.
 *
 * @example
 * ```ts
 * const table = bars.readTable("data/records/analysis/layout.json");
 * bars.records.writeTableFile("runs/table.json", table);
 * console.log(bars.readTable("runs/table.json").rows.length === table.rows.length); // true
 * ```
 */
export function writeTableFile(path: string, value: Table): void {
  checkTable(value);
  writeFileAtomic(path, sealedText(value));
}
