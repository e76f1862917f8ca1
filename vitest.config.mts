import { defineConfig } from "vitest/config";

// Tests run from TypeScript sources. One process per file keeps each file's tensor engine to itself.
export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    pool: "forks",
    testTimeout: 60_000,
    hookTimeout: 60_000,
    fileParallelism: true,
  },
});
