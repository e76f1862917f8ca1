// Files of the comparison that another process may read, or write, at any time.
import { existsSync, readFileSync } from "node:fs";
import { lib } from "./library.mjs";

const { writeFileAtomic } = lib("util/atomicFile.js");

/** Writes a text where it is not there yet, whole or not at all. */
export function write(path, text) {
  if (existsSync(path) && readFileSync(path, "utf8") === text) return;
  writeFileAtomic(path, text);
}

/** Copies a file, whole or not at all. */
export function copy(source, target) {
  writeFileAtomic(target, [readFileSync(source)]);
}
