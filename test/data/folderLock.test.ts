import { existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withLock } from "../../lib/data/folderLock";

const times = { pollMs: 5, touchMs: 20, staleMs: 500 };
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
      await pause(700);
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

  it("never takes a lock that was just given back for a stale one: many short pieces of work, one at a time", async () => {
    const path = join(folder, "short.lock");
    let running = 0;
    let most = 0;
    const work = async () => {
      most = Math.max(most, ++running);
      await pause(1);
      running--;
    };
    await Promise.all(Array.from({ length: 60 }, () => withLock(path, work, { ...times, pollMs: 1 })));
    expect(most).toBe(1);
    expect(existsSync(path)).toBe(false);
  });

  it("is taken over by one of many that wait for a holder that died", async () => {
    const path = join(folder, "many.lock");
    writeFileSync(path, "");
    const old = new Date(Date.now() - 1000);
    utimesSync(path, old, old);
    let running = 0;
    let most = 0;
    const work = async () => {
      most = Math.max(most, ++running);
      await pause(2);
      running--;
    };
    await Promise.all(Array.from({ length: 30 }, () => withLock(path, work, { ...times, pollMs: 1 })));
    expect(most).toBe(1);
    expect(existsSync(`${path}.takeover`)).toBe(false);
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
