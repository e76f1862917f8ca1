import { type ChildProcess, spawn } from "node:child_process";
import * as fs from "node:fs";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { join, resolve } from "node:path";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { withLock } from "../../lib/data/folderLock";
import { RecordError } from "../../lib/util/errors";
import { folderOwner, ownFolder } from "../../lib/util/folderOwner";
import { isAlive, processStart } from "../../lib/util/processStart";
import { temporaryFolder } from "../helpers/tinySearch";

// Calls that meet a full disk, or one that turned read-only, made to fail on demand.
const failing = vi.hoisted(() => ({ write: false, touch: false, touched: 0 }));
vi.mock("node:fs", async (original) => {
  const real = await original<typeof import("node:fs")>();
  const fail = (code: string) => Object.assign(new Error(`${code}: mocked`), { code, syscall: "write" });
  return {
    ...real,
    writeSync: (...args: Parameters<typeof real.writeSync>) => {
      if (failing.write) throw fail("ENOSPC");
      return real.writeSync(...args);
    },
    utimesSync: (...args: Parameters<typeof real.utimesSync>) => {
      failing.touched++;
      if (failing.touch) throw fail("EROFS");
      real.utimesSync(...args);
    },
  };
});
beforeEach(() => Object.assign(failing, { write: false, touch: false, touched: 0 }));

const root = temporaryFolder();
const dist = resolve(__dirname, "../../lib/dist");
const times = { touchMs: 10, staleMs: 200 };
const since = "2026-01-01T00:00:00.000Z";
const soon = (holds: () => void) => vi.waitFor(holds, { timeout: 20_000, interval: 5 });
const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));
const endOf = (child: ChildProcess) => new Promise((done) => child.on("exit", done));
let folders = 0;
/** A new folder, whose lock says what is given. */
function locked(owner: object | string): { folder: string; lock: string } {
  const folder = join(root, `run${folders++}`);
  const lock = join(folder, "owner.lock");
  mkdirSync(folder);
  if (owner !== "") writeFileSync(lock, typeof owner === "string" ? owner : JSON.stringify(owner));
  return { folder, lock };
}
const far = { pid: 1, host: "elsewhere", since };
const ahead = (path: string, ms = 3_600_000) => {
  const then = new Date(Date.now() + ms);
  fs.utimesSync(path, then, then);
};

describe("a lock's sign of life", () => {
  it("that cannot be given, because the disk turned read-only, is given at a later beat; the work goes on", async () => {
    const { folder, lock } = locked("");
    const long = new Date(Date.now() - 60_000);
    const work = async () => {
      failing.touch = true;
      await soon(() => expect(failing.touched).toBeGreaterThan(2));
      failing.touch = false;
      utimesSync(lock, long, long);
      await soon(() => expect(Date.now() - fs.statSync(lock).mtimeMs).toBeLessThan(30_000));
      return "done";
    };
    expect(await ownFolder(folder, "train", work, times)).toBe("done");
    expect(existsSync(lock)).toBe(false);
  });
});

describe("a disk that is full while a lock is written", () => {
  it("is the clear error of every other file, and leaves neither half a lock nor an open file", async () => {
    const { folder, lock } = locked("");
    const opened = vi.spyOn(fs, "closeSync");
    const before = process.platform === "linux" ? readdirSync("/proc/self/fd").length : 0;
    failing.write = true;
    const taking = ownFolder(folder, "train", async () => 1);
    await expect(taking).rejects.toThrow(RecordError);
    await expect(taking).rejects.toThrow(
      `${lock}: could not be written: the disk is full; free some space and run the same command again.`,
    );
    if (process.platform === "linux") expect(readdirSync("/proc/self/fd").length).toBe(before);
    expect(readdirSync(folder)).toEqual([]);
    opened.mockRestore();
    await expect(withLock(join(folder, "data.lock"), async () => 1)).rejects.toMatchObject({
      code: "ENOSPC",
    });
    expect(readdirSync(folder)).toEqual([]);
    failing.write = false;
    expect(await ownFolder(folder, "train", async () => 2)).toBe(2);
  });
});

describe("a lock of a live process's number", () => {
  it.skipIf(process.platform === "win32")(
    "that another program has now is taken over at once: it began at another time",
    async () => {
      const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
      const owner = { pid: child.pid, host: hostname(), since };
      const start = processStart(child.pid as number);
      const other = locked({ ...owner, started: `${start}0` });
      expect(folderOwner(other.folder)).toBe(null);
      expect(await ownFolder(other.folder, "train", async () => 1)).toBe(1);
      const own = locked({ ...owner, started: start });
      // Also without a sign of life: a machine that slept, a process that was stopped.
      const long = new Date(Date.now() - 86_400_000);
      utimesSync(own.lock, long, long);
      expect(folderOwner(own.folder)).toMatchObject({ pid: child.pid });
      await expect(ownFolder(own.folder, "train", async () => 1)).rejects.toThrow(
        `in use by process ${child.pid}`,
      );
      const ended = endOf(child);
      child.kill("SIGKILL");
      await ended;
      expect(await ownFolder(own.folder, "train", async () => 2)).toBe(2);
    },
  );

  it.skipIf(process.platform !== "linux")("that has ended and is only not reaped is taken over", async () => {
    const parent = spawn("bash", ["-c", "sleep 600 & echo $!; exec sleep 600"], { stdio: "pipe" });
    const pid = await new Promise<number>((done) => parent.stdout.once("data", (text) => done(Number(text))));
    // The shell is gone, and nobody reaps, before the child ends.
    await soon(() => expect(readFileSync(`/proc/${parent.pid}/comm`, "utf8")).toBe("sleep\n"));
    process.kill(pid, "SIGKILL");
    for (let i = 0; i < 500 && isAlive(pid); i++) await pause(20);
    process.kill(pid, 0);
    const { folder } = locked({ pid, host: hostname(), since, started: processStart(pid) });
    expect(await ownFolder(folder, "train", async () => 1)).toBe(1);
    parent.kill("SIGKILL");
  });

  it("says when it began, so that others can tell", async () => {
    const { folder, lock } = locked("");
    await ownFolder(folder, "train", async () => {
      expect(JSON.parse(readFileSync(lock, "utf8")).started).toBe(processStart(process.pid));
    });
  });
});

