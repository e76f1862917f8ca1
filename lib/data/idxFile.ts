import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { DataError } from "../util/errors";

/** An array of bytes in the idx form. */
export interface IdxArray {
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/**
 * Reads a file of unsigned bytes in the idx form of MNIST, packed by gzip or not (told by its first bytes): two zero
 * bytes, the type 8, the number of dimensions, each dimension as a big-endian 32-bit number, then the bytes.
 *
 * Source of the form: Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits".
 *
 * @throws DataError if the file is missing, no gzip or idx file, or has another length than its dimensions say.
 */
export function readIdx(path: string, dimensions: number): IdxArray {
  if (!existsSync(path)) throw new DataError(`readIdx: expected a file ${path}, got none.`);
  const raw = readFileSync(path);
  const bytes = raw[0] === 0x1f && raw[1] === 0x8b ? unpacked(path, raw) : raw;
  if (bytes.length < 4 || bytes.readUInt16BE(0) !== 0 || bytes[2] !== 8 || bytes[3] !== dimensions) {
    const got = [...bytes.subarray(0, 4)].map((one) => one.toString(16).padStart(2, "0")).join(" ");
    throw new DataError(
      `readIdx: ${path} must begin with 00 00 08 0${dimensions} (unsigned bytes in ${dimensions} dimensions), got ${got === "" ? "nothing" : got}. It is another file or damaged: delete it and load again.`,
    );
  }
  const start = 4 + 4 * dimensions;
  const shape = Array.from({ length: dimensions }, (_, d) =>
    bytes.length >= 8 + 4 * d ? bytes.readUInt32BE(4 + 4 * d) : 0,
  );
  const expected = shape.reduce((product, length) => product * length, 1);
  if (bytes.length - start !== expected) {
    throw new DataError(
      `readIdx: ${path} must hold ${expected} bytes after its header (${shape.join(" x ")}), got ${Math.max(0, bytes.length - start)}. It is cut off or damaged: delete it and load again.`,
    );
  }
  return { shape, bytes: bytes.subarray(start) };
}

function unpacked(path: string, raw: Buffer): Buffer {
  try {
    return gunzipSync(raw);
  } catch (cause) {
    throw new DataError(
      `readIdx: ${path} must be a gzip file, but cannot be unpacked (${(cause as Error).message}). It is cut off or damaged: delete it and load again.`,
      { cause },
    );
  }
}
