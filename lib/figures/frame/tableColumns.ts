import type { Table, TableCell } from "../../records/table";
import { BarsError } from "../../util/errors";

/**
 * Checks that a table has what a figure draws.
 *
 * @throws BarsError naming the columns that are missing and those that are there.
 */
export function checkColumns(table: Table, needed: readonly string[], place: string): void {
  const names = table.columns.map(({ name }) => name);
  const missing = needed.filter((name) => !names.includes(name));
  if (missing.length > 0) {
    const list = missing.map((name) => `"${name}"`).join(", ");
    throw new BarsError(
      `${place}: the table "${table.title}" must have the column${missing.length > 1 ? "s" : ""} ${list}; it has ${names.join(", ") || "none"}.`,
    );
  }
  if (table.rows.length === 0) {
    throw new BarsError(`${place}: the table "${table.title}" must have at least one row, got none.`);
  }
}

/** The numbers of a column. @throws BarsError for a value that is none. */
export function numbersOf(table: Table, column: string, place: string): number[] {
  return table.rows.map((row, i) => {
    const value = row[column];
    if (typeof value === "number") return value;
    throw new BarsError(
      `${place}: the table "${table.title}", row ${i}: "${column}" must be a number, got ${JSON.stringify(value)}.`,
    );
  });
}

/** The values of a column as text. */
export function textsOf(table: Table, column: string): string[] {
  return table.rows.map((row) => String(row[column] as TableCell));
}
