import { open, rm, stat, utimes } from "node:fs/promises";

/** A lock untouched for this long belongs to a process that died. */
const staleMs = 30_000;

/** Times of a lock, in milliseconds; shorter ones are for tests. */
export interface LockTimes {
  /** Between two looks at a lock that another process holds. */
  readonly pollMs: number;
  /** Between two signs of life of the holder. */
  readonly touchMs: number;
  readonly staleMs: number;
}

/**
 * Runs `work` while no other process that uses the same lock file does, waiting for its turn. Works across
 * machines that share the folder: the holder touches the file as a sign of life, and a lock without one for 30
 * seconds is taken over.
 */
export async function withLock<T>(
  path: string,
  work: () => Promise<T>,
  times: LockTimes = { pollMs: 500, touchMs: 5_000, staleMs },
): Promise<T> {
  await acquire(path, times);
  const signOfLife = setInterval(() => {
    const now = new Date();
    // If the lock was taken away there is nothing to touch; the work goes on and is checked by its checksum.
    utimes(path, now, now).catch(() => {});
  }, times.touchMs);
  signOfLife.unref();
  try {
    return await work();
  } finally {
    clearInterval(signOfLife);
    await rm(path, { force: true });
  }
}

async function acquire(path: string, { pollMs, staleMs }: LockTimes): Promise<void> {
  for (;;) {
    try {
      await (await open(path, "wx")).close();
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    if (await isStale(path, staleMs)) await removeStale(path, staleMs);
    else await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

/** Whether a lock is there and its holder gives no sign of life. One that is gone was given back, not left behind. */
async function isStale(path: string, staleMs: number): Promise<boolean> {
  const touched = await stat(path).then(
    (found) => found.mtimeMs,
    () => null,
  );
  return touched !== null && Date.now() - touched > staleMs;
}

/**
 * Two that wait may find the same stale lock; the second must not remove the one the first has put there since. So
 * removing is itself done under a lock, and looks again.
 */
async function removeStale(path: string, staleMs: number): Promise<void> {
  const guard = `${path}.takeover`;
  try {
    await (await open(guard, "wx")).close();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    if (await isStale(guard, staleMs)) await rm(guard, { force: true });
    return;
  }
  try {
    if (await isStale(path, staleMs)) await rm(path, { force: true });
  } finally {
    await rm(guard, { force: true });
  }
}
