import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { defineConfig } from "vitest/config";

/** What a test changes that others would see, so that it needs a process of its own. */
const alone =
  /\bprocess\.|\bvi\.|scriptModule|Worker|Chromium|startBackend\([^)]|tf\.setBackend|onnxBench|paritySuite|Fixtures"|wasmParity|sweep\/|readAll|tfjs-onnxruntime/;
/** What starts the default tensor engine: a process has one. */
const engine =
  /startBackend|lib\/(layers|optim|supernet|network|loop|search|train|evolution|experiments|cli)\/|lib\/index/;

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
    testTimeout: 120_000,
    hookTimeout: 60_000,
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
