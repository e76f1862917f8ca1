import { sha256 } from "@noble/hashes/sha2";
import { BarsError, RecordError } from "../util/errors";
import { parseJson } from "../util/parseJson";
import { checksumBytes, fileLayout, fileOrder, tensorBytes } from "./fileLayout";
import { checkHeader } from "./headerShape";
import { unpackedText } from "./headerText";
import type { PackedModel } from "./packedModel";
import { type PackedTensor, type PlannedTensor, plannedTensors } from "./tensors";

const again = "Take another copy of it, or pack the network again.";
/** More weights than this no model of a packed file has; a header that asks for them is wrong. */
const mostBytes = 2 ** 30;

/**
 * Reads a packed model ({@link fileLayout}). All is checked before anything is given out: length, version, checksum, header, and that
 * the weights are exactly those that the header's model has, finite.
 *
 * @param place the file, for messages.
 * @throws RecordError that names the file, what was expected and what came; ConfigError or GenotypeError for a model that this
 * version cannot build.
 *
 * @example
 * ```ts
 * const network = bars.config.baselineConfig({ width: 0.125, imageSize: 8 });
 * const model = bars.packed.packDrawn({ kind: "baseline", name: "small", ...network }, bars.randomKey(0));
 * const bytes = bars.packed.packedModelBytes(model);
 * console.log(bars.packed.packedModelOf(bytes).tensors.size === model.tensors.size); // true
 * bytes[bytes.length - 1] ^= 1;
 * try {
 *   bars.packed.packedModelOf(bytes, "mine.bars");
 * } catch (error) {
 *   console.log(error.message.split(",")[0]); // mine.bars: its content should have the checksum it states
 * }
 * ```
 */
export function packedModelOf(bytes: Uint8Array, place = "packed model"): PackedModel {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { start } = fileLayout;
  const { version, headerBytes, weightBytes } = checkFrame(bytes, view, place);
  const end = start + headerBytes + weightBytes;
  const stated = bytes.subarray(end);
  const found = sha256(bytes.subarray(0, end)).subarray(0, stated.length);
  if (!found.every((byte, i) => byte === stated[i]))
    throw new RecordError(
      `${place}: its content should have the checksum it states, ${hex(stated)}, got ${hex(found)}; the file is damaged or was changed. ${again}`,
    );
  const header = checkHeader(
    headerJson(bytes.subarray(start, start + headerBytes), version, place),
    `${place}: header`,
  );
  const planned = plan(header, place);
  const expected = planned.reduce((sum, tensor) => sum + tensorBytes(tensor), 0);
  if (expected !== weightBytes)
    throw new RecordError(
      `${place}: the weights of its model should take ${expected} bytes, got ${weightBytes}. The header belongs to other weights. ${again}`,
    );
  const tensors = new Map<string, PackedTensor>();
  let at = start + headerBytes;
  for (const tensor of planned) {
    tensors.set(tensor.name, readTensor(bytes, view, at, tensor, place));
    at += tensorBytes(tensor);
  }
  return { header, tensors };
}

/** What the first bytes say. */
interface Frame {
  readonly version: number;
  readonly headerBytes: number;
  readonly weightBytes: number;
}

/** Length, letters and version. */
function checkFrame(bytes: Uint8Array, view: DataView, place: string): Frame {
  const { magic, version, start } = fileLayout;
  if (bytes.length < start || String.fromCharCode(...bytes.subarray(0, 4)) !== magic)
    throw new RecordError(
      `${place}: a packed model should begin with the letters ${magic}; this is another file, or it is damaged.`,
    );
  const found = view.getUint32(4, true);
  if (found < 1 || found > version)
    throw new RecordError(
      `${place}: the format's version should be 1 or ${version}, got ${found}. ${found > version ? "A newer version of bars wrote it; update bars." : `It is damaged. ${again}`}`,
    );
  const [headerBytes, weightBytes] = [view.getUint32(8, true), view.getUint32(12, true)];
  const expected = start + headerBytes + weightBytes + checksumBytes(found);
  if (bytes.length !== expected)
    throw new RecordError(
      `${place}: should have ${expected} bytes, got ${bytes.length}; ${bytes.length < expected ? "it is cut off" : "something was appended"}. ${again}`,
    );
  return { version: found, headerBytes, weightBytes };
}

function headerJson(bytes: Uint8Array, version: number, place: string): unknown {
  const plain = version === 1;
  try {
    return parseJson(plain ? new TextDecoder("utf-8", { fatal: true }).decode(bytes) : unpackedText(bytes));
  } catch (cause) {
    throw new RecordError(
      `${place}: its header should be ${plain ? "" : "deflated "}JSON (${(cause as Error).message}). ${again}`,
      { cause },
    );
  }
}

/** The tensors that a header's model has. */
function plan({ model, binarization }: PackedModel["header"], place: string): PlannedTensor[] {
  try {
    const planned = fileOrder(plannedTensors(model, binarization));
    if (planned.reduce((sum, tensor) => sum + tensorBytes(tensor), 0) < mostBytes) return planned;
  } catch (error) {
    if (error instanceof BarsError) throw error;
    throw new RecordError(`${place}: its model cannot be built: ${(error as Error).message}. ${again}`, {
      cause: error,
    });
  }
  throw new RecordError(`${place}: its model should have weights of less than 1 GB. ${again}`);
}

function readTensor(
  bytes: Uint8Array,
  view: DataView,
  at: number,
  tensor: PlannedTensor,
  place: string,
): PackedTensor {
  const { name, kind, length } = tensor;
  if (kind === "real") {
    const values = new Float32Array(length);
    for (let i = 0; i < length; i++) values[i] = view.getFloat32(at + 4 * i, true);
    const wrong = values.findIndex((value) => !Number.isFinite(value));
    if (wrong < 0) return values;
    throw new RecordError(
      `${place}: "${name}" should hold finite numbers, got ${values[wrong]} at place ${wrong}. ${again}`,
    );
  }
  const signs = new Uint8Array(length);
  for (let i = 0; i < length; i++) signs[i] = ((bytes[at + (i >> 3)] as number) >> (i & 7)) & 1;
  const left = length % 8;
  if (left > 0 && (bytes[at + (length >> 3)] as number) >> left !== 0)
    throw new RecordError(`${place}: the bits behind the last sign of "${name}" should be 0. ${again}`);
  return signs;
}

const hex = (bytes: Uint8Array): string =>
  Array.from(bytes.subarray(0, 6), (byte) => byte.toString(16).padStart(2, "0")).join("");
