import {
  closeSync,
  type Dirent,
  existsSync,
  fsyncSync,
  lstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { RecordError } from "./errors";
import { isFolder, makeFolders } from "./makeFolders";
import { isAlive } from "./processStart";
import { shownPath, withShownPaths } from "./shownPath";

const folderThere = "the path is a folder, not a file; choose another name";
const causes: Readonly<Record<string, string>> = {
  EACCES: "there is no permission to write there; choose another folder or change its owner",
  EPERM: "there is no permission to write there; choose another folder or change its owner",
  EROFS: "the file system is read-only; choose another folder",
  ENOSPC: "the disk is full; free some space and run the same command again",
  EDQUOT: "the disk quota is used up; free some space and run the same command again",
  EEXIST: "a part of the path is a file, not a folder; choose another folder",
  ENOTDIR: "a part of the path is a file, not a folder; choose another folder",
  EISDIR: folderThere,
};

/** Turns a file-system error into a RecordError that says what could not be written, why, and what to do. */
export function writeError(path: string, error: unknown): RecordError {
  const code = (error as NodeJS.ErrnoException).code ?? "";
  const why = causes[code] ?? withShownPaths(error instanceof Error ? error.message : String(error));
  const kept = isFile(path) ? " The file of that name is untouched." : "";
  return new RecordError(`${shownPath(path)}: could not be written: ${why}.${kept}`, { cause: error });
}

function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile();
}

/**
 * Writes a file so that a reader, or a crash at any moment, finds either the old content or the new one,
 * never a half: the bytes go to a temporary file beside it, are flushed to the disk, and take its name.
 * Missing folders are made. Links stay: what they lead to is written. A pipe or a device is written into.
 *
 * @param durable false leaves the flush to the system: a killed process still leaves the old content or the new one, but
 * after a loss of power the file may be empty. For thousands of files that can be made again, and whose lengths are checked.
 * @throws RecordError naming the path, the cause (no permission, disk full, …) and the remedy.
 */
export function writeFileAtomic(path: string, content: string | readonly Uint8Array[], durable = true): void {
  writeSet([[path, content]], durable);
}

/**
 * Writes several files of which none is wanted without the others: each as {@link writeFileAtomic} does, and none takes its name
 * before all are on the disk. Where one cannot be written, or there is a folder in its place, none is; the folders that were made
 * stay. Where one may be written but may not take its name (a file of another user in a shared folder), files that were replaced
 * before it stay replaced.
 *
 * @throws RecordError naming the path that could not be written, the cause and the remedy.
 */
export function writeFilesAtomic(
  files: readonly (readonly [string, string | readonly Uint8Array[]])[],
): void {
  writeSet(files, true);
}

function writeSet(
  files: readonly (readonly [string, string | readonly Uint8Array[]])[],
  durable: boolean,
): void {
  const temporary = (path: string) => `${path}.${process.pid}.partial`;
  /** Files to remove again, should one fail. */
  const made: string[] = [];
  let place = "";
  try {
    const targets = files.map(([path, content]) => {
      place = path;
      return { path, content, ...targetOf(path) };
    });
    for (const { path, target } of targets) {
      place = path;
      if (isFolder(target)) throw Object.assign(new Error(folderThere), { code: "EISDIR" });
    }
    for (const { path, target, content, replaced } of targets) {
      place = path;
      if (replaced) writeNew(temporary(target), content, durable, () => made.push(temporary(target)));
    }
    for (const { path, target, content, replaced } of targets) {
      place = path;
      if (!replaced) {
        writeNew(target, content, false, () => {});
        continue;
      }
      const isNew = !existsSync(target);
      renameSync(temporary(target), target);
      if (isNew) made.push(target);
      if (durable) flushFolder(dirname(target));
    }
  } catch (error) {
    for (const path of made) rmSync(path, { force: true });
    throw writeError(place, error);
  }
}

/** Where a file is written: where links lead, so that they stay. Files are replaced, pipes and devices written into. */
function targetOf(path: string): { readonly target: string; readonly replaced: boolean } {
  // Below a file nothing is found: what is wrong with the path is said where it is written.
  const below = lstatSync(dirname(path), { throwIfNoEntry: false })?.isFile() === true;
  const own = below ? undefined : lstatSync(path, { throwIfNoEntry: false });
  if (!own || own.isFile() || own.isDirectory()) return { target: path, replaced: true };
  if (!own.isSymbolicLink()) return { target: path, replaced: false };
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) return targetOf(resolve(dirname(path), readlinkSync(path)));
  if (found.isFile()) return { target: realpathSync(path), replaced: true };
  return { target: path, replaced: found.isDirectory() };
}

function writeNew(
  path: string,
  content: string | readonly Uint8Array[],
  durable: boolean,
  onMade: () => void,
): void {
  const parts = typeof content === "string" ? [Buffer.from(content, "utf8")] : content;
  makeFolders(dirname(path));
  const file = openSync(path, "w");
  onMade();
  try {
    for (const part of parts)
      for (let at = 0; at < part.length; ) at += writeSync(file, part, at, part.length - at);
    if (durable) fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** No file takes this long to write: a process of the same number as its writer's is another one. */
const writingMs = 600_000;

/**
 * Removes the temporary files that processes which died while they wrote ({@link writeFileAtomic}) left in a folder
 * and in its subfolders; not in those that hold a file `unless`, which have an owner of their own. For the folder's
 * owner: on another machine the writer might live.
 */
export function removeDeadPartials(folder: string, unless: string): void {
  for (const entry of entriesOf(folder)) {
    const path = join(folder, entry.name);
    if (!entry.isDirectory()) removeIfDead(path);
    else if (!existsSync(join(path, unless)))
      for (const { name } of entriesOf(path)) removeIfDead(join(path, name));
  }
}

function removeIfDead(path: string): void {
  const pid = Number(/\.(\d+)\.partial$/.exec(path)?.[1] ?? Number.NaN);
  if (Number.isNaN(pid)) return;
  try {
    // This process writes without a pause, so a half of its number is from an earlier one.
    const dead = pid === process.pid || !isAlive(pid) || Date.now() - statSync(path).mtimeMs > writingMs;
    if (dead) rmSync(path, { force: true });
  } catch {
    // What cannot be removed is in nobody's way.
  }
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
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
