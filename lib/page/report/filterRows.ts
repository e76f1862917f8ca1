import type { TableCell } from "../../records/table";
import type { ReportRow } from "./reportData";

/** A condition of a filter. */
type Condition = (row: ReportRow) => boolean;

/** The value of a column or a setting; undefined where there is none of that name. */
export type ValueOf = (row: ReportRow, key: string) => TableCell | undefined;

const searched = ["name", "kind", "status", "detail", "dataset", "method", "place", "config"] as const;
const texts = new WeakMap<ReportRow, string>();

function textOf(row: ReportRow): string {
  let text = texts.get(row);
  if (text === undefined) {
    text = searched
      .map((key) => row[key] ?? "")
      .join("\n")
      .toLowerCase();
    texts.set(row, text);
  }
  return text;
}

/**
 * The rows that meet every condition of a filter: words that some text of the row holds, and `column:text`, `column=value`,
 * `column<number` (`<=`, `>`, `>=`), each negated by a `-` before it. Numbers may have k, M, G or %. Text with spaces stands
 * between quotes.
 */
export function filterRows(
  rows: readonly ReportRow[],
  filter: string,
  valueIn: ValueOf,
): readonly ReportRow[] {
  const conditions = wordsOf(filter).map((word) => conditionOf(word, valueIn));
  return conditions.length === 0 ? rows : rows.filter((row) => conditions.every((meets) => meets(row)));
}

function wordsOf(filter: string): string[] {
  return [...filter.matchAll(/(?:[^\s"]|"[^"]*"?)+/g)].map(([word]) => word.replaceAll('"', ""));
}

function conditionOf(word: string, valueIn: ValueOf): Condition {
  if (word.startsWith("-") && word.length > 1) {
    const meets = conditionOf(word.slice(1), valueIn);
    return (row) => !meets(row);
  }
  const [, key = "", sign = "", wanted = ""] = /^([A-Za-z][\w.]*)(<=|>=|:|=|<|>)(.+)$/.exec(word) ?? [];
  const plain = word.toLowerCase();
  if (sign === "") return (row) => textOf(row).includes(plain);
  const text = wanted.toLowerCase();
  const number = amountOf(wanted);
  return (row) => {
    const value = valueIn(row, key);
    // No column: then it is text, such as a part of a path.
    if (value === undefined) return textOf(row).includes(plain);
    if (value === null) return false;
    if (sign === ":") return String(value).toLowerCase().includes(text);
    if (sign === "=")
      return String(value).toLowerCase() === text || (typeof value === "number" && value === number);
    if (typeof value === "number" && number !== null) return compared(value, sign, number);
    return typeof value === "string" && compared(value.toLowerCase(), sign, text);
  };
}

function compared<T extends number | string>(value: T, sign: string, other: T): boolean {
  if (sign === "<") return value < other;
  if (sign === ">") return value > other;
  return sign === "<=" ? value <= other : value >= other;
}

/** `2.5M` → 2,500,000; `60%` → 0.6; null for what is no number. */
function amountOf(text: string): number | null {
  const [, digits, unit = ""] = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)(k|M|G|%)?$/.exec(text) ?? [];
  if (digits === undefined) return null;
  // By the power of ten in the text: a product would be rounded once more, and no longer be the number that was written down.
  const [digit, power = "0"] = digits.split("e") as [string, string?];
  const shift = { "": 0, k: 3, M: 6, G: 9, "%": -2 }[unit] as number;
  return Number(`${digit}e${Number(power) + shift}`);
}

const letters = new Intl.Collator("en", { numeric: true });

/** Rows by a value, rows without one last, equal ones as they were. */
export function sortRows(
  rows: readonly ReportRow[],
  value: (row: ReportRow) => TableCell,
  down: boolean,
): ReportRow[] {
  const sign = down ? -1 : 1;
  const keyed = rows.map((row) => [value(row), row] as const);
  keyed.sort(([a], [b]) => {
    if (a === null || b === null) return Number(a === null) - Number(b === null);
    if (typeof a === "number" && typeof b === "number") return sign * (a - b);
    return sign * letters.compare(String(a), String(b));
  });
  return keyed.map(([, row]) => row);
}
