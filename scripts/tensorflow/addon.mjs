// Compiles tfjs-node's addon, puts the package together, tries it out.
import { copyFileSync, cpSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "./steps.mjs";

const here = dirname(fileURLToPath(import.meta.url));

/** The Node-API is stable: built once, the addon serves every later Node. */
export function compile(compiler, { sources, headers, nodeApi, built }) {
  const out = join(built, "lib/napi-v8");
  mkdirSync(out, { recursive: true });
  const common = ["-O2", "-fPIC", "-shared", "-fvisibility=hidden", "-DNAPI_VERSION=8", `-I${nodeApi}`];
  const quiet = ["-x", "c", join(here, "quiet.c"), "-o", join(out, "quiet.node")];
  run(
    compiler,
    [...common, ...quiet],
    `${compiler} could not build a small C file; is its C library installed?`,
  );
  const files = ["tfjs_backend.cc", "tfjs_binding.cc"].map((name) => join(sources, "binding", name));
  const libraries = ["-l:libtensorflow_cc.so.2", "-l:libtensorflow_framework.so.2"];
  // The path to the library is relative, so the folder may be moved.
  const link = [`-L${join(built, "deps/lib")}`, ...libraries, "-Wl,-rpath,$ORIGIN/../../deps/lib"];
  run(
    compiler,
    ["-std=c++17", "-w", ...common, `-I${headers}`, ...files, "-o", join(out, "tfjs_binding.node"), ...link],
    `${compiler} could not build the addon; another TensorFlow (--version) may fit it.`,
  );
}

/** What tfjs-node knows as "@tensorflow/tfjs": the project's tfjs-core, found by walking up to its node_modules. */
const alias = 'module.exports = require("@tensorflow/tfjs-core");\n';

function writeManifest(folder, manifest) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
}

/** Puts the package together around the compiled addon. `bars` is what the library and the next set-up read. */
export function assemble({ sources, protobuf, built, version, bars }) {
  const isFolder = (path) => statSync(path).isDirectory();
  cpSync(join(sources, "dist/kernels"), join(built, "dist/kernels"), {
    recursive: true,
    filter: (path) => isFolder(path) || (path.endsWith(".js") && !path.endsWith("_test.js")),
  });
  cpSync(join(sources, "dist/proto"), join(built, "dist/proto"), { recursive: true });
  for (const name of ["register_all_kernels.js", "nodejs_kernel_backend.js", "int64_tensors.js"]) {
    copyFileSync(join(sources, "dist", name), join(built, "dist", name));
  }
  cpSync(protobuf, join(built, "node_modules/google-protobuf"), { recursive: true });
  const tfjs = join(built, "node_modules/@tensorflow/tfjs");
  writeManifest(tfjs, { name: "@tensorflow/tfjs", version, private: true, main: "index.js" });
  writeFileSync(join(tfjs, "index.js"), alias);
  copyFileSync(join(here, "entry.cjs"), join(built, "index.js"));
  const { license } = JSON.parse(readFileSync(join(sources, "package.json"), "utf8"));
  writeManifest(built, {
    name: "@tensorflow/tfjs-node",
    version,
    private: true,
    license,
    main: "index.js",
    bars,
  });
}

/** Loads the engine in a process of its own and compares a convolution with a number counted by hand. */
export function tryOut(folder) {
  const program = `
    const util = require("util");
    util.isNullOrUndefined = (x) => x === null || x === undefined;
    util.isArray = Array.isArray;
    require(${JSON.stringify(folder)});
    const tf = require(require.resolve("@tensorflow/tfjs-core", { paths: [${JSON.stringify(folder)}] }));
    tf.setBackend("tensorflow").then(async () => {
      const [sum] = await tf.sum(tf.conv2d(tf.ones([1, 4, 4, 3]), tf.ones([3, 3, 3, 2]), 1, "same")).data();
      if (sum !== 2 * 3 * (4 * 9 + 8 * 6 + 4 * 4)) throw new Error("a convolution of ones gave " + sum);
      const backend = tf.backend();
      console.log(JSON.stringify({ tensorflow: backend.binding.TF_Version, onGpu: backend.isUsingGpuDevice }));
    }).catch((error) => { console.error(error.message); process.exit(1); });`;
  const env = { TF_CPP_MIN_LOG_LEVEL: "2", ...process.env };
  const output = run(process.execPath, ["-e", program], "the engine was built but does not run:", { env });
  return JSON.parse(output.trim().split("\n").at(-1));
}

/** Frees what a failed or finished build left. */
export function remove(folder) {
  rmSync(folder, { recursive: true, force: true });
}
