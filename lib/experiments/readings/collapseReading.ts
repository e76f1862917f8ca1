import type { EpochRecord, SearchRecord } from "../../records/searchRecord";
import { RecordError } from "../../util/errors";
import { decimalText, listText, pointsText } from "./readingText";

interface Sign {
  readonly name: string;
  readonly of: (epoch: EpochRecord) => number | null;
  readonly text: (value: number) => string;
  readonly unit?: string;
}

const signs: readonly Sign[] = [
  { name: "edges without weights", of: (epoch) => epoch.parameterFreeShare, text: (v) => decimalText(v) },
  {
    name: "discretisation gap",
    of: (epoch) => epoch.discretizationGap,
    text: pointsText,
    unit: " points",
  },
  { name: "entropy of the edges", of: (epoch) => epoch.entropy.cell, text: (v) => decimalText(v) },
  { name: "margin of the edges", of: (epoch) => epoch.margin?.cell ?? null, text: (v) => decimalText(v) },
  { name: "dominant eigenvalue", of: (epoch) => epoch.eigenvalue, text: (v) => decimalText(v) },
];

/**
 * The signs of collapse of named groups of searches in words, as Markdown: each sign after the first and the last
 * epoch, as a mean with the smallest and largest search, and which signs tell the groups apart after the last.
 *
 * A sign tells groups apart where their ranges do not touch. With a handful of searches that is a description, no test.
 *
 * @throws RecordError for a group without a search, and for a search without an epoch.
 *
 * @example
 * ```ts
 * const record = bars.readSearchRecord("data/records/search-cured-seed0.json");
 * console.log(bars.readings.collapseReading({ cured: [record] }).includes("cured")); // true
 * ```
 */
export function collapseReading(groups: Readonly<Record<string, readonly SearchRecord[]>>): string {
  const names = Object.keys(groups);
  for (const name of names) {
    if (groups[name]?.length === 0 || groups[name]?.some(({ epochs }) => epochs.length === 0))
      throw new RecordError(`collapseReading: expected searches with epochs in "${name}", got none.`);
  }
  const measured = signs.filter(({ of }) =>
    names.every((name) => groups[name]?.every(({ epochs }) => epochs.every((epoch) => of(epoch) !== null))),
  );
  const lines = names.map((name) => {
    const records = groups[name] ?? [];
    const each = measured.map((sign) => {
      const [first, last] = [rangeOf(sign, records, 0), rangeOf(sign, records, -1)];
      return `${sign.name} ${rangeText(sign, first)} → ${rangeText(sign, last)}`;
    });
    const count =
      records.length === 1 ? "1 search" : `${records.length} searches: mean (smallest to largest)`;
    return `- **${name}**, ${count}, after the first → the last epoch: ${each.join("; ")}.`;
  });
  if (names.length < 2) return lines.join("\n");
  const apart = measured.filter((sign) =>
    areApart(names.map((name) => rangeOf(sign, groups[name] ?? [], -1))),
  );
  const alike = measured.filter((sign) => !apart.includes(sign));
  const of = (list: readonly Sign[]) => listText(list.map(({ name }) => name));
  const sentences = [
    apart.length > 0
      ? `After the last epoch the groups are told apart by: ${of(apart)}.`
      : "After the last epoch no sign tells the groups apart.",
    ...(alike.length > 0 ? [`Their ranges overlap in: ${of(alike)}.`] : []),
  ];
  return `${lines.join("\n")}\n\n${sentences.join(" ")}`;
}

interface Range {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

function rangeOf({ of }: Sign, records: readonly SearchRecord[], at: 0 | -1): Range {
  const values = records.map(({ epochs }) => of(epochs.at(at) as EpochRecord) as number);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mean, low: Math.min(...values), high: Math.max(...values) };
}

function rangeText({ text, unit = "" }: Sign, { mean, low, high }: Range): string {
  const spread = text(low) === text(high) ? "" : ` (${text(low)} to ${text(high)})`;
  return `${text(mean)}${unit}${spread}`;
}

function areApart(ranges: readonly Range[]): boolean {
  const sorted = [...ranges].sort((a, b) => a.low - b.low);
  return sorted.every(({ low }, i) => i === 0 || (sorted[i - 1] as Range).high < low);
}
