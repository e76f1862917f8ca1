import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeSync,
} from "node:fs";
import { hostname } from "node:os";
import { join, resolve } from "node:path";
import { writeError } from "./atomicFile";
import { RecordError } from "./errors";

/** The process that works in a folder. */
export interface FolderOwner {
  readonly pid: number;
  readonly host: string;
  /** When it took the folder. */
  readonly since: string;
}

/** Times of an owner, in milliseconds; shorter ones are for tests. */
export interface OwnerTimes {
  /** Between two signs of life. */
  readonly touchMs: number;
  /** An owner on another machine without a sign of life for this long has died. */
  readonly staleMs: number;
}

const usual: OwnerTimes = { touchMs: 5_000, staleMs: 120_000 };
const lockName = "owner.lock";

/** Lock files this process holds. */
const held = new Set<string>();

/**
 * Runs `work` as the only owner of a run's folder among all processes, also on other machines that share the folder.
 * The owner's lock file `owner.lock` says who it is and is touched as a sign of life. The lock of a dead process is
 * taken over: at once if it ran on this machine, after two minutes without a sign of life if on another (clocks must
 * agree to that).
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
  const path = join(resolve(directory), lockName);
  try {
    mkdirSync(directory, { recursive: true });
  } catch (error) {
    throw writeError(path, error);
  }
  const text = JSON.stringify({ pid: process.pid, host: hostname(), since: new Date().toISOString() });
  while (!create(path, text)) {
    const owner = liveOwner(path, times);
    if (owner) {
      throw new RecordError(
        `${place}: ${directory} is in use by process ${owner.pid} on ${owner.host} since ${owner.since}. Wait until it ends, stop it, or choose another folder.`,
      );
    }
    removeDead(path, times);
    await new Promise((done) => setTimeout(done, 20));
  }
  held.add(path);
  const signOfLife = setInterval(() => {
    if (contentOf(path) !== text) return;
    const now = new Date();
    utimesSync(path, now, now);
  }, times.touchMs);
  signOfLife.unref();
  try {
    return await work();
  } finally {
    clearInterval(signOfLife);
    held.delete(path);
    if (contentOf(path) === text) rmSync(path, { force: true });
  }
}

/** The live owner of a folder; null where nobody owns it or its owner has died. */
export function folderOwner(directory: string): FolderOwner | null {
  return liveOwner(join(resolve(directory), lockName), usual);
}

function liveOwner(path: string, times: OwnerTimes): FolderOwner | null {
  const text = contentOf(path);
  if (text === null) return null;
  const age = Date.now() - touchedAt(path);
  const owner = ownerIn(text);
  // A lock is empty for the moment between being made and being written.
  if (owner === null) return age < 2_000 ? { pid: 0, host: "unknown", since: "just now" } : null;
  if (owner.host !== hostname()) return age > times.staleMs ? null : owner;
  // In containers that start again the process's number is the same.
  if (owner.pid === process.pid) return held.has(path) ? owner : null;
  // Numbers are used again: a live process that never touches the lock is not its owner.
  return isAlive(owner.pid) && age <= 10 * times.staleMs ? owner : null;
}

/**
 * Two processes may find the same dead lock; the second must not remove the one the first has put there since. So
 * removing is itself done under a lock, and looks again.
 */
function removeDead(path: string, times: OwnerTimes): void {
  const guard = `${path}.takeover`;
  if (!create(guard, "")) {
    if (Date.now() - touchedAt(guard) > 10_000) rmSync(guard, { force: true });
    return;
  }
  try {
    if (liveOwner(path, times) === null) rmSync(path, { force: true });
  } finally {
    rmSync(guard, { force: true });
  }
}

function create(path: string, text: string): boolean {
  let file: number;
  try {
    file = openSync(path, "wx");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw writeError(path, error);
  }
  writeSync(file, text);
  closeSync(file);
  return true;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives and belongs to someone else.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function contentOf(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}

function touchedAt(path: string): number {
  try {
    return statSync(path).mtimeMs;
  } catch {
    return 0;
  }
}

function ownerIn(text: string): FolderOwner | null {
  try {
    const value = JSON.parse(text) as Partial<FolderOwner> | null;
    return typeof value?.pid === "number" && typeof value.host === "string" ? (value as FolderOwner) : null;
  } catch {
    return null;
  }
}
