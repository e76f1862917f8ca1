import { defineConfig } from "vitest/config";

// Tests run from TypeScript sources; the command line and notebooks are tested on the compiled library, which
// the global set-up brings up to date. One process per file keeps each file's tensor engine to itself.
export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/globalSetup.ts"],
    pool: "forks",
    // As many files at once as there are processors, each with one thread: the default leaves one of two idle.
    maxWorkers: "100%",
    env: { BARS_ONNX_THREADS: process.env["BARS_ONNX_THREADS"] ?? "1" },
    testTimeout: 120_000,
    hookTimeout: 60_000,
  },
});
