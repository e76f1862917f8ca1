// The built library, and files of it that have no public name.
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const require = createRequire(import.meta.url);

export const lib = (path) => require(join(root, "lib/dist", path));
export const bars = lib("index.js");
export const cli = join(root, "lib/bin/bars.cjs");
