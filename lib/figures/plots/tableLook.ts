/** How a column of a shown table looks. */
export interface ColumnLook {
  /** What stands above it: words, and the unit. */
  readonly head: string;
  /** Whether it holds numbers alone, besides what is missing. */
  readonly isNumber: boolean;
  /** A value of it as text; nothing for what is missing. */
  readonly text: (value: unknown) => string;
}

/** A column before it is looked at. */
export interface ShownColumn {
  readonly name: string;
  /** Of its numbers, as tables state it; undefined where the rows are plain. */
  readonly unit?: string | null;
  readonly values: readonly unknown[];
}

type Scale = "percent" | "points" | null;

const abbreviations: Readonly<Record<string, string>> = {
  bops: "BOPs",
  flops: "FLOPs",
  ops: "OPs",
  holm: "(Holm)",
};
/** Units that the names of the columns say. */
const saidByName = new Set(["share", "MAC", "operations", "multiply-accumulates", "cosine", "ratio"]);
/** Last words of columns around another one, its spread and its interval: alone, or after the first word of that one. */
const around = new Set(["sd", "low", "high"]);

/**
 * How the columns of a table look. Shares that are accuracies, differences of them or stated as shares stand in percent;
 * spreads and intervals look as the column that they belong to. They have one decimal, two where all are below one.
 */
export function columnLooks(columns: readonly ShownColumn[]): ColumnLook[] {
  const aboutAccuracy = columns.some(({ name }) => wordsOf(name).includes("accuracy"));
  let before: Scale = null;
  let first: string | undefined;
  return columns.map((column) => {
    const words = wordsOf(column.name);
    const isAround = around.has(words.at(-1) as string) && (words.length === 1 || words[0] === first);
    const scale: Scale = isAround ? before : scaleOf(column, words, aboutAccuracy);
    before = scale;
    if (words.length > 1 || !isAround) first = words[0];
    return look(column, scale);
  });
}

function look({ name, unit, values }: ShownColumn, scale: Scale): ColumnLook {
  const there = values.filter((value) => !isMissing(value));
  const isNumber = there.length > 0 && there.every((value) => typeof value === "number");
  const inPercent = scale !== null && isNumber && there.every((value) => Math.abs(value as number) <= 1);
  const said = inPercent ? (scale === "percent" ? "%" : "points") : unit && !saidByName.has(unit) ? unit : "";
  const head = `${headOf(name)}${said ? `, ${said}` : ""}`;
  if (inPercent) {
    const sizes = there.map((value) => Math.abs(100 * (value as number))).filter((size) => size > 0);
    const digits = sizes.length > 0 && Math.max(...sizes) < 0.95 ? 2 : 1;
    const text = (value: unknown) =>
      isMissing(value) ? "" : trueMinus((100 * (value as number)).toFixed(digits));
    return { head, isNumber, text };
  }
  const isLabel = /^(?:seed|epoch|job|year)$/.test(name);
  const digits = isNumber ? commonDigits(there as readonly number[]) : null;
  const text = (value: unknown) => {
    if (isLabel && Number.isInteger(value)) return trueMinus(String(value));
    return digits === null || isMissing(value)
      ? valueText(value)
      : trueMinus((value as number).toFixed(digits));
  };
  return { head, isNumber, text };
}

function isMissing(value: unknown): boolean {
  return value === null || value === undefined || Number.isNaN(value);
}

function scaleOf({ unit }: ShownColumn, words: readonly string[], aboutAccuracy: boolean): Scale {
  const difference = words.includes("difference") || words.includes("change");
  if (unit !== undefined && unit !== "share") return null;
  if (difference && (unit === "share" || aboutAccuracy)) return "points";
  if (unit === "share" || words.includes("accuracy") || words.includes("share")) return "percent";
  return aboutAccuracy && words[0] === "tuned" ? "percent" : null;
}

/**
 * Decimals with which all numbers of a column stand below one another: four significant digits of the largest, fewer
 * where none needs them. Null where the numbers are whole or large, or one would vanish.
 */
function commonDigits(values: readonly number[]): number | null {
  const sizes = values.map(Math.abs).filter((size) => size > 0);
  const [least, most] = [Math.min(...sizes), Math.max(...sizes)];
  if (sizes.length === 0 || values.every(Number.isInteger) || !(most < 1000)) return null;
  let digits = 3 - Math.max(0, Math.floor(Math.log10(most)));
  if (least < 10 ** -digits) return null;
  while (digits > 1 && values.every((value) => value.toFixed(digits).endsWith("0"))) digits -= 1;
  return digits;
}

/** `testAccuracy` → test, accuracy. Names that are no identifiers in camel case stay whole. */
function wordsOf(name: string): string[] {
  if (!/^[a-z][A-Za-z0-9]*$/.test(name)) return name.split(" ");
  if (!/[A-Z]/.test(name)) return [name];
  const parted = name.replaceAll(/([a-z0-9])(?=[A-Z])|([A-Za-z])(?=[0-9])/g, "$& ").split(" ");
  return parted.map((word) => (word.length > 1 ? word.toLowerCase() : word));
}

function headOf(name: string): string {
  return wordsOf(name)
    .map((word) => (Object.hasOwn(abbreviations, word) ? (abbreviations[word] as string) : word))
    .join(" ");
}

/** Whole numbers in groups of three, others with four significant digits; nothing for what is missing. */
function valueText(value: unknown): string {
  if (isMissing(value)) return "";
  if (typeof value === "object")
    return JSON.stringify(value, (_, own) => (typeof own === "number" ? short(own) : own));
  return typeof value === "number" ? trueMinus(numberText(value)) : String(value);
}

function short(value: number): number {
  return Number.isInteger(value) ? value : Number(value.toPrecision(4));
}

function numberText(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (Number.isInteger(value)) return value.toLocaleString("en-US");
  const size = Math.abs(value);
  return size >= 1e-3 && size < 1e6
    ? value.toLocaleString("en-US", { maximumSignificantDigits: 4 })
    : value.toExponential(3);
}

function trueMinus(text: string): string {
  // What is rounded to nothing has no sign.
  return /^-[0.]+$/.test(text) ? text.slice(1) : text.replaceAll("-", "−");
}
