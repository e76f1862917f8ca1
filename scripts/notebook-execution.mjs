// Executes one notebook in a child process and collects its outputs, whatever becomes of the child.
import { fork } from "node:child_process";
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { root } from "./ensure-installed.mjs";

const runner = join(root, "scripts/notebook-runner.mjs");
/** How long a notebook that was asked to stop may take to save its work. */
const graceMs = 20_000;

/** Writes a file whole or not at all. */
export function writeWhole(path, text) {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.partial`;
  const file = openSync(temporary, "w");
  try {
    const bytes = Buffer.from(text, "utf8");
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
}

/** Reads a notebook; the error says what is wrong with the file. */
export function readNotebook(path) {
  let notebook;
  try {
    notebook = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new Error(
      `${path}: expected a Jupyter notebook (.ipynb), got something unreadable: ${error.message}`,
    );
  }
  if (!Array.isArray(notebook.cells) || notebook.nbformat !== 4) {
    throw new Error(`${path}: expected a notebook of format 4, got format ${notebook.nbformat}.`);
  }
  return notebook;
}

export function sourceOf(cell) {
  return Array.isArray(cell.source) ? cell.source.join("") : (cell.source ?? "");
}

/**
 * Runs all code cells, one after the other, until one fails.
 *
 * @param {string} file the notebook; it is not changed
 * @param {object} options
 * @param {Record<string, string>} [options.env] added to the environment: the notebook's parameters
 * @param {number} [options.timeoutSeconds] for each cell; 0 for none
 * @param {(event: object) => void} [options.onEvent] begin, output and end of cells, as they come
 * @param {AbortSignal} [options.signal] asks the notebook to stop: it is interrupted, and killed if it does not end
 * @returns {Promise<{ ok: boolean, reason: string | null, notebook: object, seconds: number }>} the notebook with its
 * outputs so far, and why it stopped
 */
export function executeNotebook(file, { env = {}, timeoutSeconds = 0, onEvent = () => {}, signal } = {}) {
  const path = resolve(file);
  const notebook = readNotebook(path);
  const cells = notebook.cells.flatMap((cell, index) =>
    cell.cell_type === "code" ? [{ index, code: sourceOf(cell) }] : [],
  );
  for (const cell of notebook.cells)
    if (cell.cell_type === "code") Object.assign(cell, { outputs: [], execution_count: null });
  const started = Date.now();
  return new Promise((done) => {
    // A process group of its own: Ctrl-C reaches the notebook through us, once.
    const detached = process.platform !== "win32";
    const child = fork(runner, [], {
      cwd: dirname(path),
      env: { ...process.env, ...env },
      detached,
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    const displays = new Map();
    let reason = null;
    let finished = false;
    let complaints = "";
    let timer;
    let current = null;
    const kill = () => {
      try {
        if (detached) process.kill(-child.pid, "SIGKILL");
        else child.kill("SIGKILL");
      } catch {
        // It has ended already.
      }
    };
    const send = (message) => child.connected && child.send(message, () => {});
    const stop = () => {
      reason ??= "interrupted";
      send({ stop: true });
      child.kill("SIGINT");
      setTimeout(kill, graceMs).unref();
    };
    const handlers = {
      ready: () => send({ file: path, cells }),
      begin({ cell }) {
        current = cell;
        if (timeoutSeconds > 0) {
          timer = setTimeout(() => {
            reason = `cell ${cells.findIndex(({ index }) => index === cell) + 1} took longer than ${timeoutSeconds} s`;
            addError(notebook.cells[cell], "TimeoutError", reason);
            kill();
          }, timeoutSeconds * 1000);
        }
      },
      output: ({ cell, update, id, output }) => addOutput(notebook.cells[cell], displays, output, id, update),
      end({ cell, count, ok }) {
        clearTimeout(timer);
        notebook.cells[cell].execution_count = count ?? null;
        if (!ok) reason ??= lastError(notebook.cells[cell]);
      },
      broken({ message }) {
        reason ??= message;
      },
      done({ ok }) {
        finished = ok;
      },
    };
    child.on("message", (message) => {
      handlers[message.kind]?.(message);
      onEvent({
        ...message,
        position: cells.findIndex(({ index }) => index === message.cell) + 1,
        total: cells.length,
      });
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (data) => {
        complaints = (complaints + data).slice(-4000);
      });
    }
    if (signal?.aborted) stop();
    signal?.addEventListener("abort", stop, { once: true });
    child.on("error", (error) => {
      reason ??= `could not start the notebook's process: ${error.message}`;
    });
    child.on("close", (code, killed) => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", stop);
      const ok = finished && reason === null;
      if (!ok && reason === null) {
        const how = killed
          ? `was ended by ${killed}${killed === "SIGKILL" ? " (out of memory?)" : ""}`
          : `ended by itself with code ${code}`;
        reason = `the notebook's process ${how}. ${stripVTControlCharacters(complaints).trim()}`.trim();
      }
      if (
        !ok &&
        current !== null &&
        !notebook.cells[current].outputs.some((output) => output.output_type === "error")
      ) {
        addError(notebook.cells[current], "Stopped", reason);
      }
      done({ ok, reason: ok ? null : reason, notebook, seconds: (Date.now() - started) / 1000 });
    });
  });
}

/** Adds an output as Jupyter would: text of one stream is joined, an updated display changes where it stands. */
export function addOutput(cell, displays, output, id, update = false) {
  if (update && id !== undefined && displays.has(id)) {
    Object.assign(displays.get(id), output);
    return;
  }
  const last = cell.outputs.at(-1);
  if (output.output_type === "stream" && last?.output_type === "stream" && last.name === output.name) {
    last.text += output.text;
    return;
  }
  cell.outputs.push(output);
  if (id !== undefined) displays.set(id, output);
}

function addError(cell, ename, evalue) {
  cell.outputs.push({ output_type: "error", ename, evalue, traceback: [`${ename}: ${evalue}`] });
}

function lastError(cell) {
  const error = cell.outputs.findLast(({ output_type }) => output_type === "error");
  return error ? error.traceback.join("\n") : "the cell failed";
}

/** Writes `<folder>/<name>.ipynb` and `<folder>/<name>.html`; returns both paths. */
export async function writeExecuted(notebook, file, folder) {
  const { notebookHtml } = await import("./notebook-html.mjs");
  const name = basename(file, ".ipynb");
  const paths = { ipynb: join(folder, `${name}.ipynb`), html: join(folder, `${name}.html`) };
  writeWhole(paths.ipynb, `${JSON.stringify(notebook, null, 1)}\n`);
  writeWhole(paths.html, notebookHtml(notebook, name));
  return paths;
}
