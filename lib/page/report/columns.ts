import type { TableCell } from "../../records/table";
import { siAmount } from "../../util/siAmount";
import type { MoreOfRun } from "./moreOfRuns";
import type { ReportRow } from "./reportData";

/** One column of the table. */
export interface Column {
  readonly key: string;
  readonly label: string;
  readonly about: string;
  readonly isNumber: boolean;
  readonly value: (row: ReportRow) => TableCell;
  readonly text: (value: TableCell) => string;
}

export const percentText = (value: TableCell) =>
  typeof value === "number" ? `${(100 * value).toFixed(2)} %` : "";
export const amountText = (value: TableCell) => (typeof value === "number" ? siAmount(value) : "");

/** `2026-01-31 09:05`, as the record says it: in UTC. */
export function timeText(value: TableCell): string {
  return typeof value === "string" ? value.slice(0, 16).replace("T", " ") : "";
}

/** `3:07`, `1:02:07`. */
export function durationText(value: TableCell): string {
  if (typeof value !== "number") return "";
  const whole = Math.round(value);
  const two = (part: number) => String(part).padStart(2, "0");
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

const plainText = (value: TableCell) => (value === null ? "" : String(value));

type Made = readonly [
  key: keyof ReportRow,
  label: string,
  about: string,
  text?: (value: TableCell) => string,
];

const words: readonly Made[] = [
  ["kind", "kind", "search, training, race, evolution, sweep, or the table of a comparison or analysis"],
  ["status", "status", "stopped: the record says running, but no process has its folder"],
  ["progress", "progress", "how much of its work is done"],
  ["dataset", "data", "data set"],
  ["method", "method", "how its architecture came about, or how it searches"],
];
const numbers: readonly Made[] = [
  ["seed", "seed", "seed of everything random", plainText],
  [
    "test",
    "test",
    "accuracy on test images of a network trained from scratch; a run's page says how many images",
    percentText,
  ],
  [
    "choice",
    "choice",
    "accuracy that it chooses by: of shared weights in a search, on held-out training images elsewhere",
    percentText,
  ],
  ["ops", "OPs", "FLOPs + BOPs / 64 of one image, one multiply-accumulate = 1", amountText],
  ["bops", "BOPs", "1-bit multiply-accumulates of one image", amountText],
  ["flops", "FLOPs", "real multiply-accumulates of one image", amountText],
  ["bits", "bits", "stored model: 1 a binary weight, 32 a real number", amountText],
  ["parameters", "parameters", "binary and real ones", amountText],
  [
    "seconds",
    "time",
    "hours, minutes and seconds that its epochs or evaluations took, by its record",
    durationText,
  ],
];
const last: readonly Made[] = [
  ["updated", "updated", "when its record was last written, UTC", timeText],
  ["created", "created", "when it began, UTC", timeText],
  ["config", "config", "first 12 digits of its settings' hash"],
  ["bars", "bars", "version of the library that wrote it"],
  ["place", "place", "where its record is"],
];

const made =
  (isNumber: boolean) =>
  ([key, label, about, text = plainText]: Made): Column => ({
    key,
    label,
    about,
    isNumber,
    value: (row) => row[key],
    text,
  });

/** Every column of a row, in the order of the table. */
export const rowColumns: readonly Column[] = [
  ...words.map(made(false)),
  ...numbers.map(made(true)),
  ...last.map(made(false)),
];

/** Those a table begins with. */
export const usualColumns: readonly string[] = [
  "kind",
  "status",
  "progress",
  "dataset",
  "method",
  "seed",
  "test",
  "choice",
  "ops",
  "bits",
  "seconds",
  "updated",
];

/** The column of a setting. */
export function settingColumn(key: string, more: ReadonlyMap<string, MoreOfRun>): Column {
  return {
    key,
    label: key,
    about: `setting ${key}`,
    isNumber: [...more.values()].every(({ settings }) =>
      ["number", "object"].includes(typeof (settings[key] ?? null)),
    ),
    value: ({ id }) => more.get(id)?.settings[key] ?? null,
    text: plainText,
  };
}

/** Names of the settings that are not the same in all runs. */
export function settingKeys(more: ReadonlyMap<string, MoreOfRun> | null): string[] {
  const first = more?.values().next().value;
  return first ? Object.keys(first.settings) : [];
}
