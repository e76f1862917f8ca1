import type { Table, TableRecord } from "../../records/table";
import { excludesZero, numberOf, pointsText } from "./readingText";

/** Kinds of changes apart, an identity around one convolution apart from the shortcut of a whole cell. */
const groups: readonly { readonly name: string; has(kind: unknown, target: string): boolean }[] = [
  { name: "a cell's shortcut left out", has: (kind, target) => kind === "no_shortcut" && ofCell(target) },
  {
    name: "the shortcut of one convolution left out",
    has: (kind, target) => kind === "no_shortcut" && !ofCell(target),
  },
  { name: "a layer made real", has: (kind) => kind === "real_layer" },
  { name: "real down-sampling", has: (kind) => kind === "real_downsampling" },
  { name: "all cell shortcuts of another kind", has: (kind) => kind === "cell_shortcut" },
  { name: "the 1x1 convolution at the other end", has: (kind) => kind === "process" },
];

function ofCell(target: string): boolean {
  return /^cell\d+\.shortcut$/.test(target);
}

/**
 * What an ablation's table shows, as Markdown: for each kind of change the range of its effects on accuracy, and how
 * many of its 95 % intervals do not hold 0, before and, where it was measured, after fine-tuning. Strongest first.
 *
 * @param table rows of `ablate`.
 * @throws RecordError for a row without the numbers that are read.
 *
 * @example
 * ```ts
 * const table = bars.readTable("data/records/analysis/ablations.json");
 * console.log(bars.readings.ablationReading(table).length > 0); // true
 * ```
 */
export function ablationReading(table: Table): string {
  const changes = table.rows.filter(({ kind }) => kind !== "none");
  const tuned = changes.length > 0 && changes.every((row) => typeof row["tunedChange"] === "number");
  const lines = groups
    .map(({ name, has }) => {
      const rows = changes.filter(({ kind, target }) => has(kind, String(target)));
      return { name, rows, mean: mean(rows.map((row) => numberOf(row, "change", table))) };
    })
    .filter(({ rows }) => rows.length > 0)
    .sort((a, b) => a.mean - b.mean)
    .map(({ name, rows }) => {
      const before = effectText(rows, ["change", "changeLow", "changeHigh"], table);
      const after = tuned
        ? `; after fine-tuning ${effectText(rows, ["tunedChange", "tunedLow", "tunedHigh"], table)}`
        : "";
      return `- ${name} (${rows.length}): ${before}${after}`;
    });
  const note = `Changes in percentage points, smallest to largest. The intervals are 95 % each and not corrected for their number: of ${changes.length} changes without any effect about ${Math.round(changes.length * 0.05)} would have an interval without 0.`;
  return `${lines.join("\n")}\n\n${note}`;
}

function effectText(
  rows: readonly TableRecord[],
  [change, low, high]: readonly [string, string, string],
  table: Table,
): string {
  const values = rows.map((row) => numberOf(row, change, table)).sort((a, b) => a - b);
  const clear = rows.filter((row) => excludesZero(numberOf(row, low, table), numberOf(row, high, table)));
  const [least, most] = [pointsText(values[0] ?? 0), pointsText(values.at(-1) ?? 0)];
  return `${least === most ? least : `${least} to ${most}`}, interval without 0 in ${clear.length} of ${rows.length}`;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
