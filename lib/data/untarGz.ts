import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { basename, join } from "node:path";
import { pipeline } from "node:stream";
import { createGunzip, type Gunzip } from "node:zlib";
import { DataError } from "../util/errors";

const blockBytes = 512;

/**
 * Takes single files out of a gzipped tar archive.
 *
 * Only regular files whose name in the archive is listed in `members` are written, under their last name part
 * in `folder`; everything else in the archive is passed over, so no archive can write anywhere else. Each file
 * is flushed to disk before the next one begins.
 *
 * Format: POSIX.1-1988 "ustar", of which only the name, size, checksum, type and prefix fields are read.
 *
 * @throws DataError if the archive is not a gzipped tar, ends early, has another checksum, or lacks a member; file system errors as
 * they are.
 */
export async function untarGz(archive: string, members: readonly string[], folder: string): Promise<void> {
  const bytes = new ByteStream(archive);
  const missing = new Set(members);
  try {
    for (;;) {
      const header = await bytes.take(blockBytes);
      if (header.every((byte) => byte === 0)) break;
      const { name, size, regular } = parseHeader(header, archive);
      if (regular && missing.delete(name)) {
        const file = await open(join(folder, basename(name)), "w");
        try {
          await bytes.passOn(size, async (part) => {
            await file.writeFile(part);
          });
          await file.sync();
        } finally {
          await file.close();
        }
      } else {
        await bytes.passOn(size);
      }
      await bytes.passOn((blockBytes - (size % blockBytes)) % blockBytes);
      if (missing.size === 0) break;
    }
    // To its end: the checksum of a gzip file comes last.
    await bytes.finish();
  } finally {
    bytes.close();
  }
  if (missing.size > 0) {
    throw new DataError(
      `untarGz: ${archive} must hold ${[...missing].join(", ")}, but does not; it is another archive.`,
    );
  }
}

interface TarHeader {
  readonly name: string;
  readonly size: number;
  readonly regular: boolean;
}

function parseHeader(header: Buffer, archive: string): TarHeader {
  const text = (from: number, length: number) => {
    const field = header.subarray(from, from + length);
    const end = field.indexOf(0);
    return field.toString("utf8", 0, end < 0 ? length : end);
  };
  const octal = (from: number, length: number) => Number.parseInt(text(from, length).trim() || "0", 8);
  let sum = 0;
  for (let i = 0; i < blockBytes; i++) sum += i >= 148 && i < 156 ? 32 : (header[i] as number);
  const size = octal(124, 12);
  if (octal(148, 8) !== sum || !Number.isInteger(size)) {
    throw new DataError(`untarGz: ${archive} must be a tar archive, but a header's checksum is wrong.`);
  }
  const prefix = text(257, 5) === "ustar" ? text(345, 155) : "";
  const kind = text(156, 1);
  return {
    name: prefix ? `${prefix}/${text(0, 100)}` : text(0, 100),
    size,
    regular: kind === "" || kind === "0",
  };
}

/** The unpacked bytes of a gzip file, taken in pieces of any size. */
class ByteStream {
  private readonly source: Gunzip;
  private readonly parts: AsyncIterator<Buffer>;
  private held: Buffer = Buffer.alloc(0);

  constructor(private readonly path: string) {
    // The end of the pipeline is seen by the reader of `parts`; the callback has nothing to add.
    this.source = pipeline(createReadStream(path), createGunzip(), () => {});
    this.parts = this.source[Symbol.asyncIterator]();
  }

  /** Hands `count` bytes to `use`, part by part, without gathering them. */
  async passOn(count: number, use?: (part: Buffer) => Promise<void>): Promise<void> {
    for (let left = count; left > 0; ) {
      if (this.held.length === 0) this.held = await this.next();
      const part = this.held.subarray(0, left);
      this.held = this.held.subarray(part.length);
      left -= part.length;
      await use?.(part);
    }
  }

  async take(count: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    await this.passOn(count, async (part) => {
      parts.push(part);
    });
    return Buffer.concat(parts);
  }

  /** Unpacks what is left, for nothing but the checksum. */
  async finish(): Promise<void> {
    while (!(await this.part()).done);
  }

  close(): void {
    this.source.destroy();
  }

  private async next(): Promise<Buffer> {
    const result = await this.part();
    if (result.done)
      throw new DataError(`untarGz: ${this.path} ends in the middle of a file; it is truncated.`);
    return result.value;
  }

  private async part(): Promise<IteratorResult<Buffer>> {
    try {
      return await this.parts.next();
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).syscall !== undefined) throw cause;
      throw new DataError(
        `untarGz: ${this.path} must be a gzip file, but cannot be unpacked (${(cause as Error).message}).`,
        {
          cause,
        },
      );
    }
  }
}
