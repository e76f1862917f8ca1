// Builds the tfjs-node engine against the TensorFlow library of a Python wheel, into vendor/tfjs-node.
//
// tfjs-node's own installer downloads a TensorFlow of 2022 from a storage host that many networks block. The
// wheels on PyPI hold the same C interface, current and for every glibc; the addon is two C++ files over the
// Node-API, so it serves every Node version. Nothing is installed into Python or into node_modules.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  cpSync,
  createReadStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { availableParallelism } from "node:os";
import { basename, dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const vendor = join(root, "vendor");
const target = join(vendor, "tfjs-node");
/** Built and tried together. Another TensorFlow is chosen with --version. */
const versions = { tensorflow: "2.21.0", tfjsNode: "4.22.0", protobuf: "3.21.4", nodeApiHeaders: "1.9.0" };

const usage = `Usage: npm run setup:tensorflow [-- options]

Builds the tfjs-node engine (TensorFlow in Node) into vendor/tfjs-node. Needs Linux with glibc, python3 with pip,
and a C++ compiler. Downloads about 300 MB (--gpu: about 3 GB), keeps about 900 MB.

  --gpu            TensorFlow for NVIDIA graphics cards, with the CUDA libraries it asks for
  --system-cuda    with --gpu: do not download CUDA libraries, use those of the system
  --version V      TensorFlow version (default ${versions.tensorflow})
  --wheel PATH     use this tensorflow or tensorflow_cpu wheel instead of downloading one
  --python CMD     Python to use (default python3, then python)
  --force          build again even if vendor/tfjs-node is up to date
  --help`;

/** A failure the user can do something about: printed without a stack. */
class SetupError extends Error {}

let interrupted = false;
process.on("SIGINT", () => {
  interrupted = true;
});

let stepNumber = 0;
function step(text) {
  stepNumber++;
  console.log(`[${stepNumber}/7] ${text}`);
}

/** Runs a program to its end and returns its output; throws SetupError with `failure` and the last lines it wrote. */
function run(command, args, failure, options = {}) {
  const result = spawnSync(command, args, { encoding: "utf8", maxBuffer: 1 << 28, ...options });
  if (interrupted || result.signal === "SIGINT") throw new SetupError("interrupted; nothing was changed.");
  if (result.status === 0) return result.stdout ?? "";
  const output = `${result.stdout ?? ""}\n${result.stderr ?? ""}`.trim().split("\n").slice(-15).join("\n  ");
  throw new SetupError(`${failure}\n  ${result.error?.message ?? output}`);
}

function works(command, args) {
  return spawnSync(command, args, { stdio: "ignore" }).status === 0;
}

function megabytes(bytes) {
  return `${Math.round(bytes / 2 ** 20)} MB`;
}

// ---------------------------------------------------------------------------------------------- the machine

function findPython(asked) {
  const candidates = asked ? [asked] : ["python3", "python"];
  const python = candidates.find((name) =>
    works(name, ["-c", "import sys, zipfile, tarfile; assert sys.version_info >= (3, 8)"]),
  );
  if (!python) {
    throw new SetupError(
      `no Python 3.8 or newer found as ${candidates.join(" or ")}; install python3 (Debian: apt install python3 python3-pip) or name one with --python.`,
    );
  }
  return python;
}

function findCompiler() {
  const candidates = process.env.CXX ? [process.env.CXX] : ["g++", "c++", "clang++"];
  const compiler = candidates.find((name) => works(name, ["--version"]));
  if (!compiler) {
    throw new SetupError(
      `no C++ compiler found as ${candidates.join(", ")}; install one (Debian: apt install g++) or name one in CXX.`,
    );
  }
  return compiler;
}

function checkMachine() {
  if (process.platform !== "linux") {
    throw new SetupError(
      `this script knows Linux only, got ${process.platform}; there, npm install @tensorflow/tfjs-node brings a ready-made library.`,
    );
  }
  const glibc = process.report.getReport().header.glibcVersionRuntime;
  if (!glibc) {
    throw new SetupError(
      "TensorFlow's wheels need glibc, and this Node runs on another C library (musl); use a Debian-like system.",
    );
  }
  if (!existsSync(join(root, "node_modules/@tensorflow/tfjs-core/package.json"))) {
    throw new SetupError("@tensorflow/tfjs-core is not installed; run npm install first.");
  }
  return glibc;
}

/** The oldest glibc a wheel runs on, from its file name: `manylinux_2_27_x86_64`; `manylinux2014` means 2.17. */
function neededGlibc(wheelName) {
  const exact = [...wheelName.matchAll(/manylinux_(\d+)_(\d+)/g)].map(([, major, minor]) => [
    Number(major),
    Number(minor),
  ]);
  if (wheelName.includes("manylinux2014")) exact.push([2, 17]);
  exact.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  return exact[0];
}

function checkWheel(wheel, glibc) {
  const name = basename(wheel);
  if (!/^tensorflow(_cpu)?-[^-]+-.*\.whl$/.test(name)) {
    throw new SetupError(`expected a wheel named tensorflow-*.whl or tensorflow_cpu-*.whl, got ${name}.`);
  }
  const architecture = { x64: "x86_64", arm64: "aarch64" }[process.arch] ?? process.arch;
  if (!name.includes(`_${architecture}`)) {
    throw new SetupError(`expected a wheel for ${architecture}, got ${name}.`);
  }
  const needed = neededGlibc(name);
  if (needed) {
    const [major, minor] = glibc.split(".").map(Number);
    if (major < needed[0] || (major === needed[0] && minor < needed[1])) {
      throw new SetupError(
        `${name} needs glibc ${needed.join(".")}, this machine has ${glibc}; choose an older TensorFlow with --version.`,
      );
    }
  }
}

// ------------------------------------------------------------------------------------------------ downloads

async function sha256(file) {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file)) hash.update(chunk);
  return hash.digest("hex");
}

