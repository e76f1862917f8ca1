// Compiles packages/*/src and lib/ into their dist folders when a source is newer than the last build, and bundles what runs
// in pages (lib/page/*/page.tsx) into lib/dist/bundles. `--force` always compiles.
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");

/** Folders with a tsconfig.json, packages first: the library is compiled against their declarations. */
function projects() {
  const packages = join(root, "packages");
  const names = existsSync(packages) ? readdirSync(packages) : [];
  const folders = names.map((name) => join(packages, name));
  return [...folders.filter((folder) => existsSync(join(folder, "tsconfig.json"))), join(root, "lib")];
}

function newestSource(folder) {
  let newest = Math.max(
    statSync(join(root, "tsconfig.json")).mtimeMs,
    statSync(join(folder, "tsconfig.json")).mtimeMs,
  );
  // Not what is compiled: another build may remove its folder meanwhile.
  const parts = readdirSync(folder).filter((name) => !/^\.?dist|^node_modules$/.test(name));
  for (const part of parts.map((name) => join(folder, name))) {
    const within = statSync(part).isDirectory()
      ? readdirSync(part, { recursive: true, encoding: "utf8" })
      : [];
    for (const file of [part, ...within.map((entry) => join(part, entry))])
      if (/\.(tsx?|cc|h)$/.test(file)) newest = Math.max(newest, statSync(file).mtimeMs);
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
  buildKernels(force);
  let above = 0;
  for (const folder of projects()) above = buildProject(compiler, folder, above, force);
}

/** One script for each kind of page, `lib/page/explore/page.tsx` as `bundles/explore.js`: no import is left in it. */
function bundlePages(pages, target) {
  mkdirSync(target, { recursive: true });
  const { buildSync } = createRequire(join(root, "package.json"))("esbuild");
  const names = readdirSync(pages).filter((name) => existsSync(join(pages, name, "page.tsx")));
  buildSync({
    entryPoints: Object.fromEntries(names.map((name) => [name, join(pages, name, "page.tsx")])),
    outdir: target,
    bundle: true,
    minify: true,
    format: "iife",
    globalName: "barsPage",
    platform: "browser",
    target: "es2022",
    jsx: "automatic",
    jsxImportSource: "preact",
    legalComments: "none",
    tsconfigRaw: {},
    logLevel: "error",
  });
}

const takesNative = process.platform === "linux" && process.arch === "x64";
const nativeCompiler = process.env.CXX ?? "g++";

/** Whether a folder was built without native code, by want of a compiler that is there now, or the file is gone. */
function lacksNative(dist) {
  const file = join(dist, "native.node");
  if (!takesNative || existsSync(file)) return false;
  const version = compilerVersion();
  const failed = existsSync(`${file}.failed`) ? readFileSync(`${file}.failed`, "utf8") : null;
  return version !== null && version !== failed;
}

/** What the compiler says of itself; null where there is none. */
function compilerVersion() {
  const { status, stdout } = spawnSync(nativeCompiler, ["--version"], { encoding: "utf8" });
  return status === 0 ? stdout : null;
}

/**
 * Compiles native code for Node where a compiler is there, as `native.node`. It is a matter of speed alone: without it, and on other
 * processors, ONNX Runtime does the same.
 */
function buildNative(sources, target) {
  if (!takesNative) return;
  const { include_dir: headers } = createRequire(join(root, "package.json"))("node-api-headers");
  const options = ["-O3", "-std=c++17", "-fPIC", "-shared", "-fvisibility=hidden", "-Wall", "-Wextra"];
  // One file that needs no newer C++ library than there is.
  const linking = ["-static-libstdc++", "-static-libgcc", "-s"];
  const args = [...options, ...linking, `-I${headers}`, join(sources, "binding.cc"), "-o", target];
  const { status, error, signal } = spawnSync(nativeCompiler, args, { stdio: "inherit" });
  if (status === 0) return;
  const isMissing = error?.code === "ENOENT";
  // Not tried again by the same compiler, unless it was stopped.
  if (!isMissing && signal === null) writeFileSync(`${target}.failed`, compilerVersion() ?? "");
  const why = isMissing ? `${nativeCompiler} is not installed` : "it does not compile (above)";
  console.log(`build: no native code, ${why}; training steps run on ONNX Runtime, about a third as fast.`);
}

/** The library is compiled with the WebAssembly of the packed engine in it. */
function buildKernels(force) {
  const script = join(root, "scripts/build-wasm.mjs");
  if (!existsSync(script)) return;
  const { status } = spawnSync(process.execPath, [script, ...(force ? ["--force"] : [])], {
    stdio: "inherit",
  });
  if (status === 0) return;
  console.error("build: the kernels did not compile (above); lib/dist is left as it was.");
  process.exit(status ?? 1);
}

/** Compiles one project if one of its sources, or what it is compiled against, is newer. Gives when it was built. */
function buildProject(compiler, folder, above, force) {
  const started = Date.now();
  const stamp = join(folder, "dist/.built");
  const builtAt = existsSync(stamp) ? statSync(stamp).mtimeMs : 0;
  const isWhole = !existsSync(join(folder, "native")) || !lacksNative(join(folder, "dist"));
  if (!force && isWhole && builtAt >= Math.max(newestSource(folder), above)) return Math.max(builtAt, above);
  // Compiled beside the old one and then put in its place, so that a reader never meets half a library.
  const fresh = join(folder, `.dist-${process.pid}`);
  // Not `npx tsc`: tslab installs a compiler of its own under that name.
  const result = spawnSync(
    process.execPath,
    [compiler, "-p", join(folder, "tsconfig.json"), "--outDir", fresh],
    { cwd: root, stdio: "inherit" },
  );
  if (result.status !== 0) {
    rmSync(fresh, { recursive: true, force: true });
    console.error("build: the TypeScript compiler reported errors (above); lib/dist is left as it was.");
    process.exit(result.status ?? 1);
  }
  if (existsSync(join(folder, "native"))) buildNative(join(folder, "native"), join(fresh, "native.node"));
  if (existsSync(join(folder, "page"))) bundlePages(join(folder, "page"), join(fresh, "bundles"));
  writeFileSync(join(fresh, ".built"), "");
  utimesSync(join(fresh, ".built"), started / 1000, started / 1000);
  replaceFolder(fresh, join(folder, "dist"));
  return started;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) build(process.argv.includes("--force"));
