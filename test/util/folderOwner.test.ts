import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { folderOwner, ownFolder } from "../../lib/util/folderOwner";
import { temporaryFolder } from "../helpers/tinySearch";

const root = temporaryFolder();
const times = { touchMs: 10, staleMs: 200 };
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const since = "2026-01-01T00:00:00.000Z";

describe("ownFolder", () => {
  it("makes the folder, names its owner to the next one, and leaves nothing behind", async () => {
    const folder = join(root, "new", "run");
    const value = await ownFolder(folder, "train", async () => {
      expect(folderOwner(folder)).toMatchObject({ pid: process.pid, host: hostname() });
      await expect(ownFolder(folder, "train", async () => 1)).rejects.toThrow(
        `train: ${folder} is in use by process ${process.pid} on ${hostname()} since `,
      );
      return 7;
    });
    expect(value).toBe(7);
    expect(existsSync(join(folder, "owner.lock"))).toBe(false);
    expect(folderOwner(folder)).toBe(null);
  });

  it("names the owner of a lock that was being written when it was looked at", async () => {
    const folder = join(root, "written");
    const lock = join(folder, "owner.lock");
    mkdirSync(folder);
    writeFileSync(lock, "");
    const refused = ownFolder(folder, "train", async () => 1).catch((error: Error) => error.message);
    await pause(60);
    writeFileSync(lock, JSON.stringify({ pid: process.ppid, host: hostname(), since }));
    expect(await refused).toContain(`is in use by process ${process.ppid} on ${hostname()} since ${since}.`);
  });

  it("gives the folder back when the work fails", async () => {
    const folder = join(root, "failed");
    await expect(ownFolder(folder, "train", () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(folderOwner(folder)).toBe(null);
  });

  it("removes the folders it made where the work fails before it has written anything, and no others", async () => {
    const fail = (at: string, file?: string) =>
      ownFolder(join(root, at), "search", async () => {
        if (file !== undefined) writeFileSync(join(root, at, file), "");
        throw new Error("refused");
      }).catch(() => {});
    await fail("a/b/c");
    expect(existsSync(join(root, "a"))).toBe(false);
    await fail("a/b/c", "record.json");
    expect(existsSync(join(root, "a/b/c/record.json"))).toBe(true);
    await fail("a/b/d/e");
    expect(readdirSync(join(root, "a/b"))).toEqual(["c"]);
    mkdirSync(join(root, "own"));
    await fail("own");
    expect(existsSync(join(root, "own"))).toBe(true);
  });

  it("refuses the folder of a live process, and takes it at once when that process is killed", async () => {
    const folder = join(root, "killed");
    await ownFolder(folder, "train", async () => {});
    const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
    const ended = new Promise((done) => child.on("exit", done));
    writeFileSync(join(folder, "owner.lock"), JSON.stringify({ pid: child.pid, host: hostname(), since }));
    await expect(ownFolder(folder, "search", async () => 1)).rejects.toThrow(
      `search: ${folder} is in use by process ${child.pid} on ${hostname()} since ${since}. Wait until it ends, stop it, or choose another folder.`,
    );
    child.kill("SIGKILL");
    await ended;
    expect(await ownFolder(folder, "search", async () => 2)).toBe(2);
  });

  it("takes over from another machine only when it has shown no sign of life for long", async () => {
    const folder = join(root, "far");
    await ownFolder(folder, "train", async () => {});
    const path = join(folder, "owner.lock");
    writeFileSync(path, JSON.stringify({ pid: 1, host: "elsewhere", since }));
    await expect(ownFolder(folder, "train", async () => 1)).rejects.toThrow(
      `is in use by process 1 on elsewhere since ${since}`,
    );
    const long = new Date(Date.now() - 1_000);
    utimesSync(path, long, long);
    expect(await ownFolder(folder, "train", async () => 3, times)).toBe(3);
  });

  it("takes over its own number from before a restart", async () => {
    const folder = join(root, "restarted");
    await ownFolder(folder, "train", async () => {});
    writeFileSync(join(folder, "owner.lock"), JSON.stringify({ pid: process.pid, host: hostname(), since }));
    expect(await ownFolder(folder, "train", async () => 4)).toBe(4);
  });

  it("shows signs of life while it works", async () => {
    const folder = join(root, "alive");
    await ownFolder(
      folder,
      "train",
      async () => {
        const path = join(folder, "owner.lock");
        const long = new Date(Date.now() - 60_000);
        utimesSync(path, long, long);
        await pause(60);
        expect(Date.now() - statSync(path).mtimeMs).toBeLessThan(5_000);
      },
      times,
    );
  });

  it("lets one of several processes that find a dead lock have it, not two", async () => {
    const folder = join(root, "raced");
    await ownFolder(folder, "train", async () => {});
    writeFileSync(join(folder, "owner.lock"), JSON.stringify({ pid: 2 ** 22 + 1, host: hostname(), since }));
    let running = 0;
    const work = async () => {
      expect(++running).toBe(1);
      await pause(30);
      running--;
      return true;
    };
    const results = await Promise.allSettled(
      Array.from({ length: 5 }, () => ownFolder(folder, "train", work)),
    );
    expect(results.filter(({ status }) => status === "fulfilled").length).toBe(1);
  });
});
