import { type LockTimes as FileLockTimes, tryLock } from "../util/fileLock";

/** Times of a lock, in milliseconds; shorter ones are for tests. */
export interface LockTimes extends FileLockTimes {
  /** Between two looks at a lock that another process holds. */
  readonly pollMs: number;
}

/**
 * Runs `work` while no other process that uses the same lock file does, waiting for its turn. Works across machines
 * that share the folder ({@link tryLock}): the lock of a holder on another machine without a sign of life for 30
 * seconds is taken over.
 *
 * @throws what the file system throws, if the lock cannot be written; whatever `work` throws.
 */
export async function withLock<T>(
  path: string,
  work: () => Promise<T>,
  times: LockTimes = { pollMs: 500, touchMs: 5_000, staleMs: 30_000 },
): Promise<T> {
  for (;;) {
    const found = tryLock(path, times);
    if (typeof found === "object" && "release" in found) {
      try {
        return await work();
      } finally {
        found.release();
      }
    }
    await new Promise((resolve) => setTimeout(resolve, found === "again" ? 1 : times.pollMs));
  }
}
