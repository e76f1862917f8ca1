import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { defineConfig } from "vitest/config";

/**
 * What a test changes or starts that others would see, so that it needs a process of its own: modules put in the place of others,
 * the process's environment, signals and exit, an engine that is not the default one, other processes.
 */
const alone = new RegExp(
  [
    /\bvi\.(mock|doMock|hoisted|resetModules)\b/,
    /process\.env\["\w+"\] = |delete process\.env|stubEnv\("BARS_(CHROMIUM|BACKEND)/,
    /\bprocess\.(on|off|once|emit|exit|exitCode|listenerCount|memoryUsage|chdir|pid|kill|cwd|argv|stdout|stderr)\b/,
    /child_process|scriptModule|helpers\/shell"|slurmNode|pageBrowser|Worker|readAll/,
    /startBackend\([^)]|tf\.setBackend|onnxBench|paritySuite|wasmParity|tfjs-onnxruntime/,
  ]
    .map(({ source }) => source)
    .join("|"),
);
/** What starts the default tensor engine: a process has one. */
const engine =
  /startBackend|lib\/(layers|optim|supernet|network|loop|search|train|evolution|sweep|experiments|cli)\/|lib\/index/;

const files = readdirSync("test", { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".test.ts"))
  .map((file) => `test/${file}`);
const shared = files.filter((file) => !alone.test(readFileSync(file, "utf8")));
const withEngine = shared.filter((file) => engine.test(readFileSync(file, "utf8")));
const without = shared.filter((file) => !withEngine.includes(file));

// Tests run from TypeScript sources; the command line and notebooks are tested on the compiled library, which
// the global set-up brings up to date.
export default defineConfig({
  resolve: {
    // From its sources, as the library itself.
    alias: { "tfjs-onnxruntime": resolve(import.meta.dirname, "packages/tfjs-onnxruntime/src/index.ts") },
  },
  test: {
    globalSetup: ["test/globalSetup.ts"],
    // As many files at once as there are processors, each with one thread: the default leaves one of two idle.
    maxWorkers: "100%",
    env: { BARS_ONNX_THREADS: process.env["BARS_ONNX_THREADS"] ?? "1" },
    testTimeout: 300_000,
    hookTimeout: 120_000,
    projects: [
      {
        extends: true,
        test: {
          name: "alone",
          pool: "forks",
          include: ["test/**/*.test.ts", "packages/*/test/**/*.test.ts"],
          exclude: shared,
        },
      },
      // Modules are loaded once for all of these, plotly and its page among them.
      { extends: true, test: { name: "engine", pool: "forks", isolate: false, include: withEngine } },
      { extends: true, test: { name: "plain", pool: "forks", isolate: false, include: without } },
    ],
  },
});
