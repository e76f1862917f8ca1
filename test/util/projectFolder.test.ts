import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, it } from "vitest";
import { projectFolder, projectOrOwn, projectPath } from "../../lib/util/projectFolder";
import { temporaryFolder } from "../helpers/tinySearch";

it("finds this project from a folder inside it", () => {
  expect(projectFolder(resolve(__dirname))).toBe(resolve(__dirname, "../.."));
});

it("finds a user's project by the installed library, and else stays where it is", () => {
  const root = temporaryFolder();
  mkdirSync(join(root, "a/deep/er"), { recursive: true });
  expect(projectFolder(join(root, "a/deep"))).toBe(join(root, "a/deep"));
  mkdirSync(join(root, "a/node_modules/bars"), { recursive: true });
  writeFileSync(join(root, "a/package.json"), "not json");
  expect(projectFolder(join(root, "a/deep/er"))).toBe(join(root, "a"));
});

it("says a folder of the project from where the user stands", () => {
  const root = resolve(__dirname, "../..");
  expect(projectPath("data/raw", root)).toBe("data/raw");
  expect(projectPath("data/raw", join(root, "notebooks"))).toBe(join("..", "data/raw"));
  expect(projectPath("notebooks", join(root, "notebooks"))).toBe(".");
  expect(projectPath("/elsewhere/raw", join(root, "notebooks"))).toBe("/elsewhere/raw");
});

it("takes a folder of the project first, then one of the place where the user stands", () => {
  const notebooks = join(resolve(__dirname, "../.."), "notebooks");
  expect(projectOrOwn("data/records", notebooks)).toBe(join("..", "data/records"));
  expect(projectOrOwn("nowhere/records", notebooks)).toBe("nowhere/records");
  expect(projectOrOwn(notebooks, notebooks)).toBe(notebooks);
});
