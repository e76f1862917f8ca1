// Compiles lib/ into lib/dist when a source is newer than the last build. `--force` always compiles.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const stamp = join(root, "lib/dist/.built");

function newestSource() {
  let newest = statSync(join(root, "tsconfig.json")).mtimeMs;
  for (const entry of readdirSync(join(root, "lib"), { recursive: true, encoding: "utf8" })) {
    if (!entry.endsWith(".ts") || /^\.?dist/.test(entry) || entry.includes("node_modules")) continue;
    newest = Math.max(newest, statSync(join(root, "lib", entry)).mtimeMs);
  }
  return newest;
}

function replaceFolder(fresh, target) {
  const old = `${fresh}-old`;
  if (existsSync(target)) renameSync(target, old);
  try {
    renameSync(fresh, target);
  } catch (error) {
    // Another process put its own there in the meantime, from the same sources.
    if (!existsSync(join(target, ".built"))) throw error;
    rmSync(fresh, { recursive: true, force: true });
  }
  rmSync(old, { recursive: true, force: true });
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
  // Compiled beside the old one and then put in its place, so that a reader never meets half a library.
  const fresh = join(root, `lib/.dist-${process.pid}`);
  // Not `npx tsc`: tslab installs a compiler of its own under that name.
  const result = spawnSync(process.execPath, [compiler, "-p", "lib/tsconfig.json", "--outDir", fresh], {
    cwd: root,
    stdio: "inherit",
  });
  if (result.status !== 0) {
    rmSync(fresh, { recursive: true, force: true });
    console.error("build: the TypeScript compiler reported errors (above); lib/dist is left as it was.");
    process.exit(result.status ?? 1);
  }
  writeFileSync(join(fresh, ".built"), "");
  utimesSync(join(fresh, ".built"), started / 1000, started / 1000);
  replaceFolder(fresh, join(root, "lib/dist"));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) build(process.argv.includes("--force"));
