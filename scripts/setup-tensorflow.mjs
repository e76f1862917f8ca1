// Builds the tfjs-node engine against the TensorFlow library of a Python wheel, into vendor/tfjs-node.
//
// tfjs-node's own installer downloads a TensorFlow of 2022 from a storage host that many networks block. The
// wheels on PyPI hold the same C interface, current and for every glibc; the addon is two C++ files over the
// Node-API, so it serves every Node version. Nothing is installed into Python or into node_modules.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { assemble, compile, remove, tryOut } from "./tensorflow/addon.mjs";
import { addCuda, downloadWheels, extract, fetchPackage } from "./tensorflow/downloads.mjs";
import { checkWheel, findCompiler, findGlibc, findPython } from "./tensorflow/machine.mjs";
import { SetupError, step } from "./tensorflow/steps.mjs";
import { exitCodeOf, typedPath, UsageError } from "./usage.mjs";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const vendor = join(root, "vendor");
const target = join(vendor, "tfjs-node");
/** Built and tried together. Another TensorFlow is chosen with --version. */
const versions = { tensorflow: "2.21.0", tfjsNode: "4.22.0", protobuf: "3.21.4", nodeApi: "1.9.0" };
/** Raise it when this script begins to build something else from the same versions. */
const recipe = 1;

const usage = `Usage: npm run setup:tensorflow [-- options]

Builds the tfjs-node engine (TensorFlow in Node) into vendor/tfjs-node. Needs Linux with glibc, python3 with pip,
and a C++ compiler. Downloads about 300 MB and keeps 820 MB; with --gpu some 3 GB and more.

  --gpu            TensorFlow for NVIDIA graphics cards, with the CUDA libraries it asks for
  --system-cuda    with --gpu: download no CUDA libraries, use those of the system
  --version V      TensorFlow version (default ${versions.tensorflow})
  --wheel PATH     use this tensorflow or tensorflow_cpu wheel instead of downloading one
  --python CMD     Python to use (default python3, then python)
  --force          build again even if vendor/tfjs-node is up to date
  --help`;

function readOptions() {
  const flag = { type: "boolean", default: false };
  const text = { type: "string" };
  const options = {
    gpu: flag,
    "system-cuda": flag,
    version: text,
    wheel: text,
    python: text,
    force: flag,
    help: flag,
  };
  const { values } = parseArgs({ options });
  if (values.wheel && values.version) {
    throw new UsageError("--wheel and --version exclude each other; a wheel has its version.");
  }
  if (values["system-cuda"] && !values.gpu) throw new UsageError("--system-cuda needs --gpu.");
  const wheel = values.wheel && typedPath(values.wheel);
  if (wheel && !existsSync(wheel)) throw new UsageError(`--wheel: there is no file ${wheel}.`);
  if (wheel && values.gpu && !basename(wheel).startsWith("tensorflow-")) {
    throw new UsageError(`--gpu needs a wheel named tensorflow-*.whl, got ${basename(wheel)}.`);
  }
  return { ...values, wheel };
}

/** Unfinished folders of earlier runs that were killed. */
function removeLeftovers() {
  if (!existsSync(vendor)) return;
  for (const entry of readdirSync(vendor)) {
    const pid = /^\.tfjs-node-(\d+)$/.exec(entry)?.[1];
    if (pid && !existsSync(`/proc/${pid}`)) remove(join(vendor, entry));
  }
}

/** Whether vendor/tfjs-node was built from exactly this. */
function isUpToDate(wanted) {
  try {
    const { bars } = JSON.parse(readFileSync(join(target, "package.json"), "utf8"));
    return JSON.stringify(bars.wanted) === JSON.stringify(wanted);
  } catch {
    return false;
  }
}

/** Takes the two libraries and the headers out of the wheel; returns its metadata. */
function unpackTensorflow(python, wheel, unzipped, built) {
  const libraries = ["libtensorflow_cc.so.2", "libtensorflow_framework.so.2"];
  const headers = String.raw`tensorflow/include/(tensorflow|xla|tsl)/.*\.h$`;
  const pattern = String.raw`tensorflow/libtensorflow_(cc|framework)\.so\.2$|${headers}|[^/]*dist-info/METADATA$`;
  extract(python, wheel, pattern, unzipped);
  mkdirSync(join(built, "deps/lib"), { recursive: true });
  for (const library of libraries) {
    const from = join(unzipped, "tensorflow", library);
    if (!existsSync(from)) {
      throw new SetupError(`${basename(wheel)} holds no ${library}; TensorFlow 2.12 or newer is needed.`);
    }
    renameSync(from, join(built, "deps/lib", library));
  }
  const info = readdirSync(unzipped).find((entry) => entry.endsWith(".dist-info"));
  return readFileSync(join(unzipped, info, "METADATA"), "utf8");
}

