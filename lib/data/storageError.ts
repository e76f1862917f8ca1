import { DataError } from "../util/errors";
import { shownPath, withShownPaths } from "../util/shownPath";

const remedies: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full; free some space and load again",
  EDQUOT: "the disk quota is used up; free some space and load again",
  EACCES: "this user has no permission; choose another directory or change its rights",
  EPERM: "this user has no permission; choose another directory or change its rights",
  EROFS: "the disk is read-only; choose another directory",
  ENOTDIR: "a part of that path is a file; choose another directory",
  EEXIST: "a file is in the place of a folder; move it or choose another directory",
  EISDIR: "a folder is in the place of the file; remove it or choose another directory",
};

/**
 * The DataError for a failed write: names the path and, where the system's reason is a known one, the remedy.
 * Anything but a file system error comes back as it is.
 */
export function storageError(place: string, path: string, error: unknown): unknown {
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (code === undefined || syscall === undefined) return error;
  const reason = remedies[code] ?? withShownPaths((error as Error).message);
  return new DataError(
    `${place}: cannot write ${shownPath(path)}: ${reason} (${code}). What was received is kept.`,
    {
      cause: error,
    },
  );
}
