import { readFileSync } from "node:fs";
import { RecordError } from "../util/errors";

/**
 * Reads a file that should hold the JSON of a record.
 * @param what e.g. "a training record".
 * @throws RecordError if the file cannot be read or is not JSON.
 */
export function readRecordJson(path: string, what: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    throw new RecordError(`${path}: expected ${what}, could not read it: ${(cause as Error).message}.`, {
      cause,
    });
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new RecordError(
      `${path}: expected ${what}, got text that is not JSON (${(cause as Error).message}).`,
      { cause },
    );
  }
}

/** What every record says of itself. */
export interface RecordForm {
  readonly what: string;
  readonly kind: string;
  /** What is written now. */
  readonly schema: number;
  /** Schemas that are read as they are: same fields, other meaning of some numbers. */
  readonly earlier?: readonly number[];
  /** Fields every reader relies on. */
  readonly fields: readonly string[];
}

/**
 * Checks kind, schema and fields of a value of unknown origin.
 * @throws RecordError that names the place, what was expected and what came.
 */
export function checkRecordForm(
  value: unknown,
  form: RecordForm,
  place: string,
): Readonly<Record<string, unknown>> {
  const isObject = typeof value === "object" && value !== null;
  const record = (isObject ? value : {}) as Record<string, unknown>;
  if (record["kind"] !== form.kind) {
    throw new RecordError(`${place}: expected kind "${form.kind}", got ${JSON.stringify(record["kind"])}.`);
  }
  if (![form.schema, ...(form.earlier ?? [])].some((schema) => record["schema"] === schema)) {
    const writer = (record["versions"] as { bars?: string } | undefined)?.bars ?? "unknown";
    throw new RecordError(
      `${place}: expected schema ${form.schema}, got ${JSON.stringify(record["schema"])}; it was written by another version of bars (${writer}). Read it with that version.`,
    );
  }
  for (const field of form.fields) {
    if (record[field] === undefined)
      throw new RecordError(`${place}: ${form.what} has the field "${field}", this one lacks it.`);
  }
  return record;
}