/**
 * Downloads wheels with pip, exactly as the user's pip is configured, and compares each file with the hash the
 * index announced. The wheels are taken for one fixed Python: its library does not depend on it.
 */
async function downloadWheels(python, requirements, folder) {
  if (!works(python, ["-m", "pip", "--version"])) {
    throw new SetupError(
      `${python} has no pip; install it (Debian: apt install python3-pip), or pass a wheel with --wheel.`,
    );
  }
  const forOnePython = ["--no-deps", "--only-binary=:all:", "--python-version", "3.11"];
  const report = join(folder, "report.json");
  const noSource = `pip found no source of ${requirements.join(", ")}; check its configuration and network, or pass a wheel with --wheel.`;
  const resolveArgs = [
    "--dry-run",
    "--ignore-installed",
    "--target",
    join(folder, "unused"),
    "--report",
    report,
  ];
  run(
    python,
    ["-m", "pip", "install", "--quiet", ...resolveArgs, ...forOnePython, ...requirements],
    noSource,
  );
  const announced = new Map();
  for (const { download_info } of JSON.parse(readFileSync(report, "utf8")).install) {
    const name = decodeURIComponent(basename(new URL(download_info.url).pathname));
    announced.set(
      name,
      download_info.archive_info?.hashes?.sha256 ?? download_info.archive_info?.hash?.replace("sha256=", ""),
    );
  }
  run(
    python,
    [
      "-m",
      "pip",
      "download",
      "--quiet",
      "--progress-bar",
      "on",
      "--dest",
      folder,
      ...forOnePython,
      ...requirements,
    ],
    noSource,
    {
      stdio: ["ignore", "inherit", "pipe"],
    },
  );
  const wheels = [];
  for (const [name, expected] of announced) {
    const file = join(folder, name);
    const got = await sha256(file);
    if (expected === undefined) console.log(`      ${name}: the index announced no hash; sha256 ${got}`);
    else if (got !== expected)
      throw new SetupError(`${name}: expected sha256 ${expected}, got ${got}; try again.`);
    else console.log(`      ${name} (${megabytes(statSync(file).size)}), sha256 as announced`);
    wheels.push(file);
  }
  return wheels;
}

