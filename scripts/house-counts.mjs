// Counts how large the house is and how many files a change meets: node scripts/house-counts.mjs [--root <checkout>] [--json]
//
// files, lines         TypeScript sources of lib/ and packages/*/src
// exports              names of lib/index.ts and of its namespaces; documented: with a docstring; exampled: with an `@example`
// steps                source files outside the engine (lib/backend, packages) whose functions run during one step: what one
//                      reads to follow it. Counted by V8's coverage between two steps of a tiny run, on the engine wasm, which
//                      is called at every step (onnx compiles a step, and then runs fewer of the library's functions)
// variants             source files of lib/ that name one variant of a kind: what one writes or finds to add another. Lists in
//                      text of commands and pages of the documentation are not among them
//
// Another checkout must be compiled (`npm run build` there), so that numbers before and after a change stand side by side.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { Session } from "node:inspector/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const own = fileURLToPath(import.meta.url);
const started = process.argv[1] === own;
const { values: options } = parseArgs({
  args: started ? process.argv.slice(2) : [],
  options: { root: { type: "string" }, json: { type: "boolean", default: false } },
});
const root = resolve(options.root ?? join(dirname(own), ".."));
const lib = join(root, "lib");

/** Sources of a folder, without what is compiled or installed. */
export function sourcesIn(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".d.ts"))
    .filter((file) => !/(^|\/)(dist|node_modules|test|\.dist[^/]*)\//.test(file))
    .map((file) => join(folder, file));
}

/** One variant of each kind, as code spells it. */
export const variants = {
  primitive: { name: "bin_conv_5x5", spelled: /bin_conv_5x5/ },
  strategy: { name: "zeroOne", spelled: /[zZ]eroOne/ },
  rule: { name: "skip_cap", spelled: /skip_cap|skipCap/ },
  dataset: { name: "cifar100", spelled: /cifar100|cifar-100/ },
  figure: { name: "lossFigure", spelled: /lossFigure/ },
  kernel: { name: "sgdMomentumUpdate", spelled: /[sS]gdMomentum/ },
};

/** Files of lib/ that name a variant, relative to lib/. Comments do not count. */
export function filesNaming(spelled, folder = lib) {
  const code = (file) =>
    readFileSync(file, "utf8")
      .replaceAll(/\/\*[\s\S]*?\*\//g, "")
      .replaceAll(/^\s*\/\/.*$/gm, "");
  return sourcesIn(folder)
    .filter((file) => spelled.test(code(file)))
    .map((file) => relative(folder, file))
    .sort();
}

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

function sizes() {
  const packages = join(root, "packages");
  const others = existsSync(packages) ? readdirSync(packages).map((name) => join(packages, name, "src")) : [];
  const files = [lib, ...others].flatMap(sourcesIn);
  const lines = files.map((file) => readFileSync(file, "utf8").split("\n").length - 1);
  return { files: files.length, lines: lines.reduce((a, b) => a + b, 0), medianLines: median(lines) };
}

/** The docstring of a name's declaration, looked for in all sources: "" without one, null where the name is not declared. */
function docsOf(sources, name) {
  const declared = new RegExp(
    `(/\\*\\*(?:(?!\\*/)[\\s\\S])*\\*/)?\\s*\\nexport (?:declare )?(?:abstract )?(?:async )?(?:function\\*?|const|class|interface|type|\\* as) ${name}\\b`,
  );
  for (const source of sources) {
    const found = declared.exec(`\n${source}`);
    if (found) return found[1] ?? "";
  }
  return null;
}

function exportsOf() {
  const sources = sourcesIn(lib).map((file) => readFileSync(file, "utf8"));
  const found = [];
  const read = (file) => {
    const source = readFileSync(file, "utf8");
    for (const [, all, list] of source.matchAll(/export (type )?\{([^}]*)\} from/g))
      for (const entry of list
        .split(",")
        .map((text) => text.trim())
        .filter(Boolean))
        found.push({
          name: entry.replace(/^type /, "").split(" as ")[0],
          type: Boolean(all) || entry.startsWith("type "),
        });
    for (const [, specifier] of source.matchAll(/export \* as \w+ from "(\.\/public\/[^"]+)"/g))
      read(join(lib, `${specifier}.ts`));
  };
  read(join(lib, "index.ts"));
  const top = readFileSync(join(lib, "index.ts"), "utf8");
  const namespaces = [...top.matchAll(/export \* as \w+ from "\.\/public\//g)].length;
  const docs = found.map(({ name }) => docsOf(sources, name) ?? "");
  const valued = docs.filter((_, i) => !found[i].type);
  return {
    all: found.length,
    values: valued.length,
    namespaces,
    documented: docs.filter((doc) => doc !== "").length,
    exampled: valued.filter((doc) => doc.includes("@example")).length,
  };
}

/** Runs `work` with functions `begin` and `end`; gives the files of lib/ whose functions ran between the two. */
async function running(work) {
  const session = new Session();
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: false });
  const pending = [];
  const take = () => session.post("Profiler.takePreciseCoverage");
  // Posts are done at once in this process: what is awaited is only their answer.
  await work(
    () => void take(),
    () => void pending.push(take()),
  );
  const { result } = await pending[0];
  session.disconnect();
  return result
    .filter(({ url }) => url.includes("/lib/dist/"))
    .filter(({ functions }) =>
      functions.some(({ functionName, ranges }) => functionName !== "" && ranges[0].count > 0),
    )
    .map(({ url }) => url.split("/lib/dist/")[1].replace(/\.js$/, ".ts"))
    .filter((file) => !file.startsWith("backend/"))
    .sort();
}

