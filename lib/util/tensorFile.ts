import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { writeFileAtomic } from "./atomicFile";
import { RecordError } from "./errors";
import { editDistance } from "./nearNames";
import { tensorHeader } from "./tensorHeader";

/** A named block of numbers on disk. */
export interface StoredTensor {
  readonly shape: readonly number[];
  readonly values: Float32Array | Int32Array;
}

/** What a tensor file holds. */
export interface TensorFile {
  readonly tensors: Map<string, StoredTensor>;
  /** Without the hash. */
  readonly metadata: Record<string, string>;
  /** Whether the file states the hash of its content; then it has been checked. Files of other programs, and old ones, do not. */
  readonly hashed: boolean;
}

/** Metadata key of the content hash. */
const hashKey = "contentHash";
/** This library's files without a hash, by kind their schemas: written before there was one. The list does not grow. */
const withoutHash: Readonly<Record<string, readonly string[]>> = {
  "bars.search-checkpoint": ["1", "2"],
  "bars.train-checkpoint": ["1"],
  "bars.trained-weights": ["1"],
};
/** In the hashed bytes the digits of the hash itself are zeros. */
const noHash = "0".repeat(64);

/**
 * Writes tensors and text metadata in the safetensors format (8-byte header length, JSON header, raw
 * little-endian values), which Python reads with `safetensors.torch.load_file`. Atomic.
 *
 * The metadata get the entry `contentHash`: SHA-256 of the whole file with 64 zeros in place of that hash.
 *
 * @example
 * ```ts
 * const values = Float32Array.of(1, 2, 3, 4);
 * bars.records.writeTensorFile("runs/four.safetensors", new Map([["w", { shape: [2, 2], values }]]), { about: "four" });
 * console.log(bars.records.readTensorFile("runs/four.safetensors").metadata); // {"about":"four"}
 * ```
 */
export function writeTensorFile(
  path: string,
  tensors: ReadonlyMap<string, StoredTensor>,
  metadata: Readonly<Record<string, string>>,
): void {
  const header: Record<string, unknown> = { __metadata__: { ...metadata, [hashKey]: noHash } };
  const parts: Uint8Array[] = [];
  let offset = 0;
  for (const [name, { shape, values }] of tensors) {
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    const dtype = values instanceof Float32Array ? "F32" : "I32";
    header[name] = { dtype, shape: [...shape], data_offsets: [offset, offset + bytes.length] };
    offset += bytes.length;
    parts.push(bytes);
  }
  let text = JSON.stringify(header);
  text += " ".repeat((8 - (Buffer.byteLength(text) % 8)) % 8);
  const encoded = Buffer.from(text, "utf8");
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(encoded.length));
  const hash = sha256([length, encoded, ...parts]);
  encoded.write(hash, encoded.indexOf(`"${hashKey}":"${noHash}"`) + hashKey.length + 4, "latin1");
  writeFileAtomic(path, [length, encoded, ...parts]);
}

/**
 * Reads a file written by {@link writeTensorFile}, or another of the format that holds float32 and int32 alone.
 *
 * Everything is checked before anything is given out: the header, that tensors lie side by side and fill the file, that
 * their sizes are those of their shapes, and the hash. Only a file of another program, and one of this library's that is
 * older than the hash by its kind and schema, may state none.
 *
 * @throws RecordError that names the file, what is wrong and what to do.
 *
 * @example
 * ```ts
 * const tensors = new Map([["w", { shape: [2], values: Float32Array.of(5, 6) }]]);
 * bars.records.writeTensorFile("runs/two.safetensors", tensors, {});
 * console.log(bars.records.readTensorFile("runs/two.safetensors").tensors.get("w").shape); // [2]
 * ```
 */
export function readTensorFile(path: string): TensorFile {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new RecordError(
      `${path}: expected a checkpoint file, could not read it: ${(error as Error).message}.`,
      { cause: error },
    );
  }
  const header = tensorHeader(bytes, path);
  const { [hashKey]: stated, ...metadata } = header.metadata;
  if (stated !== undefined) checkHash(bytes, header.end, stated, path);
  else checkMayLackHash(metadata, path);
  const tensors = new Map<string, StoredTensor>();
  for (const { name, dtype, shape, from, to } of header.tensors) {
    // A fresh copy: the offset inside the file need not be a multiple of four.
    const raw = new Uint8Array(bytes.subarray(from, to)).buffer;
    tensors.set(name, { shape, values: dtype === "F32" ? new Float32Array(raw) : new Int32Array(raw) });
  }
  return { tensors, metadata, hashed: stated !== undefined };
}

function checkMayLackHash(metadata: Readonly<Record<string, string>>, path: string): void {
  const { kind = "", schema = "" } = metadata;
  const older = Object.hasOwn(withoutHash, kind) && withoutHash[kind]?.includes(schema) === true;
  const misnamed = Object.entries(metadata).find(
    ([key, value]) => editDistance(key, hashKey) <= 2 && /^[0-9a-f]{64}$/i.test(value),
  )?.[0];
  if (misnamed === undefined && (older || !kind.startsWith("bars."))) return;
  const got = misnamed === undefined ? "nothing" : `"${misnamed}"`;
  throw new RecordError(
    `${path}: its metadata should state the hash of its content as "${hashKey}", got ${got}; the file is damaged or was changed. Delete it and resume from an older checkpoint, or start again.`,
  );
}

function checkHash(bytes: Buffer, headerEnd: number, stated: string, path: string): void {
  const at = bytes.subarray(0, headerEnd).indexOf(`"${hashKey}":"${stated}"`);
  const digits = at + hashKey.length + 4;
  const found =
    at < 0 || !/^[0-9a-f]{64}$/.test(stated)
      ? "another"
      : sha256([bytes.subarray(0, digits), Buffer.from(noHash), bytes.subarray(digits + 64)]);
  if (found === stated) return;
  throw new RecordError(
    `${path}: its content should have the hash it states, ${stated.slice(0, 12)}, got ${found.slice(0, 12)}; the file is damaged or was changed. Delete it and resume from an older checkpoint, or start again.`,
  );
}

function sha256(parts: readonly Uint8Array[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
}
