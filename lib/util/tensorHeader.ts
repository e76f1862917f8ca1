import { RecordError } from "./errors";
import { parseJson } from "./parseJson";
import { showValue } from "./showValue";

/** Where a tensor lies in a file. */
export interface TensorPlace {
  readonly name: string;
  readonly dtype: "F32" | "I32";
  readonly shape: readonly number[];
  /** First byte, and the byte after the last, counted from the start of the file. */
  readonly from: number;
  readonly to: number;
}

/** The header of a safetensors file. */
export interface TensorHeader {
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: readonly TensorPlace[];
  /** The byte after it. */
  readonly end: number;
}

/** The format's own bound. */
const longestHeader = 100_000_000;

/**
 * Reads and checks the header of a safetensors file of float32 and int32 values: its length, its JSON, and that the
 * tensors' values lie side by side, without gap or overlap, to the end of the file.
 *
 * @throws RecordError that names the file and what is wrong.
 */
export function tensorHeader(bytes: Buffer, path: string): TensorHeader {
  const damaged = (what: string) =>
    new RecordError(
      `${path}: not a complete safetensors file: ${what}. Delete it and resume from an older checkpoint, or start again.`,
    );
  if (bytes.length < 8) throw damaged(`expected at least 8 bytes, got ${bytes.length}`);
  const length = bytes.readBigUInt64LE(0);
  if (length > BigInt(longestHeader))
    throw damaged(`its header should have at most ${longestHeader} bytes, it states ${length}`);
  const end = 8 + Number(length);
  if (end > bytes.length)
    throw damaged(`its header should end at byte ${end}, the file ends at ${bytes.length}`);
  let header: unknown;
  try {
    header = parseJson(bytes.toString("utf8", 8, end));
  } catch (cause) {
    throw damaged(`its header is not JSON (${(cause as Error).message})`);
  }
  if (!isObject(header)) throw damaged(`its header should be an object, got ${showValue(header)}`);
  const { __metadata__: given = {}, ...entries } = header;
  if (!isObject(given)) throw damaged(`its metadata should be an object, got ${showValue(given)}`);
  for (const [key, value] of Object.entries(given)) {
    if (typeof value !== "string")
      throw damaged(`the metadata ${showValue(key)} should be text, got ${showValue(value)}`);
  }
  const tensors = Object.entries(entries).map(([name, entry]) => {
    const fault = entryFault(entry);
    if (fault !== null) throw damaged(`tensor ${showValue(name)} ${fault}`);
    const { dtype, shape, data_offsets } = entry as Entry;
    return { name, dtype, shape, from: end + data_offsets[0], to: end + data_offsets[1] };
  });
  let next = end;
  for (const { name, from, to } of [...tensors].sort((a, b) => a.from - b.from || a.to - b.to)) {
    if (from !== next)
      throw damaged(`tensor ${showValue(name)} should begin at byte ${next}, it begins at ${from}`);
    if (to > bytes.length)
      throw damaged(`tensor ${showValue(name)} should end at byte ${to}, the file ends at ${bytes.length}`);
    next = to;
  }
  if (next !== bytes.length)
    throw damaged(`it should end with its last tensor at byte ${next}, the file ends at ${bytes.length}`);
  return { metadata: given as Record<string, string>, tensors, end };
}

interface Entry {
  readonly dtype: "F32" | "I32";
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

const entryKeys = ["data_offsets", "dtype", "shape"];

/** What is wrong with the entry of a tensor; null where nothing is. */
function entryFault(entry: unknown): string | null {
  const expected = `should have the fields ${entryKeys.join(", ")}`;
  if (!isObject(entry)) return `${expected}, got ${showValue(entry)}`;
  const keys = Object.keys(entry).sort();
  if (keys.join() !== entryKeys.join()) return `${expected}, got ${keys.join(", ") || "none"}`;
  const { dtype, shape, data_offsets: offsets } = entry;
  if (dtype !== "F32" && dtype !== "I32") return `should be of type F32 or I32, got ${showValue(dtype)}`;
  if (!Array.isArray(shape) || !shape.every(isSize))
    return `should have a shape of whole numbers, got ${showValue(shape)}`;
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isSize))
    return `should have two offsets, got ${showValue(offsets)}`;
  const size = 4 * shape.reduce((product, extent) => product * extent, 1);
  const [from, to] = offsets as [number, number];
  if (to - from !== size)
    return `of shape [${shape.join(", ")}] should have ${size} bytes, its offsets give ${to - from}`;
  return null;
}

function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
