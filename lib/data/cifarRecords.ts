import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { DataError } from "../util/errors";

const side = 32;
const plane = side * side;
const pixelBytes = 3 * plane;

/** What a file of CIFAR records holds. */
export interface CifarFile {
  readonly path: string;
  readonly records: number;
  /** Classes of each leading label byte: `[10]` for CIFAR-10, `[20, 100]` (coarse, fine) for CIFAR-100. */
  readonly classes: readonly number[];
}

/**
 * Reads one file of the binary version into images and labels, starting at image `at` of both.
 *
 * A record is its label bytes, then 1024 bytes each of red, green and blue, row by row. The planes are
 * interleaved to NHWC on the way.
 *
 * @param labels `[count]` for each label byte of a record.
 * @returns the md5 of the file.
 * @throws DataError if the file is missing or has another size, or a label byte has no class; each names the
 * file, what was expected, what came and the remedy.
 */
export async function readCifarRecords(
  file: CifarFile,
  images: Uint8Array,
  labels: readonly Uint8Array[],
  at: number,
): Promise<{ readonly md5: string }> {
  const labelBytes = file.classes.length;
  const recordBytes = labelBytes + pixelBytes;
  const bytes = await readWhole(file.path);
  const place = `readCifarRecords: ${basename(file.path)} in ${dirname(file.path)}`;
  const expected = file.records * recordBytes;
  if (bytes.length !== expected) {
    throw new DataError(
      `${place} must hold ${expected} bytes (${file.records} records of ${recordBytes}), got ${bytes.length}; ` +
        `the file is ${bytes.length < expected ? "truncated" : "not one of the binary version"}. ` +
        "Delete it and load again to have it extracted anew, or copy it from the official archive.",
    );
  }
  for (let record = 0; record < file.records; record++) {
    const start = record * recordBytes;
    for (let byte = 0; byte < labelBytes; byte++) {
      const label = bytes[start + byte] as number;
      const classes = file.classes[byte] as number;
      if (label >= classes) {
        throw new DataError(
          `${place}: label byte ${byte} of record ${record} must be from 0 to ${classes - 1}, got ${label}; ` +
            "the file is damaged. Delete it and load again to have it extracted anew.",
        );
      }
      (labels[byte] as Uint8Array)[at + record] = label;
    }
    interleave(bytes, start + labelBytes, images, (at + record) * pixelBytes);
  }
  return { md5: createHash("md5").update(bytes).digest("hex") };
}

function interleave(from: Uint8Array, start: number, to: Uint8Array, at: number): void {
  for (let pixel = 0; pixel < plane; pixel++) {
    to[at + 3 * pixel] = from[start + pixel] as number;
    to[at + 3 * pixel + 1] = from[start + plane + pixel] as number;
    to[at + 3 * pixel + 2] = from[start + 2 * plane + pixel] as number;
  }
}

/**
 * The non-empty lines of a text file of the archive.
 *
 * @throws DataError if the file is missing, or `expected` is given and there are more or fewer lines.
 */
export async function readLines(path: string, expected?: number): Promise<string[]> {
  const text = (await readWhole(path)).toString("utf8");
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "");
  if (expected !== undefined && lines.length !== expected) {
    throw new DataError(
      `readLines: ${basename(path)} in ${dirname(path)} must hold ${expected} names, one a line, got ${lines.length}. ` +
        "Copy it from the official archive.",
    );
  }
  return lines.map((line) => line.trim());
}

async function readWhole(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    const why = code === "ENOENT" ? "there is none" : `it cannot be read (${(cause as Error).message})`;
    throw new DataError(
      `readCifarRecords: expected a file ${basename(path)} in ${dirname(path)}, but ${why}. ` +
        "Extract the official archive there, or load with download allowed.",
      { cause },
    );
  }
}
