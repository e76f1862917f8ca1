import { defineConfig } from "vitest/config";

// Tests run from TypeScript sources; the command line and notebooks are tested on the compiled library, which
// the global set-up brings up to date. One process per file keeps each file's tensor engine to itself.
export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/globalSetup.ts"],
    pool: "forks",
    testTimeout: 120_000,
    hookTimeout: 60_000,
  },
});
