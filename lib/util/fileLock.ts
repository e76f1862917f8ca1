import { closeSync, openSync, readFileSync, rmSync, statSync, utimesSync, writeSync } from "node:fs";
import { hostname } from "node:os";
import { isAlive, ownStart, processStart } from "./processStart";

/** The process that holds a lock file. */
export interface LockOwner {
  readonly pid: number;
  readonly host: string;
  /** When it took the lock. */
  readonly since: string;
  /** When it began ({@link processStart}): another process of the same number began at another time. */
  readonly started?: string | null;
}

/** Times of a lock, in milliseconds; shorter ones are for tests. */
export interface LockTimes {
  /** Between two signs of life. */
  readonly touchMs: number;
  /** An owner on another machine without a sign of life for this long has died. */
  readonly staleMs: number;
}

/** What came of one try to take a lock. */
export type LockTry =
  | { readonly release: () => void }
  /** `unsure`: its last sign of life is from the future, and none has come since it was first looked at. */
  | { readonly owner: LockOwner; readonly unsure: boolean }
  /** It has just been given back, is being written, or a dead one's is being removed: try again. */
  | "again";

/** A lock is empty for the moment between being made and being written. */
const emptyMs = 2_000;
/** Removing a dead lock takes no time: who has been at it for this long has died. */
const takeoverMs = 10_000;
/** Signs of life that are ahead of this clock by less are no sign of a clock that was set back. */
const toleranceMs = 2_000;

/** Lock files this process holds, with what is in them: all copies of this module in one process share it. */
const held = heldLocks();
/** Lock files whose last sign of life is from the future, and for how long that has been the last one. */
const watched = new Map<
  string,
  { readonly touched: number; readonly at: number; readonly beaten: boolean }
>();

/**
 * Tries once to take a lock file among all processes, also on other machines that share the folder. The file says who
 * holds it and is touched as a sign of life; a sign that cannot be given is given at the next time. The lock of a dead
 * process is taken over: at once if it ran on this machine, also where another process has its number now; after
 * `staleMs` without a sign of life if on another (clocks must agree to that; a sign of life from the future, of a clock
 * that was set back, is watched for as long). What is given back, also when the process ends, is its own lock only.
 *
 * @throws what the file system throws; then nothing is left behind.
 */
export function tryLock(path: string, times: LockTimes): LockTry {
  const text = ownText();
  if (!create(path, text)) {
    const found = readLock(path);
    if (found === null) return "again";
    const owner = liveOwner(path, found, times);
    // One that is being written says within a moment whose it is.
    if (owner && ownerIn(found) === null) return "again";
    if (owner) return { owner, unsure: watched.get(path)?.beaten === false };
    removeDead(path, found);
    return "again";
  }
  held.set(path, text);
  const signOfLife = setInterval(() => touch(path, text), times.touchMs);
  signOfLife.unref();
  return {
    release() {
      clearInterval(signOfLife);
      held.delete(path);
      removeOwn(path, text);
    },
  };
}

/** The live owner of a lock file; null where there is none, or its owner has died. */
export function lockOwner(path: string, times: LockTimes): LockOwner | null {
  const text = contentOf(path);
  return text === null ? null : liveOwner(path, text, times);
}

function ownText(): string {
  const who = { pid: process.pid, host: hostname(), since: new Date().toISOString(), started: ownStart() };
  return JSON.stringify(who satisfies LockOwner);
}

function touch(path: string, text: string): void {
  try {
    if (contentOf(path) !== text) return;
    const now = new Date();
    utimesSync(path, now, now);
  } catch {
    // Read-only for a while, or out of reach: the next beat tries again.
  }
}

function liveOwner(path: string, text: string, times: LockTimes): LockOwner | null {
  const owner = ownerIn(text);
  const silence = silenceOf(path);
  if (owner === null)
    return silence < Math.min(emptyMs, times.staleMs) ? { pid: 0, host: "unknown", since: "just now" } : null;
  if (owner.host !== hostname()) return silence > times.staleMs ? null : owner;
  // In containers that start again the process's number is the same.
  if (owner.pid === process.pid) return [...held.values()].includes(text) ? owner : null;
  if (!isAlive(owner.pid)) return null;
  const started = owner.started ? processStart(owner.pid) : null;
  // Numbers are used again: without a start to compare, a live process that never touches the lock is not its owner.
  if (started === null) return silence <= 10 * times.staleMs ? owner : null;
  watched.delete(path);
  return started === owner.started ? owner : null;
}

/**
 * Milliseconds since the last sign of life. One from the future tells nothing; then how long this process, by a clock
 * that nobody sets, has seen no other.
 */
function silenceOf(path: string): number {
  const touched = touchedAt(path);
  const age = Date.now() - touched;
  if (age >= -toleranceMs) {
    watched.delete(path);
    return Math.max(0, age);
  }
  const now = performance.now();
  const before = watched.get(path);
  if (before?.touched === touched) return now - before.at;
  watched.set(path, { touched, at: now, beaten: before !== undefined });
  return 0;
}

/**
 * Two processes may find the same dead lock; the second must not remove the one the first has put there since. So
 * removing is itself done under a lock, and looks again. That one, left by a process that died over it, goes too.
 */
function removeDead(path: string, dead: string): void {
  const guard = `${path}.takeover`;
  const text = ownText();
  if (!create(guard, text)) {
    const found = readLock(guard);
    if (found === null) return;
    const guarding = liveOwner(guard, found, { touchMs: takeoverMs, staleMs: takeoverMs });
    if (guarding === null || silenceOf(guard) > takeoverMs) rmSync(guard, { force: true });
    return;
  }
  try {
    if (readLock(guard) === text && readLock(path) === dead) rmSync(path, { force: true });
  } finally {
    removeOwn(guard, text);
  }
}

function create(path: string, text: string): boolean {
  let file: number;
  try {
    file = openSync(path, "wx");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
  try {
    const bytes = Buffer.from(text, "utf8");
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at, bytes.length - at);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  }
  return true;
}

/** Removes a lock if it is still this one. One that cannot be removed is dead when this process ends. */
function removeOwn(path: string, text: string): void {
  try {
    if (contentOf(path) === text) rmSync(path, { force: true });
  } catch {}
}

function heldLocks(): Map<string, string> {
  const shared = globalThis as { [key: symbol]: Map<string, string> | undefined };
  const name = Symbol.for("bars.heldLocks");
  const known = shared[name];
  if (known) return known;
  const locks = new Map<string, string>();
  shared[name] = locks;
  process.on("exit", () => {
    for (const [path, text] of locks) removeOwn(path, text);
  });
  return locks;
}

/** What a lock file holds; null where there is none. @throws if there is something that cannot be read. */
function readLock(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
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

function ownerIn(text: string): LockOwner | null {
  try {
    const value = JSON.parse(text) as Partial<LockOwner> | null;
    return typeof value?.pid === "number" && typeof value.host === "string" ? (value as LockOwner) : null;
  } catch {
    return null;
  }
}