async function build(options, wanted, { glibc, python, compiler }, work) {
  const { wheel: given, gpu } = options;
  const built = join(work, "tfjs-node");
  const downloads = join(work, "downloads");
  for (const folder of [built, downloads]) mkdirSync(folder, { recursive: true });

  step(given ? `Taking TensorFlow from ${basename(given)}` : `Downloading ${wanted.source}`);
  const wheel = given ?? (await downloadWheels(python, [wanted.source], downloads))[0];
  checkWheel(wheel, glibc);

  step("Unpacking the TensorFlow library");
  const unzipped = join(work, "unzipped");
  const metadata = unpackTensorflow(python, wheel, unzipped, built);
  if (wanted.cuda) await addCuda(python, metadata, downloads, join(built, "deps"));

  step(`Fetching tfjs-node ${versions.tfjsNode}`);
  const fetched = (name, spec) => fetchPackage(python, spec, join(work, name));
  const sources = fetched("sources", `@tensorflow/tfjs-node@${versions.tfjsNode}`);
  const protobuf = fetched("protobuf", `google-protobuf@${versions.protobuf}`);
  const nodeApi = join(fetched("node-api", `node-api-headers@${versions.nodeApi}`), "include");

  step("Compiling its addon");
  compile(compiler, { sources, headers: join(unzipped, "tensorflow/include"), nodeApi, built });
  assemble({ sources, protobuf, built, version: versions.tfjsNode, bars: { gpu, wanted } });

  step("Trying it out");
  const tried = tryOut(built);
  step("Moving it to vendor/tfjs-node");
  remove(target);
  renameSync(built, target);
  return tried;
}

function report({ tensorflow, onGpu }, gpu) {
  console.log(`Done: tfjs-node ${versions.tfjsNode} on TensorFlow ${tensorflow}, in vendor/tfjs-node.`);
  if (gpu && !onGpu) console.log("It sees no graphics card here; until it does, it runs on the processor.");
  console.log(
    onGpu
      ? "It is preferred from now on; BARS_BACKEND=onnx goes without."
      : "BARS_BACKEND=tfjs-node uses it; the default stays onnx, which is faster on processors (docs/engine.md).",
  );
}

async function main() {
  const options = readOptions();
  if (options.help) return console.log(usage);
  step("Checking this machine");
  const machine = {
    glibc: findGlibc(),
    python: findPython(options.python),
    compiler: findCompiler(),
  };
  console.log(
    `      Node ${process.versions.node}, glibc ${machine.glibc}, ${machine.python}, ${machine.compiler}`,
  );
  if (!existsSync(join(root, "node_modules/@tensorflow/tfjs-core/package.json"))) {
    throw new SetupError("@tensorflow/tfjs-core is not installed; run npm install first.");
  }
  // For other processors there is only the plain package, which then has no graphics part.
  const distribution = options.gpu || process.arch !== "x64" ? "tensorflow" : "tensorflow-cpu";
  const source = `${distribution}==${options.version ?? versions.tensorflow}`;
  const wanted = {
    recipe,
    source: options.wheel ? basename(options.wheel) : source,
    cuda: options.gpu && !options["system-cuda"],
    gpu: options.gpu,
    ...versions,
  };
  removeLeftovers();
  if (!options.force && isUpToDate(wanted)) {
    const { tensorflow } = tryOut(target);
    return console.log(`vendor/tfjs-node is up to date (TensorFlow ${tensorflow}). --force builds it again.`);
  }
  const work = join(vendor, `.tfjs-node-${process.pid}`);
  try {
    report(await build(options, wanted, machine, work), options.gpu);
  } finally {
    remove(work);
  }
}

main().catch((error) => {
  const expected = error instanceof SetupError || exitCodeOf(error) === 2;
  console.error(expected ? `setup:tensorflow: ${error.message}` : error);
  process.exitCode = exitCodeOf(error);
});
