import { RecordError } from "../util/errors";
import { version } from "../util/version";

/** One column of a table. */
export interface TableColumn {
  /** Key of its values in the rows. */
  readonly name: string;
  /** E.g. `s`, `bits`, `share`; null for text and for numbers without one. */
  readonly unit: string | null;
  /** What it holds and how it was counted or measured. */
  readonly description: string;
}

/** Text, a finite number, a truth value, or null for what is not known. */
export type TableCell = string | number | boolean | null;

/** One row: a value for every column and nothing else. */
export type TableRecord = Readonly<Record<string, TableCell>>;

/** Where a table comes from. */
export interface TableProvenance {
  /** Version of the library that made it. */
  readonly bars: string;
  /** What it was made from: paths or hashes of records. */
  readonly sources: readonly string[];
  /** What a reader must know: counting convention, test images, number of seeds, what was left out. */
  readonly notes: readonly string[];
}

/** Rows with described columns: the result of an analysis, stored, exported and shown. Plain, versioned JSON. */
export interface Table {
  readonly kind: "bars.table";
  readonly schema: 1;
  readonly title: string;
  readonly columns: readonly TableColumn[];
  readonly rows: readonly TableRecord[];
  readonly provenance: TableProvenance;
}

/**
 * A table whose rows have been checked against its columns.
 * @throws RecordError for a repeated column, and a row with a missing or undescribed value, or a number that JSON
 * cannot hold.
 *
 * @example
 * ```ts
 * const columns = [{ name: "bops", unit: null, description: "binary operations of one image" }];
 * const table = bars.records.table("Two networks", columns, [{ bops: 1 }, { bops: 2 }], { sources: [], notes: [] });
 * console.log(table.rows.length); // 2
 * ```
 */
export function table(
  title: string,
  columns: readonly TableColumn[],
  rows: readonly TableRecord[],
  provenance: Omit<TableProvenance, "bars">,
): Table {
  const names = columns.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) throw new RecordError(`table "${title}": has the column "${twice}" twice.`);
  rows.forEach((row, i) => {
    for (const name of names) {
      const value = Object.hasOwn(row, name) ? row[name] : undefined;
      if (!isCell(value)) {
        const came = typeof value === "object" ? JSON.stringify(value) : String(value);
        throw new RecordError(
          `table "${title}": row ${i}: "${name}" must be text, a finite number, true, false or null, got ${came}.${typeof value === "number" ? " What is not known is null." : ""}`,
        );
      }
    }
    const extra = Object.keys(row).find((key) => !names.includes(key));
    if (extra !== undefined) {
      throw new RecordError(
        `table "${title}": row ${i}: "${extra}" is no column. Columns: ${names.join(", ")}.`,
      );
    }
  });
  const { sources, notes } = provenance;
  return {
    kind: "bars.table",
    schema: 1,
    title,
    columns,
    rows,
    provenance: { bars: version, sources, notes },
  };
}

/** @throws RecordError as {@link table} does, for a value that was put together by hand. */
export function checkTable({ title, columns, rows, provenance }: Table): void {
  table(title, columns, rows, provenance);
}

function isCell(value: unknown): value is TableCell {
  if (typeof value === "number") return Number.isFinite(value);
  return value === null || typeof value === "string" || typeof value === "boolean";
}
