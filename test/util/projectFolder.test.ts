import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, it } from "vitest";
import { projectFolder } from "../../lib/util/projectFolder";
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
