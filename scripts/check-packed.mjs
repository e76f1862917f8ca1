// Checks what is published: packs the library and its packages, installs the archives into an empty project, and there runs
// `bars search`, tiny, a program that loads the library and its package, and one that imports names of it as a module; and checks
// types of such modules, as Node and as bundlers resolve them.
//
// Without options everything else is installed from the registry, as a user would. `--linked` takes it from this checkout
// instead: seconds, no network, and a package that is used but not declared is missing all the same.
import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { build } from "./build.mjs";
import { root } from "./root.mjs";

const linked = process.argv.includes("--linked");
const folders = ["packages/tfjs-onnxruntime", "lib"];
const npm = process.platform === "win32" ? "npm.cmd" : "npm";

function run(command, args, cwd) {
  return execFileSync(command, args, {
    cwd,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
    maxBuffer: 2 ** 26,
  });
}

/** Packs the workspaces into `place`; gives the manifest and the archive of each. */
function pack(place) {
  const args = ["pack", ...folders.map((folder) => `./${folder}`)];
  const packed = JSON.parse(
    run(npm, [...args, "--json", "--ignore-scripts", "--pack-destination", place], root),
  );
  return folders.map((folder) => {
    const manifest = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
    const { filename, files } = packed.find(({ name }) => name === manifest.name);
    const paths = files.map(({ path }) => path);
    const wrong = paths.filter((path) => /(^|\/)(test|node_modules)\/|\.tsbuildinfo$/.test(path));
    if (wrong.length > 0) throw new Error(`${manifest.name}: its archive must not hold ${wrong.join(", ")}.`);
    return { manifest, archive: join(place, filename) };
  });
}

/** Unpacks an archive into `modules`, and links what its manifest asks for from this checkout, nothing else. */
function link({ manifest, archive }, modules, own) {
  const target = join(modules, manifest.name);
  mkdirSync(target, { recursive: true });
  run("tar", ["-xzf", archive, "--strip-components", "1", "-C", target], root);
  const { dependencies = {}, peerDependencies = {}, peerDependenciesMeta = {} } = manifest;
  for (const name of Object.keys({ ...dependencies, ...peerDependencies })) {
    if (own.includes(name) || peerDependenciesMeta[name]?.optional) continue;
    const at = [join(root, "lib/node_modules", name), join(root, "node_modules", name)].find(existsSync);
    if (at === undefined) throw new Error(`${manifest.name}: depends on ${name}, which is not installed.`);
    // Beside the package that asks for it, so that another one does not find what it did not declare.
    const place = join(target, "node_modules", name);
    mkdirSync(dirname(place), { recursive: true });
    symlinkSync(at, place);
  }
}

const search = [
  ...["search", "--dataset", "synthetic", "--epochs", "1", "--out", "run"],
  ...["data.trainImages=40", "data.testImages=20", "batchSize=10", "warmupEpochs=0", "evaluationImages=10"]
    .concat(["space.initChannels=2", "space.steps=1", "space.cellLayout=[0,1,0]", "space.widthChoices=[1]"])
    .flatMap((setting) => ["--set", setting]),
];
/** A program that says, a line each: the library's version, what it lacks danfojs for, and ONNX Runtime's version. */
const program = `const bars = require("bars");
console.log(bars.version);
try { bars.dataFrame([{ a: 1 }]); console.log("taken"); } catch (error) { console.log(error.message); }
require("tfjs-onnxruntime").registerOnnx("onnx").then(({ version }) => { console.log(version); process.exit(0); });`;

/** The same of a module, with names of its own; and types, for the compiler alone. */
const imported = `import * as bars from "bars";
import { presetConfig, randomKey } from "bars";
import type { RandomKey } from "bars";
const key: RandomKey = randomKey(0);
const record: bars.records.SearchRecord | null = null;
console.log(bars.version, presetConfig("smoke").epochs, key, record);
`;
const module = `import * as bars from "bars";
import { presetConfig } from "bars";
console.log(bars.version, presetConfig("smoke").epochs > 0, typeof bars.figures.lossFigure);
`;

/** Checks the types of `imported` with packages resolved in one way. @throws Error with the compiler's words. */
function checkTypes(project, kind, resolution) {
  const options = ["--noEmit", "--strict", "--skipLibCheck", "--target", "es2022", "--pretty", "false"];
  const types = ["--types", "node", "--typeRoots", join(root, "node_modules/@types")];
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  const resolve = ["--module", kind, "--moduleResolution", resolution];
  try {
    run(process.execPath, [compiler, ...options, ...types, ...resolve, "types.mts"], project);
  } catch (cause) {
    throw new Error(`types of "bars" with ${resolution} resolution:\n${cause.stdout}`, { cause });
  }
}

const place = mkdtempSync(join(tmpdir(), "bars-packed-"));
try {
  build();
  const packed = pack(place);
  const project = join(place, "project");
  mkdirSync(project);
  writeFileSync(join(project, "package.json"), '{ "name": "empty", "private": true }\n');
  if (linked) {
    const own = packed.map(({ manifest }) => manifest.name);
    for (const one of packed) link(one, join(project, "node_modules"), own);
  } else {
    const archives = packed.map(({ archive }) => archive);
    run(
      npm,
      ["install", "--prefer-offline", "--omit=optional", "--no-audit", "--no-fund", ...archives],
      project,
    );
  }
  const bars = join(project, "node_modules/bars/bin/bars.cjs");
  run(process.execPath, [bars, ...search], project);
  const { status } = JSON.parse(readFileSync(join(project, "run/record.json"), "utf8"));
  if (status !== "finished") throw new Error(`the search must be finished, got ${status}.`);
  const [version, without, runtime] = run(process.execPath, ["-e", program], project).trim().split("\n");
  const expected = packed.at(-1).manifest.version;
  if (version !== expected) throw new Error(`bars.version must be ${expected}, got ${version}.`);
  if (!without.startsWith("dataFrame: the package danfojs-node is not installed."))
    throw new Error(`dataFrame without danfojs must say how to install it, got: ${without}`);
  writeFileSync(join(project, "module.mjs"), module);
  const names = run(process.execPath, ["module.mjs"], project).trim();
  if (names !== `${expected} true function`)
    throw new Error(`import from "bars" must give its names, got: ${names}`);
  writeFileSync(join(project, "types.mts"), imported);
  checkTypes(project, "node16", "node16");
  checkTypes(project, "esnext", "bundler");
  console.log(`bars ${version} and tfjs-onnxruntime (ONNX Runtime ${runtime}) work from their archives.`);
} finally {
  rmSync(place, { recursive: true, force: true });
}
