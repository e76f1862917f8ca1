// npm test [-- vitest arguments]: installs and builds what is missing, runs all tests, ends with one line of counts.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ensureReady, root } from "./ensure-installed.mjs";

/** `"12 passed, 0 failed"`, and `", 3 skipped"` where some were. A file that could not be loaded counts as failed. */
export function countsLine(report) {
  const broken = report.testResults.filter(
    ({ status, assertionResults }) => status === "failed" && assertionResults.length === 0,
  ).length;
  const skipped = report.numPendingTests + (report.numTodoTests ?? 0);
  return `${report.numPassedTests} passed, ${report.numFailedTests + broken} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

async function main() {
  await ensureReady();
  const folder = mkdtempSync(join(tmpdir(), "bars-test-"));
  const file = join(folder, "report.json");
  const args = process.argv.slice(2);
  const reporters = args.some((arg) => arg.startsWith("--reporter")) ? [] : ["--reporter=default"];
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  const { status, signal } = spawnSync(
    process.execPath,
    [vitest, "run", ...args, ...reporters, "--reporter=json", `--outputFile.json=${file}`],
    { cwd: root, stdio: "inherit" },
  );
  try {
    console.log(countsLine(JSON.parse(readFileSync(file, "utf8"))));
  } catch {
    console.error("test: vitest left no report; see its messages above.");
  }
  rmSync(folder, { recursive: true, force: true });
  process.exitCode = signal ? 1 : (status ?? 1);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