/** Unzips the members of a wheel that match the regular expression. */
function extract(python, wheel, pattern, folder) {
  const program = [
    "import re, sys, zipfile",
    "with zipfile.ZipFile(sys.argv[1]) as wheel:",
    "  for member in wheel.namelist():",
    "    if re.match(sys.argv[2], member) and not member.endswith('/'): wheel.extract(member, sys.argv[3])",
  ].join("\n");
  run(
    python,
    ["-c", program, wheel, pattern, folder],
    `${basename(wheel)} cannot be unzipped; delete it and try again.`,
  );
}

/** Fetches packages from the npm registry (npm checks their integrity) and unpacks each into a folder of its own. */
function fetchPackages(python, packages, folder) {
  for (const [name, spec] of Object.entries(packages)) {
    const into = join(folder, name);
    mkdirSync(into, { recursive: true });
    const failure = `npm could not fetch ${spec}; check the network and npm's registry setting.`;
    run("npm", ["pack", spec, "--silent", "--ignore-scripts", "--pack-destination", into], failure, {
      cwd: into,
    });
    const archive = readdirSync(into).find((entry) => entry.endsWith(".tgz"));
    run(
      python,
      ["-m", "tarfile", "-e", join(into, archive), into],
      `${archive} cannot be unpacked; try again.`,
    );
  }
}

// -------------------------------------------------------------------------------------------------- building

/** Compiles the addon of tfjs-node. The runtime path is relative, so the folder may be moved. */
function compile(compiler, sources, headers, nodeApi, built) {
  const out = join(built, "lib/napi-v8");
  mkdirSync(out, { recursive: true });
  const args = ["-std=c++17", "-O2", "-fPIC", "-shared", "-fvisibility=hidden", "-DNAPI_VERSION=8", "-w"];
  args.push(
    `-I${nodeApi}`,
    `-I${headers}`,
    join(sources, "binding/tfjs_backend.cc"),
    join(sources, "binding/tfjs_binding.cc"),
  );
  args.push("-o", join(out, "tfjs_binding.node"), `-L${join(built, "deps/lib")}`);
  args.push(
    "-l:libtensorflow_cc.so.2",
    "-l:libtensorflow_framework.so.2",
    "-Wl,-rpath,$ORIGIN/../../deps/lib",
  );
  run(
    compiler,
    args,
    `${compiler} could not build the addon; another TensorFlow (--version) may fit tfjs-node ${versions.tfjsNode}.`,
  );
}

/**
 * The package's entry. tfjs-node's own pulls in the layers and data packages, an image codec and an addon finder;
 * here its kernels and back end go straight into the one tfjs-core of the project.
 */
const entry = `// Written by scripts/setup-tensorflow.mjs.
"use strict";
const tf = require("@tensorflow/tfjs");
require("./dist/register_all_kernels");
const { NodeJSKernelBackend } = require("./dist/nodejs_kernel_backend");
const binding = require("./lib/napi-v8/tfjs_binding.node");
tf.registerBackend("tensorflow", () => new NodeJSKernelBackend(binding, "@tensorflow/tfjs-node"), 3);
`;

/** What tfjs-node knows as "@tensorflow/tfjs": the project's tfjs-core, found by walking up to its node_modules. */
const alias = `// Written by scripts/setup-tensorflow.mjs.
"use strict";
module.exports = require("@tensorflow/tfjs-core");
`;

function assemble(sources, protobuf, built, bars) {
  const isCode = (path) =>
    statSync(path).isDirectory() || (path.endsWith(".js") && !path.endsWith("_test.js"));
  cpSync(join(sources, "dist"), join(built, "dist"), { recursive: true, filter: isCode });
  for (const unused of [
    "run_tests.js",
    "index.js",
    "node.js",
    "callbacks.js",
    "tensorboard.js",
    "image.js",
    "saved_model.js",
  ]) {
    rmSync(join(built, "dist", unused), { force: true });
  }
  rmSync(join(built, "dist/io"), { recursive: true, force: true });
  const modules = join(built, "node_modules");
  cpSync(protobuf, join(modules, "google-protobuf"), { recursive: true });
  const writeModule = (folder, manifest, code) => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
    writeFileSync(join(folder, "index.js"), code);
  };
  writeModule(
    join(modules, "@tensorflow/tfjs"),
    { name: "@tensorflow/tfjs", version: versions.tfjsNode, main: "index.js" },
    alias,
  );
  const { license } = JSON.parse(readFileSync(join(sources, "package.json"), "utf8"));
  const manifest = {
    name: "@tensorflow/tfjs-node",
    version: versions.tfjsNode,
    private: true,
    license,
    main: "index.js",
    bars,
  };
  writeModule(built, manifest, entry);
}

