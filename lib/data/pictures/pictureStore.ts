import { createHash } from "node:crypto";
import { closeSync, fsyncSync, openSync, readSync, statSync, writeSync } from "node:fs";
import { DataError } from "../../util/errors";
import { shownPath } from "../../util/shownPath";

// A file of pictures: their bytes one after the other, then columns of what is known of each, then a header, then the
// header's length, a checksum of columns and header, and a magic word. It is read from its end.
const magic = "BARSPIC1";
const trailerBytes = 8 + 32 + 8;

/** What is known of each picture, column by column. */
export interface PictureColumns {
  /** `[count]`, where its bytes begin; −1 for a fault. */
  readonly offsets: Float64Array;
  /** `[count, 2]`, height and width in pixels. */
  readonly sizes: Uint32Array;
  /** `[count, 8]`, the first bytes of the SHA-256 of its bytes. */
  readonly sums: Uint8Array;
  /** `[count, channels, 2]`, sum and sum of squares of its values. */
  readonly moments: Float64Array;
}

/** What is known of all, and of what was odd. */
export interface PictureHeader {
  readonly count: number;
  readonly channels: number;
  readonly storedSize: number;
  /** Whether the bytes are in the file. */
  readonly stored: boolean;
  /** Place and reason of each file that is no picture. */
  readonly faults: readonly (readonly [number, string])[];
  /** Place and format of each picture whose name says another. */
  readonly misnamed: readonly (readonly [number, string])[];
}

/** An index that was read. */
export interface PictureIndex extends PictureColumns, PictureHeader {
  readonly path: string;
}

/** Columns for so many pictures, to be filled. */
export function emptyColumns(count: number, channels: number): PictureColumns {
  return {
    offsets: new Float64Array(count).fill(-1),
    sizes: new Uint32Array(2 * count),
    sums: new Uint8Array(8 * count),
    moments: new Float64Array(2 * channels * count),
  };
}

const bytesOf = (array: Float64Array | Uint32Array | Uint8Array) =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

/** Appends columns and header to a file of pictures that ends at `from`, and flushes it. */
export function writeIndex(path: string, from: number, columns: PictureColumns, header: PictureHeader): void {
  const text = Buffer.from(JSON.stringify(header));
  const parts = [columns.offsets, columns.sizes, columns.sums, columns.moments].map(bytesOf);
  const hash = createHash("sha256");
  for (const part of [...parts, text]) hash.update(part);
  const length = Buffer.alloc(8);
  length.writeDoubleLE(text.length);
  const file = openSync(path, "r+");
  try {
    let at = from;
    for (const part of [...parts, text, length, hash.digest(), Buffer.from(magic)])
      for (let done = 0; done < part.length; ) {
        const wrote = writeSync(file, part, done, part.length - done, at);
        done += wrote;
        at += wrote;
      }
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/**
 * Reads the index of a file of pictures.
 * @throws DataError if it is no such file, damaged or cut off.
 */
export function readIndex(path: string): PictureIndex {
  const damaged = (what: string): DataError =>
    new DataError(`pictures: ${shownPath(path)} ${what}. Delete it; it is then made anew.`);
  const file = openSync(path, "r");
  try {
    const { size } = statSync(path);
    const read = (at: number, bytes: number) => {
      const part = Buffer.alloc(bytes);
      if (at < 0 || readSync(file, part, 0, bytes, at) !== bytes) throw damaged("is cut off");
      return part;
    };
    const trailer = read(size - trailerBytes, trailerBytes);
    if (trailer.toString("latin1", 40) !== magic) throw damaged("is no file of pictures, or cut off");
    const length = trailer.readDoubleLE(0);
    if (!Number.isInteger(length) || length < 2 || length > size) throw damaged("is damaged at its end");
    const text = read(size - trailerBytes - length, length);
    let header: PictureHeader;
    try {
      header = JSON.parse(text.toString()) as PictureHeader;
    } catch {
      throw damaged("is damaged in its header");
    }
    const { count, channels } = header;
    const fits = [count, channels].every((value) => Number.isInteger(value) && value >= 0);
    if (!fits || (8 + 8 + 8 + 16 * channels) * count > size) throw damaged("is damaged in its header");
    const columns = emptyColumns(count, channels);
    const parts = [columns.offsets, columns.sizes, columns.sums, columns.moments].map(bytesOf);
    const whole = parts.reduce((sum, part) => sum + part.length, 0);
    const bytes = read(size - trailerBytes - length - whole, whole);
    const sum = createHash("sha256").update(bytes).update(text).digest();
    if (!sum.equals(trailer.subarray(8, 40))) throw damaged("has another checksum than it should");
    let at = 0;
    for (const part of parts) {
      part.set(bytes.subarray(at, at + part.length));
      at += part.length;
    }
    return { ...columns, ...header, path };
  } finally {
    closeSync(file);
  }
}

/** The checksum of picture `place`, as threads compare it. */
export function sumText({ sums }: PictureColumns, place: number): string {
  return Buffer.from(sums.subarray(8 * place, 8 * place + 8)).toString("hex");
}
