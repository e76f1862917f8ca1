import { fold, type RandomKey } from "../../lib/random/randomKey";
import { BarsError } from "../../lib/util/errors";
import { Declared, type Notes, sameMeaning } from "./declared";
import { Draws, mutateBytes, mutateJson, mutateText } from "./mutate";

/** One reader of the library, and good inputs for it. */
export interface FuzzReader {
  readonly name: string;
  /**
   * - `json`: the tree is damaged, or the letters; what is read must be as good values are ({@link Declared}).
   * - `text`: letters are damaged; `agrees` says whether what was read is what the text says.
   * - `bytes`: bits are flipped, bytes cut and added; `agrees` says whether what was read may be read.
   * - `hashed`: the same, and nothing but the good bytes may be read.
   */
  readonly form: "json" | "text" | "bytes" | "hashed";
  readonly seeds: readonly (string | Buffer)[];
  /** Reads an input as the library does, and gives what came of it as plain JSON. */
  readonly read: (input: Buffer) => unknown;
  readonly notes?: Notes;
  /** Places of the input where any key may stand. */
  readonly free?: RegExp;
  /** Null where a value read is what the input says; else what is wrong. */
  readonly agrees?: (value: unknown, input: Buffer) => string | null;
}

export interface FuzzCounts {
  readonly name: string;
  inputs: number;
  /** Refused with one of the project's own errors. */
  refused: number;
  /** Read as the good input is. */
  same: number;
  /** Read as another value that is as such values are: damage that no check of form can see. */
  other: number;
  /** Read as a value that no such input can mean. */
  silent: number;
  /** Thrown, and none of the project's own errors. */
  foreign: number;
  /** The first few of the last two kinds. */
  readonly examples: string[];
}

/** Feeds damaged inputs to one reader and counts what becomes of them. */
export async function fuzzReader(reader: FuzzReader, inputs: number, key: RandomKey): Promise<FuzzCounts> {
  const { name, form, seeds, read } = reader;
  const counts: FuzzCounts = {
    name,
    inputs,
    refused: 0,
    same: 0,
    other: 0,
    silent: 0,
    foreign: 0,
    examples: [],
  };
  const note = (text: string) => {
    if (counts.examples.length < 6) counts.examples.push(text);
  };
  const good: unknown[] = [];
  for (const seed of seeds) good.push(plain(await read(Buffer.from(seed as string))));
  const declared = new Declared(good, reader.notes ?? {});
  for (const value of form === "json" ? good : []) {
    const fault = declared.fault(value);
    if (fault !== null) throw new Error(`fuzz ${name}: a good input is not as declared: ${fault}.`);
  }
  for (let i = 0; i < inputs; i++) {
    const draws = new Draws(fold(key, i));
    const which = draws.below(seeds.length);
    const seed = seeds[which] as string | Buffer;
    const { bytes, what, mustRefuse } =
      form === "json"
        ? mutateJson(String(seed), draws, reader.free)
        : form === "text"
          ? mutateText(String(seed), draws)
          : mutateBytes(seed as Buffer, draws, form === "hashed");
    if (bytes.equals(Buffer.from(seed as string))) {
      counts.same += 1;
      continue;
    }
    let value: unknown;
    try {
      value = plain(await read(bytes));
    } catch (error) {
      if (error instanceof BarsError) counts.refused += 1;
      else {
        counts.foreign += 1;
        note(
          `${what}: ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`.slice(
            0,
            200,
          ),
        );
      }
      continue;
    }
    const fault = mustRefuse
      ? "it must be refused"
      : form === "json"
        ? declared.fault(value)
        : (reader.agrees?.(value, bytes) ?? null);
    if (fault !== null) {
      counts.silent += 1;
      note(`${what}: taken, though ${fault}`.slice(0, 2000));
    } else if (sameMeaning(value, good[which])) counts.same += 1;
    else counts.other += 1;
  }
  return counts;
}

/** A value as its JSON says it, but for numbers that JSON lacks. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (ArrayBuffer.isView(value)) return [...(value as Uint8Array)];
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, part]) => (part === undefined ? [] : [[key, plain(part)]])),
  );
}

/** Counts as a table for a terminal. */
export function fuzzTable(all: readonly FuzzCounts[]): string {
  const columns = ["inputs", "refused", "same", "other", "silent", "foreign"] as const;
  const total = Object.fromEntries(
    columns.map((column) => [column, all.reduce((sum, counts) => sum + counts[column], 0)]),
  );
  const rows = [...all, { name: "all", ...total } as unknown as FuzzCounts].map((counts) => [
    counts.name,
    ...columns.map((column) => String(counts[column])),
  ]);
  const table = [["reader", ...columns], ...rows];
  const widths = table[0]?.map((_, c) => Math.max(...table.map((row) => (row[c] as string).length))) ?? [];
  return table
    .map((row) =>
      row
        .map((text, c) => (c === 0 ? text.padEnd(widths[c] as number) : text.padStart(widths[c] as number)))
        .join("  "),
    )
    .join("\n");
}