describe("a lock of this process", () => {
  it("is not given a second time by another path to its folder", async () => {
    const { folder } = locked("");
    const link = `${folder}-link`;
    symlinkSync(folder, link, "junction");
    await ownFolder(folder, "train", async () => {
      await expect(ownFolder(link, "train", async () => 1)).rejects.toThrow(
        `train: ${link} is in use by process ${process.pid} on ${hostname()} since `,
      );
    });
    expect(await ownFolder(link, "train", async () => 2)).toBe(2);
  });
});

describe("a clock that was set back", () => {
  it("does not lock a dead owner's folder until the clock is there again: it is watched for a sign of life", async () => {
    const { folder, lock } = locked(far);
    ahead(lock);
    const begun = performance.now();
    expect(await ownFolder(folder, "train", async () => 1, times)).toBe(1);
    expect(performance.now() - begun).toBeGreaterThanOrEqual(times.staleMs);
  });

  it("does not lose a live owner its folder, whose clock is ahead", async () => {
    const { folder, lock } = locked(far);
    ahead(lock);
    let beats = 0;
    const beating = setInterval(() => ahead(lock, 3_600_000 + ++beats), 15);
    const taking = ownFolder(folder, "train", async () => 1, times);
    await expect(taking).rejects.toThrow("is in use by process 1 on elsewhere since");
    clearInterval(beating);
  });
});

describe("a file left by a process that died while it removed a dead lock", () => {
  const dead = { pid: 2 ** 22 + 1, host: hostname(), since };
  it.each([
    { who: "whose number is free", guard: JSON.stringify(dead), ms: 0 },
    { who: "on another machine, long ago", guard: JSON.stringify(far), ms: -60_000 },
    { who: "of an earlier version, long ago", guard: "", ms: -60_000 },
    { who: "before the clock was set back", guard: "", ms: 3_600_000 },
  ])("$who, does not stop the next one", async ({ guard, ms }) => {
    const { folder, lock } = locked(dead);
    writeFileSync(`${lock}.takeover`, guard);
    ahead(`${lock}.takeover`, ms);
    expect(await ownFolder(folder, "train", async () => 1, times)).toBe(1);
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe("a lock that was taken away", () => {
  it("is not given back by the one that had it: it is another's now", async () => {
    const { folder, lock } = locked("");
    const take = async () => {
      rmSync(lock);
      writeFileSync(lock, JSON.stringify(far));
    };
    await ownFolder(folder, "train", take);
    expect(JSON.parse(readFileSync(lock, "utf8"))).toEqual(far);
    rmSync(lock);
    await withLock(lock, take, { pollMs: 5, ...times });
    expect(JSON.parse(readFileSync(lock, "utf8"))).toEqual(far);
  });
});

describe("a process that ends in the middle of its work", () => {
  it.each(["process.exit(3)", "setImmediate(() => { throw new Error('unforeseen') })"])(
    "leaves no lock: %s",
    async (end) => {
      const { folder, lock } = locked("");
      const child = spawn(process.execPath, [
        "-e",
        `const { ownFolder } = require(${JSON.stringify(join(dist, "util/folderOwner.js"))});
        ownFolder(${JSON.stringify(folder)}, "train", async () => {
          if (!require("node:fs").existsSync(${JSON.stringify(lock)})) process.exit(99);
          ${end};
          await new Promise((done) => setTimeout(done, 60_000));
        });`,
      ]);
      const code = await endOf(child);
      expect([1, 3]).toContain(code);
      expect(existsSync(lock)).toBe(false);
    },
  );
});

describe("halves of files", () => {
  it("that dead processes left go when the folder has an owner again; live ones', and others' folders, stay", async () => {
    const { folder } = locked("");
    const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
    const dead = 2 ** 22 + 1;
    for (const name of ["snapshots", "ablation"]) mkdirSync(join(folder, name));
    const left = [
      `checkpoint.safetensors.${dead}.partial`,
      `record.json.${process.pid}.partial`,
      `snapshots/epoch0.safetensors.${dead}.partial`,
    ];
    const kept = [
      `genotype.json.${child.pid}.partial`,
      "cifar-10-binary.tar.gz.partial",
      "ablation/owner.lock",
      `ablation/record.json.${dead}.partial`,
    ];
    for (const name of [...left, ...kept]) writeFileSync(join(folder, name), "half");
    await ownFolder(folder, "train", async () => {
      for (const name of left) expect(existsSync(join(folder, name)), name).toBe(false);
      for (const name of kept) expect(existsSync(join(folder, name)), name).toBe(true);
    });
    // No file takes so long to write that its number is still its writer's.
    const long = new Date(Date.now() - 3_600_000);
    utimesSync(join(folder, kept[0] as string), long, long);
    await ownFolder(folder, "train", async () => {});
    expect(existsSync(join(folder, kept[0] as string))).toBe(false);
    child.kill("SIGKILL");
  });
});
