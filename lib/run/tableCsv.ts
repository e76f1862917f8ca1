import type { Table, TableCell } from "./table";

/**
 * A table as comma-separated values (RFC 4180): a line of column names, then one for each row. Numbers keep all their
 * digits, what is not known is empty. Lines end in a plain line feed.
 */
export function tableCsv(table: Table): string {
  const names = table.columns.map(({ name }) => name);
  const lines = [names, ...table.rows.map((row) => names.map((name) => row[name] ?? null))];
  return lines.map((cells) => `${cells.map(csvCell).join(",")}\n`).join("");
}

function csvCell(value: TableCell): string {
  if (value === null) return "";
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
