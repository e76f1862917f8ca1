// node scripts/fuzz-readers.mjs [inputs, default 10000] [seed, default 0] [reader]: damages good inputs of every reader of
// the library (records, checkpoints, settings, image files, archives, …) and counts what becomes of them. Fails where
// one is taken for what it cannot mean, or ends in an error that is not the project's own.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { root } from "./ensure-installed.mjs";

const [inputs = "10000", seed = "0", reader] = process.argv.slice(2);
if (![inputs, seed].every((text) => /^\d+$/.test(text))) {
  console.error("fuzz-readers: expected [inputs] [seed] [reader], the first two whole numbers.");
  process.exit(2);
}
const env = { ...process.env, BARS_FUZZ_INPUTS: inputs, BARS_FUZZ_SEED: seed };
if (reader !== undefined) env.BARS_FUZZ_READER = reader;
const vitest = join(root, "node_modules/vitest/vitest.mjs");
const { status } = spawnSync(
  process.execPath,
  [vitest, "run", "test/fuzz/readers.test.ts", "--disableConsoleIntercept"],
  { cwd: root, stdio: "inherit", env },
);
process.exitCode = status ?? 1;
