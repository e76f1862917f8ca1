import { existsSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { isFolder, makeFolders } from "../../lib/util/makeFolders";
import { temporaryFolder } from "../helpers/tinySearch";

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);

it("makes what is missing, says what it made first, and leaves alone what is there", () => {
  expect(makeFolders(at("a/b/c"))).toBe(at("a"));
  expect(isFolder(at("a/b/c"))).toBe(true);
  expect(makeFolders(at("a/b/d/"))).toBe(at("a/b/d"));
  expect(makeFolders(at("a/b"))).toBeUndefined();
  symlinkSync(at("a"), at("link"));
  expect(makeFolders(at("link/e"))).toBe(at("link/e"));
  expect(isFolder(at("a/e"))).toBe(true);
});

it("says where a file is in the way", () => {
  writeFileSync(at("file"), "");
  expect(isFolder(at("file"))).toBe(false);
  expect(() => makeFolders(at("file"))).toThrow("EEXIST");
  expect(() => makeFolders(at("file/a/b"))).toThrow("EEXIST");
});

it.runIf(existsSync("/proc/self"))("comes back where nothing can be made", () => {
  expect(() => makeFolders("/proc/bars-none/a")).toThrow(/ENOENT|EACCES|EPERM/);
});
