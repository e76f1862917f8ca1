import { execFileSync } from "node:child_process";
import { resolve } from "node:path";

/** Compiles the library if a source is newer than the last build. */
export function setup(): void {
  execFileSync(process.execPath, [resolve(__dirname, "../scripts/build.mjs")], { stdio: "inherit" });
}
