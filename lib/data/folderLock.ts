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
    const touched = await stat(path).then(
      (found) => found.mtimeMs,
      () => 0,
    );
    if (Date.now() - touched > staleMs) await rm(path, { force: true });
    else await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}
