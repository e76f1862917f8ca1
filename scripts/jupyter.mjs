// npm run lab | npm run jupyter: starts Jupyter with this project's TypeScript kernel, installing it if need be.
//   node scripts/jupyter.mjs lab|notebook [Jupyter's own arguments]
//   node scripts/jupyter.mjs --check                 only says what is there
//   node scripts/jupyter.mjs --execute NOTEBOOK [--out FOLDER] [--timeout SECONDS]
//                                                    executes a notebook in a real kernel, by nbconvert
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, watch } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { ensureReady, root } from "./ensure-installed.mjs";
import { ensureJupyter, findJupyter, jupyterEnvironment, versionOf } from "./jupyter-environment.mjs";
import { refreshNotebooks } from "./notebook-filter.mjs";
import { exitCodeOf, typedPath, UsageError } from "./usage.mjs";

const noJupyter =
  "jupyter: none could be found or installed. Install JupyterLab (https://jupyter.org/install) so that `jupyter lab` works, and run this again.";

/** Arguments that open the project at its notebooks, for each generation of Jupyter. */
export function serverArguments(subcommand, version, isRoot) {
  const classic = subcommand === "notebook" && Number.parseInt(version, 10) < 7;
  const start =
    subcommand === "lab"
      ? "--LabApp.default_url=/lab/tree/notebooks"
      : "--JupyterNotebookApp.default_url=/tree/notebooks";
  const place = classic
    ? [`--notebook-dir=${root}`, "--NotebookApp.default_url=/tree/notebooks"]
    : [`--ServerApp.root_dir=${root}`, start];
  return [subcommand, ...place, ...(isRoot ? ["--allow-root"] : [])];
}

function check() {
  const rows = ["lab", "notebook", "nbconvert"].map((subcommand) => {
    const found = findJupyter(subcommand);
    return `jupyter ${subcommand}: ${found ? `${found.version} (${found.name})` : "not found"}`;
  });
  console.log(rows.join("\n"));
  const kernel = join(root, "node_modules/tslab/bin/tslab");
  console.log(
    `kernel: ${existsSync(kernel) ? 'installed, shown as "TypeScript (bars)"' : "not installed; run npm ci"}`,
  );
  process.exitCode = rows.some((row) => !row.endsWith("not found")) && existsSync(kernel) ? 0 : 1;
}

async function execute(args) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      out: { type: "string" },
      timeout: { type: "string", default: "900" },
    },
  });
  const [file] = positionals;
  if (!file || !existsSync(typedPath(file)))
    throw new UsageError(`--execute expects a notebook, got ${file ?? "nothing"}.`);
  await ensureReady();
  const jupyter = ensureJupyter("nbconvert");
  if (!jupyter) throw new Error(noJupyter);
  console.log(`Executing with nbconvert ${versionOf(jupyter.command, "nbconvert")}, ${jupyter.name}.`);
  const out = values.out === undefined ? join(root, "runs/jupyter") : typedPath(values.out);
  mkdirSync(out, { recursive: true });
  const options = [
    `--ExecutePreprocessor.timeout=${values.timeout}`,
    "--ExecutePreprocessor.kernel_name=tslab",
    `--output-dir=${out}`,
  ];
  const env = { BARS_OUT: out, BARS_FIGURES_DIR: join(out, "figures"), ...jupyterEnvironment() };
  const { status } = spawnSync(
    jupyter.command,
    ["nbconvert", "--to", "notebook", "--execute", ...options, typedPath(file)],
    { cwd: root, stdio: "inherit", env },
  );
  if (status !== 0)
    console.error(
      `jupyter: ${file} failed in the kernel; "npm run notebooks -- ${file}" shows the error itself.`,
    );
  process.exitCode = status ?? 1;
}

/** While Jupyter runs, git status does not list notebooks that were only run (see notebook-filter.mjs). */
function keepNotebooksTracked() {
  refreshNotebooks(root);
  let timer;
  const watcher = watch(join(root, "notebooks"), () => {
    clearTimeout(timer);
    timer = setTimeout(() => refreshNotebooks(root), 1000);
    timer.unref();
  });
  // A folder that cannot be watched costs the convenience, not the session.
  watcher.on("error", () => {});
  watcher.unref();
  process.on("exit", () => refreshNotebooks(root));
}

async function start(kind, args) {
  await ensureReady();
  keepNotebooksTracked();
  const jupyter = ensureJupyter(kind);
  if (!jupyter) throw new Error(noJupyter);
  console.log(
    `Starting jupyter ${jupyter.subcommand} ${jupyter.version}: ${jupyter.name}. Notebooks are in notebooks/, their kernel is "TypeScript (bars)".`,
  );
  const all = [...serverArguments(jupyter.subcommand, jupyter.version, process.getuid?.() === 0), ...args];
  const child = spawn(jupyter.command, all, { cwd: root, stdio: "inherit", env: jupyterEnvironment() });
  // Ctrl-C goes to Jupyter, which asks back; it decides when this ends.
  process.on("SIGINT", () => {});
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  child.on("error", (error) => {
    console.error(`jupyter: could not be started: ${error.message}`);
    process.exitCode = 1;
  });
  child.on("close", (code) => {
    process.exitCode = code ?? 1;
  });
}

async function main([first = "lab", ...rest]) {
  if (first === "--check") return check();
  if (first === "--execute") return execute(rest);
  if (rest.includes("--check")) return check();
  if (first !== "lab" && first !== "notebook")
    throw new UsageError(`expected lab, notebook, --check or --execute, got "${first}".`);
  return start(first, rest);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  main(process.argv.slice(2)).catch((error) => {
    console.error(error.message.startsWith("jupyter:") ? error.message : `jupyter: ${error.message}`);
    process.exitCode = exitCodeOf(error);
  });
}