const data = { dataset: "synthetic", trainImages: 48, testImages: 16 };

async function steps() {
  const load = createRequire(join(lib, "dist/index.js"));
  const bars = (path) => load(`./${path}`);
  await bars("backend").startBackend("wasm");
  const { searchConfig } = bars("config/searchConfig");
  const config = searchConfig({
    space: { initChannels: 2, cellLayout: [0, 1, 0], steps: 1, widthChoices: [0.5, 1] },
    data,
    batchSize: 8,
    epochs: 2,
    warmupEpochs: 0,
  });
  const folder = mkdtempSync(join(tmpdir(), "bars-counts-"));
  /** Progress that begins at the second step and ends at the third. */
  const between = (begin, end) => {
    let step = 0;
    return {
      start() {},
      stop() {},
      update(_, figures) {
        if (!figures) return;
        step += 1;
        if (step === 2) begin();
        if (step === 3) end();
      },
    };
  };
  try {
    let record;
    const search = await running(async (begin, end) => {
      const directory = join(folder, "search");
      record = await bars("search/search").search(config, { directory, progress: between(begin, end) });
    });
    const { derive } = bars("derive/derive");
    const { deriveInputOf } = bars("derive/alphasAt");
    let genotype;
    const derivation = await running(async (begin, end) => {
      begin();
      genotype = derive(deriveInputOf(record), "argmax").genotype;
      end();
    });
    const training = await running(async (begin, end) => {
      const at = ["records/modelSpec", "train/modelSpec", "run/modelSpec"].find((path) =>
        existsSync(join(lib, `dist/${path}.js`)),
      );
      const model = bars(at).genotypeModel(genotype, "counted");
      const train = bars("config/trainConfig").trainConfig({
        data,
        batchSize: 8,
        epochs: 2,
        validationShare: 0,
      });
      await bars("train/train").train(train, model, {
        directory: join(folder, "train"),
        progress: between(begin, end),
      });
    });
    return { "search step": search, "training step": training, derivation };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Everything: sizes, exports, and the files of each of nine changes. */
async function counts() {
  const named = Object.entries(variants).map(([kind, { spelled }]) => [kind, filesNaming(spelled)]);
  return { ...sizes(), exports: exportsOf(), changes: { ...(await steps()), ...Object.fromEntries(named) } };
}

if (started) {
  const found = await counts();
  if (options.json) console.log(JSON.stringify(found, null, 2));
  else {
    const { all, values, namespaces, documented, exampled } = found.exports;
    console.log(`files ${found.files}, lines ${found.lines}, median ${found.medianLines} lines a file`);
    console.log(
      `exports ${all} (${values} values) in ${namespaces} namespaces; documented ${documented}, exampled ${exampled}`,
    );
    for (const [change, files] of Object.entries(found.changes)) {
      const of = variants[change] ? ` (${variants[change].name})` : "";
      console.log(`${change}${of}: ${files.length} files\n  ${files.join(" ")}`);
    }
  }
  process.exit();
}
