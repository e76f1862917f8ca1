// npm run notebooks -- [files…] [--preset smoke] [--seed 0] [--out runs/notebooks] [--timeout 900]
// Executes notebooks without a Jupyter server. Leaves the notebooks alone; writes executed copies, pages and figures.
import { readdirSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { ensureReady, root } from "./ensure-installed.mjs";
import { executeNotebook, readNotebook, writeExecuted } from "./notebook-execution.mjs";
import { writeGallery } from "./notebook-gallery.mjs";
import { notebookProgress } from "./notebook-progress.mjs";
import { exitCodeOf, shownPath, typedPath, wholeNumber } from "./usage.mjs";

const usage = `usage: npm run notebooks -- [files…] [--preset NAME] [--seed N] [--out FOLDER] [--timeout SECONDS] [--quiet]
  files      notebooks; all of notebooks/ where left out
  --preset   size of the searches: smoke (default), laptop, paper
  --seed     seed of the searches (0)
  --out      where executed notebooks, pages and figures go (runs/notebooks)
  --timeout  seconds a cell may take (900; 0: no limit)
  --quiet    only results, no output of cells`;

/** A signal that aborts at the first Ctrl-C or termination signal; the second one ends this process. */
export function interruptSignal() {
  const controller = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.once(name, () => {
      if (!controller.signal.aborted)
        console.error("\nStopping; work in progress is saved. Once more ends at once.");
      controller.abort();
    });
  }
  return controller.signal;
}

/**
 * Runs one notebook, prints its progress and the reason of a failure, writes what came of it.
 * @returns {Promise<{ ok: boolean, reason: string | null, seconds: number, notebook: object, paths: { ipynb: string, html: string } }>}
 */
export async function runNotebook(
  file,
  { out, preset, seed, timeoutSeconds, quiet = false, signal, env = {} },
) {
  const folder = resolve(out);
  const name = basename(file, ".ipynb");
  const parameters = {
    BARS_PRESET: preset,
    BARS_SEED: String(seed),
    BARS_OUT: folder,
    BARS_FIGURES_DIR: join(folder, "figures"),
    ...env,
  };
  const onEvent = quiet ? () => {} : notebookProgress(readNotebook(file));
  const { ok, reason, notebook, seconds } = await executeNotebook(file, {
    env: parameters,
    timeoutSeconds,
    onEvent,
    signal,
  });
  const paths = await writeExecuted(notebook, file, folder);
  if (reason === "interrupted")
    console.error(`\n${name} was interrupted. Run the same command again to go on.`);
  else if (!ok) console.error(`\n${name} failed:\n${reason}\n`);
  return { ok, reason, seconds, notebook, paths };
}

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      preset: { type: "string", default: "smoke" },
      seed: { type: "string", default: "0" },
      out: { type: "string" },
      timeout: { type: "string", default: "900" },
      quiet: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return console.log(usage);
  const [seed, timeoutSeconds] = [wholeNumber(values.seed, "seed"), wholeNumber(values.timeout, "timeout")];
  const folder = values.out === undefined ? join(root, "runs/notebooks") : typedPath(values.out);
  await ensureReady();
  const files =
    positionals.length > 0
      ? positionals.map(typedPath)
      : readdirSync(join(root, "notebooks"))
          .filter((name) => name.endsWith(".ipynb"))
          .sort()
          .map((name) => join(root, "notebooks", name));
  if (files.length === 0) throw new Error("there is no notebook in notebooks/.");
  for (const file of files) readNotebook(file);
  const signal = interruptSignal();
  const results = [];
  for (const file of files) {
    if (signal.aborted) break;
    const name = basename(file, ".ipynb");
    console.log(`${name}`);
    // Each notebook has a folder of its own, so that records and figures of one never replace those of another.
    const out = files.length > 1 ? join(folder, name) : folder;
    results.push({ name, ...(await runNotebook(file, { ...values, out, seed, timeoutSeconds, signal })) });
  }
  for (const { name, ok, seconds, paths } of results) {
    console.log(`${ok ? "ok    " : "FAILED"} ${name} in ${seconds.toFixed(1)} s: ${shownPath(paths.html)}`);
  }
  const gallery = writeGallery(results, folder, `Executed with preset ${values.preset}, seed ${seed}.`);
  console.log(`Gallery: ${shownPath(gallery)}`);
  const failed = results.filter(({ ok }) => !ok).length;
  console.log(
    `${results.length - failed} of ${files.length} ${files.length === 1 ? "notebook" : "notebooks"} ran through.`,
  );
  if (signal.aborted) process.exitCode = 130;
  else if (failed > 0) process.exitCode = 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  main().catch((error) => {
    console.error(`run-notebooks: ${error.message}`);
    process.exitCode = exitCodeOf(error);
  });
}
