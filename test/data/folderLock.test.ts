import { existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withLock } from "../../lib/data/folderLock";

const times = { pollMs: 5, touchMs: 20, staleMs: 150 };
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "bars-lock-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("withLock", () => {
  it("lets one piece of work run at a time, even one longer than the stale time, and cleans up", async () => {
    const path = join(folder, "one.lock");
    let running = 0;
    let most = 0;
    const work = async () => {
      most = Math.max(most, ++running);
      await pause(250);
      running--;
      return most;
    };
    await Promise.all([
      withLock(path, work, times),
      withLock(path, work, times),
      withLock(path, work, times),
    ]);
    expect(most).toBe(1);
    expect(existsSync(path)).toBe(false);
  });

  it("takes over a lock whose holder gives no sign of life", async () => {
    const path = join(folder, "stale.lock");
    writeFileSync(path, "");
    const old = new Date(Date.now() - 1000);
    utimesSync(path, old, old);
    expect(await withLock(path, async () => "done", times)).toBe("done");
  });

  it("gives the lock back when the work fails", async () => {
    const path = join(folder, "failed.lock");
    await expect(withLock(path, () => Promise.reject(new Error("no")), times)).rejects.toThrow("no");
    expect(existsSync(path)).toBe(false);
  });
});
