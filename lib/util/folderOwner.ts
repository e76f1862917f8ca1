import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { removeDeadPartials, writeError } from "./atomicFile";
import { RecordError } from "./errors";
import { type LockOwner, type LockTimes, lockOwner, tryLock } from "./fileLock";

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
  const release = await taken(directory, place, times);
  try {
    removeDeadPartials(directory, lockName);
    return await work();
  } finally {
    release();
  }
}

/** The live owner of a folder; null where nobody owns it or its owner has died. */
export function folderOwner(directory: string): FolderOwner | null {
  return lockOwner(join(resolve(directory), lockName), usual);
}

async function taken(directory: string, place: string, times: OwnerTimes): Promise<() => void> {
  const path = join(resolve(directory), lockName);
  for (;;) {
    const found = tried(directory, path, times);
    if (typeof found === "object" && "release" in found) return found.release;
    if (typeof found === "object" && !found.unsure) {
      const { pid, host, since } = found.owner;
      throw new RecordError(
        `${place}: ${directory} is in use by process ${pid} on ${host} since ${since}. Wait until it ends, stop it, or choose another folder.`,
      );
    }
    await new Promise((done) => setTimeout(done, 20));
  }
}

function tried(directory: string, path: string, times: OwnerTimes): ReturnType<typeof tryLock> {
  try {
    mkdirSync(directory, { recursive: true });
    return tryLock(path, times);
  } catch (error) {
    throw writeError(path, error);
  }
}
