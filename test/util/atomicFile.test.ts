import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { writeFileAtomic, writeFilesAtomic } from "../../lib/util/atomicFile";
import { RecordError } from "../../lib/util/errors";
import { temporaryFolder } from "../helpers/tinySearch";

// The one call that can meet a full disk or a missing permission, made to fail on demand.
const failure = vi.hoisted(() => ({ code: "", after: 0 }));
vi.mock("node:fs", async (original) => {
  const real = await original<typeof import("node:fs")>();
  const fail = () => Object.assign(new Error(`${failure.code}: mocked`), { code: failure.code });
  return {
    ...real,
    writeSync: (...args: Parameters<typeof real.writeSync>) => {
      if (failure.code === "ENOSPC" && failure.after-- <= 0) throw fail();
      return real.writeSync(...args);
    },
    openSync: (...args: Parameters<typeof real.openSync>) => {
      if (failure.code === "EACCES" && args[1] === "w") throw fail();
      return real.openSync(...args);
    },
  };
});

const folder = temporaryFolder();
beforeEach(() => {
  failure.code = "";
});

describe("writeFileAtomic", () => {
  it("makes missing folders, replaces the whole file and leaves nothing else behind", () => {
    const path = join(folder, "a/b/file.txt");
    writeFileAtomic(path, "a long first version");
    writeFileAtomic(path, [Buffer.from("sho"), Buffer.from("rt")]);
    expect(fs.readFileSync(path, "utf8")).toBe("short");
    expect(fs.readdirSync(join(folder, "a/b"))).toEqual(["file.txt"]);
  });

  it("writes what a link leads to, there or not yet, and leaves the link", () => {
    fs.mkdirSync(join(folder, "linked/far"), { recursive: true });
    const [link, open, far] = ["linked/link", "linked/open", "linked/far"].map((name) =>
      join(folder, name),
    ) as [string, string, string];
    fs.writeFileSync(join(far, "real"), "old");
    fs.symlinkSync("far/real", link);
    // Two links in a row.
    fs.symlinkSync("later", join(far, "via"));
    fs.symlinkSync("far/via", open);
    writeFileAtomic(link, "new");
    writeFileAtomic(open, "made");
    for (const path of [link, open]) expect(fs.lstatSync(path).isSymbolicLink()).toBe(true);
    expect(fs.readFileSync(join(far, "real"), "utf8")).toBe("new");
    expect(fs.readFileSync(join(far, "later"), "utf8")).toBe("made");
    expect(fs.lstatSync(join(far, "via")).isSymbolicLink()).toBe(true);
    expect(fs.readdirSync(far).sort()).toEqual(["later", "real", "via"]);
  });

  it("refuses to write over a folder, also over a link to one, which stays", () => {
    fs.mkdirSync(join(folder, "there"));
    const link = join(folder, "to-folder");
    fs.symlinkSync("there", link);
    for (const path of [link, join(folder, "there")])
      expect(() => writeFileAtomic(path, "x")).toThrow(
        `${path}: could not be written: the path is a folder, not a file; choose another name.`,
      );
    expect(fs.lstatSync(link).isSymbolicLink()).toBe(true);
    expect(fs.readdirSync(join(folder, "there"))).toEqual([]);
  });

  it.skipIf(process.platform !== "linux")("writes into a pipe, which stays one", () => {
    const pipe = join(folder, "pipe");
    execFileSync("mkfifo", [pipe]);
    // Open for both, so that neither side waits.
    const file = fs.openSync(pipe, "r+");
    try {
      writeFileAtomic(pipe, "through");
      expect(fs.lstatSync(pipe).isFIFO()).toBe(true);
      const bytes = Buffer.alloc(7);
      fs.readSync(file, bytes);
      expect(bytes.toString()).toBe("through");
    } finally {
      fs.closeSync(file);
    }
  });

  it("keeps the old content, removes its half and names path, cause and remedy when the disk is full", () => {
    const path = join(folder, "kept.txt");
    writeFileAtomic(path, "old");
    failure.code = "ENOSPC";
    failure.after = 1;
    const write = () => writeFileAtomic(path, [Buffer.from("new "), Buffer.from("content")]);
    expect(write).toThrow(RecordError);
    expect(write).toThrow(
      `${path}: could not be written: the disk is full; free some space and run the same command again. The file of that name is untouched.`,
    );
    expect(fs.readFileSync(path, "utf8")).toBe("old");
    expect(fs.readdirSync(folder).filter((name) => name.includes("partial"))).toEqual([]);
  });

  it("says so when there is no permission", () => {
    failure.code = "EACCES";
    expect(() => writeFileAtomic(join(folder, "x.txt"), "x")).toThrow(
      `${join(folder, "x.txt")}: could not be written: there is no permission to write there; choose another folder or change its owner.`,
    );
  });

  it("says so when a part of the path is a file", () => {
    writeFileAtomic(join(folder, "file"), "x");
    expect(() => writeFileAtomic(join(folder, "file/inside.txt"), "x")).toThrow(
      "could not be written: a part of the path is a file, not a folder; choose another folder.",
    );
  });
});

describe("writeFilesAtomic", () => {
  it("writes all of its files or none: what was there stays, what was not there is not", () => {
    const [old, fresh, last] = ["old", "fresh/file", "last"].map((name) => join(folder, "set", name)) as [
      string,
      string,
      string,
    ];
    writeFilesAtomic([[old, "before"]]);
    failure.code = "ENOSPC";
    failure.after = 2;
    const all = [old, fresh, last].map((path) => [path, "after"] as const);
    expect(() => writeFilesAtomic(all)).toThrow(`${last}: could not be written: the disk is full`);
    expect(fs.readFileSync(old, "utf8")).toBe("before");
    expect(fs.readdirSync(join(folder, "set"))).toEqual(["fresh", "old"]);
    expect(fs.readdirSync(join(folder, "set/fresh"))).toEqual([]);
    failure.code = "";
    fs.mkdirSync(last);
    expect(() => writeFilesAtomic(all)).toThrow(`${last}: could not be written: the path is a folder`);
    expect(fs.readFileSync(old, "utf8")).toBe("before");
    expect(fs.readdirSync(join(folder, "set/fresh"))).toEqual([]);
    expect(fs.readdirSync(join(folder, "set")).sort()).toEqual(["fresh", "last", "old"]);
    fs.rmdirSync(last);
    writeFilesAtomic(all);
    expect(all.map(([path]) => fs.readFileSync(path, "utf8"))).toEqual(["after", "after", "after"]);
  });
});
