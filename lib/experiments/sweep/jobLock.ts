import { closeSync, openSync, readFileSync, rmSync, statSync, utimesSync, writeSync } from "node:fs";
import { hostname } from "node:os";

/** The process that works in a folder. */
export interface FolderOwner {
  readonly pid: number;
  readonly host: string;
  /** When it took the folder. */
  readonly since: string;
}

/** Times of a lock, in milliseconds; shorter ones are for tests. */
export interface OwnerTimes {
  /** Between two signs of life. */
  readonly touchMs: number;
  /** A lock of another machine without a sign of life for this long belongs to a process that died. */
  readonly staleMs: number;
}

const usual: OwnerTimes = { touchMs: 5_000, staleMs: 60_000 };

/** A lock this process holds. */
export interface HeldLock {
  /** Aborts if another process took the lock over, because this one gave no sign of life for too long. */
  readonly lost: AbortSignal;
  release(): void;
}

/**
 * Takes a folder for this process, or says who has it. Works across machines that share the folder: the owner
 * touches the lock file as a sign of life. A lock is taken over when its process has died: at once when it was on
 * this machine, after a minute without a sign of life when it was on another (clocks must agree to that).
 */
export async function takeLock(path: string, times: OwnerTimes = usual): Promise<HeldLock | FolderOwner> {
  const me: FolderOwner = { pid: process.pid, host: hostname(), since: new Date().toISOString() };
  const text = JSON.stringify(me);
  while (!create(path, text)) {
    const owner = lockOwner(path, times);
    if (owner) return owner;
    if (!removeStale(path, times)) await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const lost = new AbortController();
  const timer = setInterval(() => {
    if (contentOf(path) !== text) {
      clearInterval(timer);
      lost.abort();
      return;
    }
    const now = new Date();
    utimesSync(path, now, now);
  }, times.touchMs);
  timer.unref();
  return {
    lost: lost.signal,
    release() {
      clearInterval(timer);
      if (contentOf(path) === text) rmSync(path, { force: true });
    },
  };
}

export function isHeld(result: HeldLock | FolderOwner): result is HeldLock {
  return "release" in result;
}

/** The live owner of a lock; null where nobody holds it or its holder has died. */
export function lockOwner(path: string, times: OwnerTimes = usual): FolderOwner | null {
  const owner = ownerIn(contentOf(path));
  const age = Date.now() - touchedAt(path);
  // A lock is empty for the moment between being made and being written.
  if (owner === null) return age < 2_000 ? { pid: 0, host: "unknown", since: "just now" } : null;
  if (owner.host !== hostname()) return age > times.staleMs ? null : owner;
  // A live process of that number that never touches the lock is another one: numbers are used again.
  return isAlive(owner.pid) && age <= 10 * times.staleMs ? owner : null;
}

/** `pid 123 on host` */
export function ownerText({ pid, host }: FolderOwner): string {
  return `pid ${pid} on ${host}`;
}

function create(path: string, text: string): boolean {
  let file: number;
  try {
    file = openSync(path, "wx");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
  writeSync(file, text);
  closeSync(file);
  return true;
}

/**
 * Two processes may find the same dead lock; the second must not remove the new lock the first has put there. So
 * removing is itself done under a lock, and looks again.
 */
function removeStale(path: string, times: OwnerTimes): boolean {
  const guard = `${path}.takeover`;
  if (!create(guard, "")) {
    if (Date.now() - touchedAt(guard) > 10_000) rmSync(guard, { force: true });
    return false;
  }
  try {
    if (lockOwner(path, times) === null) rmSync(path, { force: true });
    return true;
  } finally {
    rmSync(guard, { force: true });
  }
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

function ownerIn(text: string | null): FolderOwner | null {
  try {
    const value = JSON.parse(text ?? "null") as Partial<FolderOwner> | null;
    return typeof value?.pid === "number" && typeof value.host === "string" ? (value as FolderOwner) : null;
  } catch {
    return null;
  }
}
