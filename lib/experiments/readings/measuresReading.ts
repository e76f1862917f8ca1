import type { Table, TableRecord } from "../../records/table";
import { decimalText, listText, numberOf } from "./readingText";

/**
 * Which measures go along with accuracy, as Markdown: those whose rank correlation survives Holm's correction at 5 %,
 * costs apart from measures of information, and what the number of binary operations alone says.
 *
 * @param table rows of `measuresAgainstAccuracy`.
 * @throws RecordError for a row without the numbers that are read.
 *
 * @example
 * ```ts
 * const table = bars.readTable("data/records/analysis/measures.json");
 * console.log(bars.readings.measuresReading(table).length > 0); // true
 * ```
 */
export function measuresReading(table: Table): string {
  const strength = (row: TableRecord) => Math.abs(numberOf(row, "spearman", table));
  const surviving = table.rows
    .filter((row) => numberOf(row, "pHolm", table) < 0.05)
    .sort((a, b) => strength(b) - strength(a));
  const costs = surviving.filter(({ measure }) => measure === "cost");
  const rest = surviving.filter(({ measure }) => measure !== "cost");
  const names = (rows: readonly TableRecord[]) => listText(rows.map((row) => correlationText(row, table)));
  const bops = table.rows.find(({ score }) => score === "bops");
  return [
    `Of ${table.rows.length} rows ${surviving.length} survive the correction at 5 %${surviving.length > 0 ? ":" : "."}`,
    ...(rest.length > 0 ? [`of the measures ${names(rest)};`] : []),
    ...(costs.length > 0
      ? [`of the costs ${names(costs)}.`]
      : surviving.length > 0
        ? ["of the costs none."]
        : []),
    ...(bops
      ? [
          `BOPs alone: ${correlationText(bops, table)}, corrected p ${decimalText(numberOf(bops, "pHolm", table))}.`,
        ]
      : []),
  ].join(" ");
}

function correlationText(row: TableRecord, table: Table): string {
  const [rho, low, high] = ["spearman", "low", "high"].map((name) => decimalText(numberOf(row, name, table)));
  return `\`${row["score"]}\` ${rho} (${low} to ${high})`;
}
