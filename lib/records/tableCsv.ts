import { csvCell } from "../util/csvCell";
import { checkTable, type Table } from "./table";

/**
 * A table as comma-separated values (RFC 4180): a line of column names, then one for each row. Numbers keep all their
 * digits, what is not known is empty. Lines end in a plain line feed. NaN and infinite numbers are no cells of a table: a spreadsheet
 * takes -Infinity for a formula, and JSON cannot hold it.
 *
 * A text that a spreadsheet would run as a formula (its first sign is one of = + - @, a tab or a line break, and it is
 * no number) is written behind an apostrophe, which spreadsheets show as text.
 *
 * @throws RecordError for a cell that is no text, finite number, truth value or null, by row and column.
 *
 * @example
 * ```ts
 * const table = bars.readTable("data/records/analysis/layout.json");
 * console.log(bars.records.tableCsv(table).split("\n")[0].split(",").slice(0, 2)); // ["factor","variant"]
 * ```
 */
export function tableCsv(table: Table): string {
  checkTable(table);
  const names = table.columns.map(({ name }) => name);
  const lines = [names, ...table.rows.map((row) => names.map((name) => row[name] ?? null))];
  return lines.map((cells) => `${cells.map(csvCell).join(",")}\n`).join("");
}
