import type { Table, TableCell, TableRecord } from "../../records/table";
import { RecordError } from "../../util/errors";

/** `-0.0425` → `"−4.2"`: a change of a share in percentage points, with its sign. */
export function pointsText(change: number): string {
  const text = (100 * Math.abs(change)).toFixed(1);
  return Number(text) === 0 ? text : `${change < 0 ? "−" : "+"}${text}`;
}

/** `0.4193` → `"41.9 %"`. */
export function percentText(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** A number with a true minus sign; none before what rounds to 0. */
export function decimalText(value: number, digits = 2): string {
  const text = value.toFixed(digits);
  return Number(text) === 0 ? text.replace("-", "") : text.replace("-", "−");
}

/** `1236992` → `"1,236,992"`. */
export function countText(value: number): string {
  return value.toLocaleString("en-US");
}

/** How many trainings a mean is of, with the standard deviation of its share: `one seed`, `3 seeds, ± 0.4`. */
export function seedsText({ seeds, sd }: { readonly seeds: number; readonly sd: number | null }): string {
  if (seeds === 1) return "one seed";
  return `${seeds} seeds${sd === null ? "" : `, ± ${(100 * sd).toFixed(1)}`}`;
}

/** Names in a sentence: `a`, `a and b`, `a, b and c`. */
export function listText(names: readonly string[]): string {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

/** A number of a table's row. @throws RecordError if the row has none of that name. */
export function numberOf(row: TableRecord, name: string, table: Table): number {
  const value: TableCell | undefined = row[name];
  if (typeof value === "number") return value;
  throw new RecordError(
    `table "${table.title}": expected a number "${name}" in every row that is read, got ${JSON.stringify(value)}.`,
  );
}

/** Whether an interval leaves 0 out. */
export function excludesZero(low: number, high: number): boolean {
  return low > 0 || high < 0;
}

/** A table in Markdown. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
