import { existsSync, readdirSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, relative, resolve } from "node:path";
import { defineConfig } from "vitest/config";
import { BaseSequencer } from "vitest/node";

/**
 * What a test changes that others would see, so that it needs a process of its own: modules put in the place of others, the
 * process's environment, signals and exit, an engine that is neither the default one nor one of `engines`, threads.
 */
const alone = new RegExp(
  [
    /\bvi\.(mock|doMock|hoisted|resetModules)\b/,
    /process\.env\["\w+"\] = |delete process\.env|stubEnv\("BARS_(CHROMIUM|BACKEND)/,
    /\bprocess\.(on|off|once|emit|exit|exitCode|listenerCount|memoryUsage|chdir|kill|stdout|stderr)\b/,
    /slurmNode|Worker|readAll/,
    /startBackend\((?!\)|"(cpu|wasm)"\))/,
  ]
    .map(({ source }) => source)
    .join("|"),
);
/** What registers engines of its own, or goes from one to another: such files share processes, as each begins by that. */
const switching = /tf\.setBackend|onnxBench|paritySuite|wasmParity|tfjs-onnxruntime\/src/;
/** Tensor engines that tests ask for by name: a process has one, which the files that name it share. */
const engines = ["cpu", "wasm"];
/** Another with a process of its own: it defines variants of every kind, which tables that are printed whole would hold afterwards. */
const apart = ["test/variants/allTogether.test.ts"];
/** What starts the default tensor engine. */
const engine =
  /startBackend|lib\/(layers|optim|supernet|network|loop|search|train|evolution|sweep|experiments|cli)\/|lib\/index/;

/** Files that take longest, longest first: begun last, one of them would run on while other processors have nothing left to do. */
const long = [
  ...["sweep/slurm", "scripts/killRuns", "public/examples", "cli/figures", "backend/onnx/sampledSteps"],
  ...["experiments/planted", "search/search", "search/strategySearch", "race/race", "packed/referenceEngine"],
  ...["docs/tutorial", "data/pictures/killedStore", "packed/cSource", "figures/export/fitFigure"],
  ...["scripts/kernelInterrupt", "figures/figures", "figures/everyFigure", "variants/pages", "cli/sweep"],
  ...["page/explorePage", "page/equality", "packed/wasm/networks"],
].map((name) => `/test/${name}.test.ts`);

class LongFirst extends BaseSequencer {
  override async sort(files: Parameters<BaseSequencer["sort"]>[0]) {
    const sorted = await super.sort(files);
    const rank = (path: string) => {
      const at = long.findIndex((name) => path.endsWith(name));
      return at < 0 ? long.length : at;
    };
    // Files of a project stay together: its processes go on from one to the next.
    const projects = [...new Set(sorted.map(({ project }) => project.name))];
    return projects.flatMap((name) =>
      sorted
        .filter(({ project }) => project.name === name)
        .sort((a, b) => rank(a.moduleId) - rank(b.moduleId)),
    );
  }
}

const files = readdirSync("test", { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".test.ts"))
  .map((file) => `test/${file}`);
/** The project of each file that may share a process with others. */
const shared = new Map(
  files.flatMap((file) => {
    const code = readFileSync(file, "utf8");
    const named = engines.filter((name) => code.includes(`startBackend("${name}")`));
    if (alone.test(code) || named.length > 1 || apart.includes(file)) return [];
    if (switching.test(code)) return [[file, "switching"] as const];
    return [[file, named[0] ?? (engine.test(code) ? "engine" : "plain")] as const];
  }),
);
/** Files that put modules in the place of others, which only sources see. */
const mocking = new Set(files.filter((file) => /\bvi\.(mock|doMock)\(/.test(readFileSync(file, "utf8"))));
const filesOf = (project: string) => files.filter((file) => shared.get(file) === project);

/** What is compiled: "lib/search/search", "packages/NAME/src/index"; pages are bundled instead. */
const compiled = /^(?:(lib)(?:\/(?!dist\/|bin\/|page\/|shims\/)(.+))?|(packages\/[^/]+)\/src\/(.+))$/;

/**
 * A plugin by which tests get a module of the library, or of a package of ours, as it was compiled: it is what users run, and
 * processes of tests do not compile it anew. What a source imports stays a source, as do pages' own modules.
 *
 * @param root the project's folder.
 * @param onSources whether a file, by its path, wants the sources.
 */
function compiledLibrary(root: string, onSources: (path: string) => boolean) {
  return {
    name: "bars:compiled-library",
    enforce: "pre" as const,
    resolveId(source: string, importer?: string): string | undefined {
      if (!importer || !/^[./]/.test(source)) return undefined;
      const from = relative(root, importer);
      if (onSources(from) || compiled.test(from)) return undefined;
      const found = compiled.exec(relative(root, resolve(dirname(importer), source)));
      if (!found) return undefined;
      const [, lib, inLib, own, inOwn] = found;
      const name = (inLib ?? inOwn ?? "index").replace(/\.[jt]s$/, "");
      const base = resolve(root, (lib ?? own) as string, "dist", name);
      return [`${base}.js`, `${base}/index.js`].find((file) => existsSync(file));
    },
  };
}

// Graphs and drawings make many objects that live briefly: room for them, and no threads to collect them where all processors are
// busy, are each about a tenth less time.
const execArgv = [
  ...["--max-semi-space-size=64", "--single-threaded-gc"],
  `--require=${resolve(import.meta.dirname, "test/helpers/withoutFsync.cjs")}`,
];
/**
 * Networks run through much code that is not used often: optimised three times as late, an eighth less time. Node 22 and 24
 * count in another way, and do not know the option.
 */
const optimisedLate = Number.parseInt(process.versions.node, 10) < 22 ? ["--interrupt-budget=400000"] : [];

// Tests run on the compiled library, which the global set-up brings up to date.
export default defineConfig({
  plugins: [compiledLibrary(import.meta.dirname, (path) => mocking.has(path))],
  resolve: {
    // From its sources, where the library is loaded from its own.
    alias: {
      "tfjs-onnxruntime/onnx": resolve(import.meta.dirname, "packages/tfjs-onnxruntime/src/onnx.ts"),
      "tfjs-onnxruntime": resolve(import.meta.dirname, "packages/tfjs-onnxruntime/src/index.ts"),
    },
  },
  test: {
    server: { deps: { external: [/\/(lib|packages\/[^/]+)\/dist\//] } },
    globalSetup: ["test/globalSetup.ts"],
    // One file at once more than there are processors, each with one thread: some wait for a browser, a kernel or Slurm.
    maxWorkers: availableParallelism() + 1,
    execArgv,
    env: { BARS_ONNX_THREADS: process.env["BARS_ONNX_THREADS"] ?? "1" },
    testTimeout: 300_000,
    hookTimeout: 120_000,
    // A page answers when it gets a processor; polls end as soon as it has.
    expect: { poll: { timeout: 30_000 } },
    sequence: { sequencer: LongFirst },
    projects: [
      {
        extends: true,
        test: {
          name: "alone",
          pool: "forks",
          execArgv: optimisedLate,
          include: ["test/**/*.test.ts", "packages/*/test/**/*.test.ts"],
          exclude: [...shared.keys()],
        },
      },
      // Modules are loaded once for all of a project's files, plotly and its page among them.
      ...["switching", ...engines, "engine", "plain"].map((name) => ({
        extends: true as const,
        test: {
          name,
          pool: "forks" as const,
          isolate: false,
          include: filesOf(name),
          execArgv: name === "plain" ? [] : optimisedLate,
        },
      })),
    ],
  },
});
