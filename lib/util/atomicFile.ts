import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { RecordError } from "./errors";

const causes: Readonly<Record<string, string>> = {
  EACCES: "there is no permission to write there; choose another folder or change its owner",
  EPERM: "there is no permission to write there; choose another folder or change its owner",
  EROFS: "the file system is read-only; choose another folder",
  ENOSPC: "the disk is full; free some space and run the same command again",
  EDQUOT: "the disk quota is used up; free some space and run the same command again",
  EEXIST: "a part of the path is a file, not a folder; choose another folder",
  ENOTDIR: "a part of the path is a file, not a folder; choose another folder",
  EISDIR: "the path is a folder, not a file; choose another name",
};

/** Turns a file-system error into a RecordError that says what could not be written, why, and what to do. */
export function writeError(path: string, error: unknown): RecordError {
  const code = (error as NodeJS.ErrnoException).code ?? "";
  const why = causes[code] ?? (error instanceof Error ? error.message : String(error));
  return new RecordError(
    `${path}: could not be written: ${why}. An earlier version of the file is untouched.`,
    { cause: error },
  );
}

/**
 * Writes a file so that a reader, or a crash at any moment, finds either the old content or the new one,
 * never a half: the bytes go to a temporary file beside it, are flushed to the disk, and take its name.
 * Missing folders are made.
 *
 * @throws RecordError naming the path, the cause (no permission, disk full, …) and the remedy.
 */
export function writeFileAtomic(path: string, content: string | readonly Uint8Array[]): void {
  const temporary = `${path}.${process.pid}.partial`;
  const parts = typeof content === "string" ? [Buffer.from(content, "utf8")] : content;
  let file: number | undefined;
  let begun = false;
  try {
    mkdirSync(dirname(path), { recursive: true });
    file = openSync(temporary, "w");
    begun = true;
    for (const part of parts)
      for (let at = 0; at < part.length; ) at += writeSync(file, part, at, part.length - at);
    fsyncSync(file);
    closeSync(file);
    file = undefined;
    renameSync(temporary, path);
    flushFolder(dirname(path));
  } catch (error) {
    if (file !== undefined) closeSync(file);
    if (begun) rmSync(temporary, { force: true });
    throw writeError(path, error);
  }
}

/** Makes the rename itself durable. Windows cannot open folders; there the rename is durable enough. */
function flushFolder(folder: string): void {
  if (process.platform === "win32") return;
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
