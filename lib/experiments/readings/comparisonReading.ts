import type { Table, TableRecord } from "../../records/table";
import { RecordError } from "../../util/errors";
import { excludesZero, listText, numberOf, percentText, pointsText } from "./readingText";

/**
 * What a comparison at equal BOPs shows, as Markdown: which variants differ from the reference by an interval that
 * leaves 0 out, which do not, and over how many seeds.
 *
 * @param table rows of `runComparison`; the first is the reference.
 * @throws RecordError for a table without a reference row, or a row without the numbers that are read.
 *
 * @example
 * ```ts
 * const table = bars.readTable("data/records/analysis/layout.json");
 * console.log(bars.readings.comparisonReading(table).length > 0); // true
 * ```
 */
export function comparisonReading(table: Table): string {
  const variants = variantsOf(table);
  const clear = variants.filter((row) => isClear(row, table));
  const rest = variants.filter((row) => !clear.includes(row)).map(({ variant }) => `\`${variant}\``);
  const seeds = numberOf(referenceOf(table), "seeds", table);
  const found =
    clear.length > 0
      ? `Over ${seeds} seeds the 95 % interval of the difference leaves 0 out for ${listText(clear.map((row) => differenceText(row, table)))}.`
      : `Over ${seeds} seeds no 95 % interval of a difference leaves 0 out.`;
  const open =
    rest.length > 0
      ? ` It holds 0 for ${listText(rest)}: no difference was shown, which is not to say that there is none.`
      : "";
  return `${found}${open} The intervals are not corrected for their number (${variants.length}).`;
}

/**
 * What more seeds change in a comparison, as Markdown: the reference, and every variant of both tables.
 *
 * @throws RecordError as {@link comparisonReading}, and if the tables share no variant.
 *
 * @example
 * ```ts
 * const fewer = bars.readTable("data/records/analysis/layout.json");
 * const more = bars.readTable("data/records/analysis/layout-reductions.json");
 * console.log(bars.readings.moreSeedsReading(fewer, more).length > 0); // true
 * ```
 */
export function moreSeedsReading(fewer: Table, more: Table): string {
  const [before, after] = [referenceOf(fewer), referenceOf(more)];
  const pairs = variantsOf(more).flatMap((row) => {
    const earlier = variantsOf(fewer).find(({ variant }) => variant === row["variant"]);
    return earlier ? [{ earlier, row }] : [];
  });
  if (pairs.length === 0)
    throw new RecordError(
      `moreSeedsReading: expected variants that "${fewer.title}" and "${more.title}" share, got none.`,
    );
  const [few, many] = [numberOf(before, "seeds", fewer), numberOf(after, "seeds", more)];
  const accuracy = (row: TableRecord, table: Table) =>
    `${percentText(numberOf(row, "accuracy", table))} (sd ${(100 * numberOf(row, "accuracySd", table)).toFixed(1)})`;
  const lines = pairs.map(
    ({ earlier, row }) =>
      `- ${differenceText(earlier, fewer)} → ${intervalText(row, more)}${verdict(isClear(earlier, fewer), isClear(row, more))}`,
  );
  const shares = pairs.map(
    ({ row }) => `\`${row["variant"]}\` ${(100 * numberOf(row, "reductionShare", more)).toFixed(0)} %`,
  );
  const reference = (100 * numberOf(after, "reductionShare", more)).toFixed(0);
  return [
    `From ${few} to ${many} seeds the reference goes from ${accuracy(before, fewer)} to ${accuracy(after, more)}, and the differences from it:`,
    lines.join("\n"),
    `Reduction cells take ${reference} % of the reference's BOPs, and of the variants': ${shares.join(", ")}.`,
  ].join("\n\n");
}

function verdict(before: boolean, after: boolean): string {
  if (before && !after) return ": the interval then holds 0";
  if (!before && after) return ": the interval then leaves 0 out";
  return "";
}

function referenceOf(table: Table): TableRecord {
  const found = table.rows.find(({ factor }) => factor === "reference");
  if (found) return found;
  throw new RecordError(`table "${table.title}": expected a row whose factor is "reference", got none.`);
}

function variantsOf(table: Table): TableRecord[] {
  return table.rows.filter(({ factor }) => factor !== "reference");
}

function isClear(row: TableRecord, table: Table): boolean {
  return excludesZero(numberOf(row, "differenceLow", table), numberOf(row, "differenceHigh", table));
}

function differenceText(row: TableRecord, table: Table): string {
  return `\`${row["variant"]}\` ${intervalText(row, table)}`;
}

function intervalText(row: TableRecord, table: Table): string {
  const [difference, low, high] = ["difference", "differenceLow", "differenceHigh"].map((name) =>
    pointsText(numberOf(row, name, table)),
  );
  return `${difference} points (${low} to ${high})`;
}
