import { rmdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { removeDeadPartials, writeError } from "./atomicFile";
import { RecordError } from "./errors";
import { type LockOwner, type LockTimes, lockOwner, tryLock } from "./fileLock";
import { makeFolders } from "./makeFolders";
import { shownPath } from "./shownPath";

/** The process that works in a folder. */
export type FolderOwner = LockOwner;
/** Times of an owner, in milliseconds; shorter ones are for tests. */
export type OwnerTimes = LockTimes;

const usual: OwnerTimes = { touchMs: 5_000, staleMs: 120_000 };
const lockName = "owner.lock";

/**
 * Runs `work` as the only owner of a run's folder among all processes, also on other machines that share the folder.
 * The owner's lock file `owner.lock` says who it is ({@link tryLock} says when a dead owner's is taken over). What dead
 * processes left half written in the folder is removed first.
 *
 * Where the work fails before it has written anything, folders that were made for it go again.
 *
 * Within one process it does not queue (`oneAtATime` does).
 *
 * @param place what asks, for the message, e.g. "train".
 * @throws RecordError naming the owner's process and machine if it lives; one that names the lock file if the folder cannot be
 * made or written to.
 */
export async function ownFolder<T>(
  directory: string,
  place: string,
  work: () => Promise<T>,
  times: OwnerTimes = usual,
): Promise<T> {
  const made: string[] = [];
  const release = await taken(directory, place, times, made);
  let failed = true;
  try {
    removeDeadPartials(directory, lockName);
    const value = await work();
    failed = false;
    return value;
  } finally {
    release();
    if (failed) removeEmpty(directory, made);
  }
}

/** Work that was refused, or stopped before it wrote anything, leaves no empty folders that were made for it. */
function removeEmpty(directory: string, made: readonly string[]): void {
  const end = made[0] === undefined ? undefined : dirname(resolve(made[0]));
  try {
    for (let at = resolve(directory); end !== undefined && at !== end; at = dirname(at)) rmdirSync(at);
  } catch {
    // Something is in it.
  }
}

/** The live owner of a folder; null where nobody owns it or its owner has died. */
export function folderOwner(directory: string): FolderOwner | null {
  return lockOwner(join(resolve(directory), lockName), usual);
}

/** How often a folder may be gone between being made and being locked: its last owner, who left it empty, removed it. */
const mostGone = 5;

/** @param made gets the first folder that had to be made, if any had. */
async function taken(
  directory: string,
  place: string,
  times: OwnerTimes,
  made: string[],
): Promise<() => void> {
  const path = join(resolve(directory), lockName);
  for (let gone = 0; ; ) {
    const found = tried(directory, path, times, made, gone < mostGone);
    if (found === "gone") gone++;
    if (typeof found === "object" && "release" in found) return found.release;
    if (typeof found === "object" && !found.unsure) {
      const { pid, host, since } = found.owner;
      throw new RecordError(
        `${place}: ${shownPath(directory)} is in use by process ${pid} on ${host} since ${since}. Wait until it ends, stop it, or choose another folder.`,
      );
    }
    await new Promise((done) => setTimeout(done, 20));
  }
}

function tried(
  directory: string,
  path: string,
  times: OwnerTimes,
  made: string[],
  mayBeGone: boolean,
): ReturnType<typeof tryLock> | "gone" {
  try {
    const first = makeFolders(directory);
    if (first !== undefined) made.splice(0, 1, first);
    return tryLock(path, times);
  } catch (error) {
    if (mayBeGone && (error as NodeJS.ErrnoException).code === "ENOENT") return "gone";
    throw writeError(path, error);
  }
}
