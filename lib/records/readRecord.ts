import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { checkDefined } from "../config/definitions";
import { binaryKind } from "../util/binaryKind";
import { hashJson } from "../util/canonicalJson";
import { NoRecordError, RecordError } from "../util/errors";
import { oneLine } from "../util/oneLine";
import { parseJson } from "../util/parseJson";
import { damagedRemedy, type ObjectShape } from "../util/shape";
import { showValue } from "../util/showValue";
import { unsealed } from "./seal";

/**
 * Reads a file that should hold the JSON of a record.
 * @param what e.g. "a training record".
 * @throws RecordError if the file cannot be read, is not JSON (as `parseJson` takes it) or is not what it was when it was
 * written (`unsealed`).
 */
export function readRecordJson(path: string, what: string): unknown {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT") throw noRecord(path, what, cause);
    const inFolder = join(path, "record.json");
    if (code === "EISDIR" && existsSync(inFolder)) return readRecordJson(inFolder, what);
    if (code === "EISDIR")
      throw new NoRecordError(`${path}: expected the file of ${what}, found a folder. Name the file in it.`, {
        cause,
      });
    throw new RecordError(`${path}: expected ${what}, could not read it: ${(cause as Error).message}.`, {
      cause,
    });
  }
  let value: unknown;
  try {
    value = parseJson(bytes.toString("utf8"));
  } catch (cause) {
    const other = binaryKind(bytes);
    if (other !== null) throw new RecordError(`${path}: expected ${what}, got ${other}`, { cause });
    throw new RecordError(
      `${path}: expected ${what}, got text that is not JSON (${oneLine((cause as Error).message)}). ${damagedRemedy}`,
      { cause },
    );
  }
  return unsealed(value, path);
}

/** Who names a folder in which no run has begun is told of the folder, not of a file in it that they did not name. */
function noRecord(path: string, what: string, cause: unknown): NoRecordError {
  const folder = dirname(path);
  const isInFolder = basename(path) === "record.json" && existsSync(folder);
  return new NoRecordError(
    isInFolder
      ? `${folder}: expected a folder with ${what}, found no record.json in it. Give the folder that --out named when the run was started, or a record's file.`
      : `${path}: expected ${what}, found no such file. Give the file of one, or the folder of a run.`,
    { cause },
  );
}

/** The `kind` of a value of unknown origin; undefined where it is no object or says none. */
export function kindInJson(value: unknown): unknown {
  const isObject = typeof value === "object" && value !== null;
  return isObject && Object.hasOwn(value, "kind") ? (value as { kind: unknown }).kind : undefined;
}

/** The error of a file that holds something else than the kinds it may. @param what e.g. "the record of a search or of a race". */
export function otherKind(value: unknown, what: string, place: string): RecordError {
  const kind = kindInJson(value);
  return new RecordError(
    `${place}: expected ${what}, got ${kind === undefined ? "JSON of no kind" : showValue(kind)}.`,
  );
}

/** What every record says of itself, and what it must hold. */
export interface RecordForm<T extends object> {
  readonly what: string;
  readonly kind: string;
  /** What is written now. */
  readonly schema: number;
  /** Schemas that are read as they are: same fields, other meaning of some numbers. */
  readonly earlier?: readonly number[];
  readonly shape: ObjectShape<T>;
  /** The fields `configHash` is the hash of, where it is one of the record's own. */
  readonly hashed?: readonly [string, ...string[]];
}

/**
 * Checks kind, schema and every field, at every depth, of a value of unknown origin, and that its settings have the
 * hash it states.
 * @throws RecordError that names the place, what was expected and what came.
 */
export function checkRecordForm<T extends object>(value: unknown, form: RecordForm<T>, place: string): T {
  const kind = kindInJson(value);
  if (kind !== form.kind) {
    throw new RecordError(
      `${place}: expected kind "${form.kind}", got ${kind === undefined ? "JSON of no kind" : showValue(kind)}. Give ${form.what}.`,
    );
  }
  const record = value as Readonly<Record<string, unknown>>;
  const schema = Object.hasOwn(record, "schema") ? record["schema"] : undefined;
  if (![form.schema, ...(form.earlier ?? [])].some((known) => known === schema))
    throw otherSchema(record, form.schema, place);
  if (Object.hasOwn(record, "defined")) checkDefined(record["defined"], place);
  for (const [field, shape] of Object.entries<object>(form.shape.fields)) {
    if (!("optional" in shape) && !Object.hasOwn(record, field))
      throw new RecordError(`${place}: ${form.what} has the field "${field}", this one lacks it.`);
  }
  if (form.hashed) checkConfigHash(record, form.hashed, place);
  form.shape.check(record, `${place}: `);
  return record as unknown as T;
}

/** The error of a record of another schema. */
function otherSchema(
  record: Readonly<Record<string, unknown>>,
  expected: number,
  place: string,
): RecordError {
  const versions = record["versions"] as { bars?: unknown } | null | undefined;
  const writer = typeof versions?.bars === "string" ? versions.bars : "unknown";
  return new RecordError(
    `${place}: expected schema ${expected}, got ${showValue(record["schema"])}; it was written by another version of bars (${writer}). Read it with that version.`,
  );
}

/** Settings that were changed afterwards, or damaged, would have a record speak of another experiment. */
function checkConfigHash(
  record: Readonly<Record<string, unknown>>,
  hashed: readonly [string, ...string[]],
  place: string,
): void {
  const parts = Object.fromEntries(hashed.map((field) => [field, record[field]]));
  const hash = hashJson(hashed.length === 1 ? record[hashed[0]] : parts);
  if (record["configHash"] === hash) return;
  throw new RecordError(
    `${place}: configHash must be the hash of ${hashed.join(" and ")}, "${hash.slice(0, 12)}…", got ${showValue(record["configHash"])}. The file is damaged, or its settings were changed by hand: take a copy of it, or run again with the settings you want.`,
  );
}
