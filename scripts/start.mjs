// npm start [-- --preset smoke] [--seed 0] [--out FOLDER]
// Installs and builds what is missing, executes the search notebook, and says where everything lies.
import { existsSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { ensureReady, root } from "./ensure-installed.mjs";
import { exitCodeOf, shownPath, typedPath, UsageError, wholeNumber } from "./usage.mjs";

/** Presets of the search, as `lib/config/presets` has them; the library may not be compiled yet. */
export const presets = ["smoke", "laptop", "paper", "paper-imagenet"];

const usage = `usage: npm start -- [--preset NAME] [--seed N] [--out FOLDER] [--notebook FILE]
  --preset    smoke (default; minutes), laptop (about half an hour), paper, paper-imagenet (a GPU)
  --seed      seed of the search (0)
  --out       where results go (runs/<preset>-seed<seed>)
  --notebook  another notebook than notebooks/01-search-cifar10.ipynb`;

async function main() {
  const { values } = parseArgs({
    options: {
      preset: { type: "string", default: "smoke" },
      seed: { type: "string", default: "0" },
      out: { type: "string" },
      notebook: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return console.log(usage);
  const notebook = typedPath(values.notebook ?? join(root, "notebooks/01-search-cifar10.ipynb"));
  if (!existsSync(notebook)) throw new UsageError(`${shownPath(notebook)} does not exist.`);
  // Other notebooks have presets of their own, and say so themselves.
  if (values.notebook === undefined && !presets.includes(values.preset))
    throw new UsageError(`--preset must be one of ${presets.join(", ")}, got "${values.preset}".`);
  const seed = wholeNumber(values.seed, "seed");
  const out = typedPath(values.out ?? join(root, `runs/${values.preset}-seed${seed}`));
  await ensureReady();
  const { interruptSignal, runNotebook } = await import("./run-notebooks.mjs");
  console.log(`Executing ${shownPath(notebook)} with preset ${values.preset}, seed ${seed}.\n`);
  const signal = interruptSignal();
  const { ok, seconds, paths } = await runNotebook(notebook, {
    preset: values.preset,
    seed,
    out,
    timeoutSeconds: 0,
    signal,
  });
  const files = [
    ["page", paths.html],
    ["notebook", paths.ipynb],
    ["figures", join(out, "figures")],
    ["search record", join(out, "record.json")],
    ["genotype", join(out, "genotype.json")],
    ["race's winner", join(out, "race", "genotype.json")],
  ].filter(([, path]) => existsSync(path));
  console.log(
    `\n${ok ? "Finished" : signal.aborted ? "Interrupted" : "Failed"} after ${seconds.toFixed(0)} s. Written:`,
  );
  for (const [name, path] of files)
    console.log(
      `  ${name.padEnd(14)} ${shownPath(path)}${name === "figures" ? ` (${readdirSync(path).filter((file) => file.endsWith(".png")).length})` : ""}`,
    );
  const summary = join(out, "summary.json");
  if (ok && existsSync(summary)) {
    console.log("\nFound:");
    const compiled = createRequire(import.meta.url);
    const { summaryText } = compiled("../lib/dist/derive/summaryText.js");
    const { readSummary } = compiled("../lib/dist/derive/summaryFile.js");
    console.log(summaryText(readSummary(summary)));
    if (values.preset === "smoke")
      console.log(
        '\nA smoke run shows that everything works; its numbers mean nothing. Next: npm start -- --preset laptop, or "npm run lab".',
      );
  }
  if (!ok) process.exitCode = signal.aborted ? 130 : 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  main().catch((error) => {
    console.error(`start: ${error.message}`);
    process.exitCode = exitCodeOf(error);
  });
}