/** Loads the engine in a process of its own and compares a convolution with the numbers counted by hand. */
function tryOut(folder) {
  const program = `
    const util = require("util");
    util.isNullOrUndefined = (x) => x === null || x === undefined;
    util.isArray = Array.isArray;
    require(${JSON.stringify(folder)});
    const tf = require(require.resolve("@tensorflow/tfjs-core", { paths: [${JSON.stringify(folder)}] }));
    tf.setBackend("tensorflow").then(async () => {
      const y = tf.conv2d(tf.ones([1, 4, 4, 3]), tf.ones([3, 3, 3, 2]), 1, "same");
      const sum = (await y.sum().data())[0];
      if (sum !== 2 * 3 * (4 * 9 + 8 * 6 + 4 * 4)) throw new Error("a convolution of ones gave " + sum);
      const backend = tf.backend();
      console.log(JSON.stringify({ tensorflow: backend.binding.TF_Version, onGpu: backend.isUsingGpuDevice }));
    }).catch((error) => { console.error(error.message); process.exit(1); });`;
  const env = { ...process.env, TF_CPP_MIN_LOG_LEVEL: process.env.TF_CPP_MIN_LOG_LEVEL ?? "2" };
  const output = run(process.execPath, ["-e", program], "the engine was built but does not run:", {
    env,
    cwd: root,
  });
  return JSON.parse(output.trim().split("\n").at(-1));
}

// ------------------------------------------------------------------------------------------------------ main

/** Unfinished folders of earlier runs that were killed. */
function removeLeftovers() {
  if (!existsSync(vendor)) return;
  for (const entryName of readdirSync(vendor)) {
    const pid = /^\.tfjs-node-(\d+)$/.exec(entryName)?.[1];
    if (pid && !existsSync(`/proc/${pid}`)) rmSync(join(vendor, entryName), { recursive: true, force: true });
  }
}

/** What would be built; equal to the note in vendor/tfjs-node if nothing is to do. */
function upToDate(wanted) {
  try {
    const { bars } = JSON.parse(readFileSync(join(target, "package.json"), "utf8"));
    return JSON.stringify({ ...bars.wanted }) === JSON.stringify(wanted);
  } catch {
    return false;
  }
}

