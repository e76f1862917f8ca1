import { readFileSync } from "node:fs";
import { writeFileAtomic } from "./atomicFile";
import { RecordError } from "./errors";

/** A named block of numbers on disk. */
export interface StoredTensor {
  readonly shape: readonly number[];
  readonly values: Float32Array | Int32Array;
}

interface HeaderEntry {
  dtype: "F32" | "I32";
  shape: number[];
  data_offsets: [number, number];
}

/**
 * Writes tensors and text metadata in the safetensors format (8-byte header length, JSON header, raw
 * little-endian values), which Python reads with `safetensors.torch.load_file`. Atomic.
 */
export function writeTensorFile(
  path: string,
  tensors: ReadonlyMap<string, StoredTensor>,
  metadata: Readonly<Record<string, string>>,
): void {
  const header: Record<string, HeaderEntry | Readonly<Record<string, string>>> = { __metadata__: metadata };
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
  writeFileAtomic(path, [length, encoded, ...parts]);
}

/**
 * Reads a file written by {@link writeTensorFile}.
 * @throws RecordError if the file is missing, truncated or not of this format.
 */
export function readTensorFile(path: string): {
  tensors: Map<string, StoredTensor>;
  metadata: Record<string, string>;
} {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new RecordError(
      `${path}: expected a checkpoint file, could not read it: ${(error as Error).message}.`,
      { cause: error },
    );
  }
  const damaged = (what: string) =>
    new RecordError(
      `${path}: not a complete safetensors file: ${what}. Delete it and resume from an older checkpoint, or start again.`,
    );
  if (bytes.length < 8) throw damaged(`expected at least 8 bytes, got ${bytes.length}`);
  const headerEnd = 8 + Number(bytes.readBigUInt64LE(0));
  if (headerEnd > bytes.length)
    throw damaged(`its header should end at byte ${headerEnd}, the file ends at ${bytes.length}`);
  let header: Record<string, HeaderEntry>;
  try {
    header = JSON.parse(bytes.toString("utf8", 8, headerEnd));
  } catch {
    throw damaged("its header is not JSON");
  }
  const metadata = (header["__metadata__"] ?? {}) as unknown as Record<string, string>;
  const tensors = new Map<string, StoredTensor>();
  for (const [name, entry] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    const [from, to] = entry.data_offsets;
    if (headerEnd + to > bytes.length)
      throw damaged(
        `tensor "${name}" should end at byte ${headerEnd + to}, the file ends at ${bytes.length}`,
      );
    // A fresh copy: the offset inside the file need not be a multiple of four.
    const raw = new Uint8Array(bytes.subarray(headerEnd + from, headerEnd + to)).buffer;
    tensors.set(name, {
      shape: entry.shape,
      values: entry.dtype === "F32" ? new Float32Array(raw) : new Int32Array(raw),
    });
  }
  return { tensors, metadata };
}
