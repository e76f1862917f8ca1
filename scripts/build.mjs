// Compiles lib/ into lib/dist when a source is newer than the last build. `--force` always compiles.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const stamp = join(root, "lib/dist/.built");

function newestSource() {
  let newest = statSync(join(root, "tsconfig.json")).mtimeMs;
  for (const entry of readdirSync(join(root, "lib"), { recursive: true, encoding: "utf8" })) {
    if (!entry.endsWith(".ts") || entry.startsWith("dist") || entry.includes("node_modules")) continue;
    newest = Math.max(newest, statSync(join(root, "lib", entry)).mtimeMs);
  }
  return newest;
}

export function build(force = false) {
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  if (!existsSync(compiler)) {
    console.log(
      "build: the TypeScript compiler is not installed (production install?); lib/dist is left as it is.",
    );
    return;
  }
  const started = Date.now();
  if (!force && existsSync(stamp) && statSync(stamp).mtimeMs >= newestSource()) return;
  rmSync(join(root, "lib/dist"), { recursive: true, force: true });
  // Not `npx tsc`: tslab installs a compiler of its own under that name.
  const result = spawnSync(process.execPath, [compiler, "-p", "lib/tsconfig.json"], {
    cwd: root,
    stdio: "inherit",
  });
  if (result.status !== 0) {
    console.error("build: the TypeScript compiler reported errors (above); lib/dist is incomplete.");
    process.exit(result.status ?? 1);
  }
  writeFileSync(stamp, "");
  utimesSync(stamp, started / 1000, started / 1000);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) build(process.argv.includes("--force"));