async function main() {
  const { values } = parseArgs({
    options: {
      gpu: { type: "boolean", default: false },
      "system-cuda": { type: "boolean", default: false },
      version: { type: "string" },
      wheel: { type: "string" },
      python: { type: "string" },
      force: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return console.log(usage);
  if (values.wheel && values.version)
    throw new SetupError("--wheel and --version exclude each other; the wheel has its version.");
  const given = values.wheel && resolve(values.wheel);
  if (given && !existsSync(given)) throw new SetupError(`--wheel: there is no file ${given}.`);
  const gpu = given ? basename(given).startsWith("tensorflow-") && process.arch === "x64" : values.gpu;
  if (given && values.gpu && !gpu)
    throw new SetupError(`--gpu needs a wheel named tensorflow-*.whl, got ${basename(given)}.`);

  step("Checking this machine");
  const glibc = checkMachine();
  const python = findPython(values.python);
  const compiler = findCompiler();
  // Only the plain package exists for other processors.
  const distribution = gpu || process.arch !== "x64" ? "tensorflow" : "tensorflow-cpu";
  const requirement = `${distribution}==${values.version ?? versions.tensorflow}`;
  const wanted = {
    source: given ? basename(given) : requirement,
    gpu,
    cuda: gpu && !values["system-cuda"],
    ...versions,
  };
  console.log(
    `      Node ${process.versions.node}, glibc ${glibc}, ${python}, ${compiler}, ${availableParallelism()} processors`,
  );
  removeLeftovers();
  if (!values.force && upToDate(wanted)) {
    const { tensorflow } = tryOut(target);
    return console.log(
      `vendor/tfjs-node is up to date (TensorFlow ${tensorflow}). Build it again with --force.`,
    );
  }

  const work = join(vendor, `.tfjs-node-${process.pid}`);
  const built = join(work, "tfjs-node");
  try {
    mkdirSync(built, { recursive: true });
    const downloads = join(work, "downloads");
    mkdirSync(downloads);

    step(
      given
        ? `Taking TensorFlow from ${basename(given)}`
        : `Downloading ${requirement} (about ${gpu ? "600" : "300"} MB)`,
    );
    const wheel = given ?? (await downloadWheels(python, [requirement], downloads))[0];
    checkWheel(wheel, glibc);

    step("Unpacking the TensorFlow library");
    const unzipped = join(work, "unzipped");
    extract(
      python,
      wheel,
      String.raw`tensorflow/libtensorflow_(cc|framework)\.so\.2$|tensorflow/include/(tensorflow|xla|tsl)/.*\.h$|[^/]*dist-info/METADATA$`,
      unzipped,
    );
    mkdirSync(join(built, "deps/lib"), { recursive: true });
    for (const library of ["libtensorflow_cc.so.2", "libtensorflow_framework.so.2"]) {
      const from = join(unzipped, "tensorflow", library);
      if (!existsSync(from))
        throw new SetupError(`${basename(wheel)} holds no ${library}; TensorFlow 2.12 or newer is needed.`);
      renameSync(from, join(built, "deps/lib", library));
    }
    if (wanted.cuda) await addCuda(python, unzipped, downloads, built);

    step(`Fetching tfjs-node ${versions.tfjsNode}`);
    const packages = join(work, "packages");
    fetchPackages(
      python,
      {
        tfjsNode: `@tensorflow/tfjs-node@${versions.tfjsNode}`,
        protobuf: `google-protobuf@${versions.protobuf}`,
        nodeApi: `node-api-headers@${versions.nodeApiHeaders}`,
      },
      packages,
    );
    const sources = join(packages, "tfjsNode/package");

    step("Compiling its addon");
    compile(
      compiler,
      sources,
      join(unzipped, "tensorflow/include"),
      join(packages, "nodeApi/package/include"),
      built,
    );
    assemble(sources, join(packages, "protobuf/package"), built, { gpu, wanted });

    step("Trying it out");
    const { tensorflow, onGpu } = tryOut(built);
    if (gpu && !onGpu) {
      console.log(
        "      It runs, but sees no graphics card here; it will work on the processor until it does.",
      );
    }

    step(`Moving it to ${relative(root, target)}`);
    rmSync(target, { recursive: true, force: true });
    renameSync(built, target);
    const name = onGpu ? "tfjs-node-gpu" : "tfjs-node";
    console.log(
      `Done: tfjs-node ${versions.tfjsNode} on TensorFlow ${tensorflow}. It is now preferred; BARS_BACKEND=${name} insists on it.`,
    );
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/**
 * The CUDA libraries that the wheel's own metadata lists (extra "and-cuda"), where the library looks for them:
 * `../nvidia/<part>/lib` seen from its folder.
 */
async function addCuda(python, unzipped, downloads, built) {
  const info = readdirSync(unzipped).find((entryName) => entryName.endsWith(".dist-info"));
  const metadata = readFileSync(join(unzipped, info, "METADATA"), "utf8");
  const requirements = [
    ...metadata.matchAll(/^Requires-Dist: (nvidia-[\w-]+)\s*\(?([^;)\s]+)\)?\s*;.*and-cuda/gm),
  ].map(([, name, version]) => `${name}${version}`);
  console.log(`      with ${requirements.length} CUDA packages (about 2.5 GB)`);
  if (requirements.length === 0) return;
  for (const wheel of await downloadWheels(python, requirements, downloads)) {
    extract(python, wheel, "nvidia/[^/]+/(lib|bin|nvvm)/", join(built, "deps"));
    rmSync(wheel);
  }
}

main().catch((error) => {
  const expected = error instanceof SetupError || String(error.code).startsWith("ERR_PARSE_ARGS");
  console.error(expected ? `setup:tensorflow: ${error.message}` : error);
  process.exitCode = 1;
});
