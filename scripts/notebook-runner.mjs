// Runs the cells of one notebook in this process, with the converter and executor that the tslab kernel itself uses.
// A child process of notebook-execution.mjs: gets cells and sends outputs over IPC. Being a process of its own, it
// can be ended even when a cell never yields.
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { format, inspect, stripVTControlCharacters } from "node:util";
import vm from "node:vm";
import { root } from "./ensure-installed.mjs";

/** A pause in which rejections and outputs that a cell left behind come in. */
const settleMs = 50;
/** Set when the user asked for an end: the running cell may save its work, the next one does not begin. */
let stopping = false;

/** Frames of a stack that are the kernel's own. */
const inner = /^\s+at .*(\/tslab\/dist\/|notebook-runner\.mjs|node:vm|node:internal)/;

/** One entry of Jupyter's "error" output. */
function errorOutput(error) {
  if (error instanceof Error || (typeof error === "object" && error !== null && "stack" in error)) {
    const lines = stripVTControlCharacters(inspect(error)).split("\n");
    // Node puts the compiled line that threw before errors from scripts; the cell shows that line already.
    const begin = lines[0].startsWith("evalmachine") ? lines.indexOf("") + 1 : 0;
    const traceback = lines
      .slice(begin)
      .filter((line) => !inner.test(line))
      .map((line) => line.replaceAll("evalmachine.<anonymous>", "compiled cell"));
    return {
      output_type: "error",
      ename: String(error.name ?? "Error"),
      evalue: String(error.message),
      traceback,
    };
  }
  const text = typeof error === "string" ? error : inspect(error);
  return { output_type: "error", ename: "Error", evalue: text, traceback: [text] };
}

/**
 * The kernel lets SIGINT break into synchronous code. Node then forgets the signal's listeners that the code added
 * meanwhile, and the next SIGINT ends the process: a search could not save its state. Here a cell that never yields
 * is ended by its time limit instead.
 */
function keepSignalListeners() {
  const { runInThisContext } = vm;
  vm.runInThisContext = (code, options) => runInThisContext(code, { ...options, breakOnSigint: false });
}

async function run(file, cells) {
  process.chdir(dirname(file));
  keepSignalListeners();
  const require = createRequire(join(root, "package.json"));
  const { createConverter } = require("tslab/dist/converter.js");
  const { createExecutor } = require("tslab/dist/executor.js");
  const { JupyterHandlerImpl } = require("tslab/dist/jupyter.js");
  const converter = createConverter({ isJS: false, isBrowser: false });
  let reported = [];
  // The executor reports on this console only: type errors as (format, file, line, column, text), and what a cell threw.
  const executor = createExecutor(
    process.cwd(),
    { node: converter, browser: converter, close: () => converter.close() },
    {
      log: (...values) => console.log(...values),
      error: (...values) => reported.push(values),
    },
  );
  const handler = new JupyterHandlerImpl(executor, false);
  let current = -1;
  let unhandled = [];
  process.on("unhandledRejection", (reason) => unhandled.push(reason));
  process.on("uncaughtException", (error) => unhandled.push(error));
  const writeStream = (name, text) =>
    process.send({ kind: "output", cell: current, output: { output_type: "stream", name, text } });
  const writeDisplay = ({ data, metadata, transient }, update) =>
    process.send({
      kind: "output",
      cell: current,
      update: update === true,
      id: transient?.display_id,
      output: { output_type: "display_data", data, metadata },
    });
  for (const { index, code } of cells) {
    if (stopping) return false;
    current = index;
    process.send({ kind: "begin", cell: index });
    const started = Date.now();
    const { status, execution_count: count } = await handler.handleExecute(
      { code },
      writeStream,
      writeDisplay,
    );
    await new Promise((done) => setTimeout(done, settleMs));
    const errors = [...errorsOf(reported), ...unhandled.map((reason) => late(reason))];
    const ok = status === "ok" && errors.length === 0;
    if (!ok && errors.length === 0)
      errors.push(errorOutput("the kernel reported a failure without a message"));
    for (const output of errors) process.send({ kind: "output", cell: index, output });
    process.send({ kind: "end", cell: index, ok, count, seconds: (Date.now() - started) / 1000 });
    if (!ok) return false;
    reported = [];
    unhandled = [];
  }
  return true;
}

function errorsOf(reported) {
  const compile = reported.filter(([first]) => typeof first === "string" && first.includes("%s%d:%d"));
  const thrown = reported.filter((values) => !compile.includes(values)).map(([error]) => errorOutput(error));
  if (compile.length === 0) return thrown;
  const lines = compile.map((values) => format(...values));
  return [{ output_type: "error", ename: "CompileError", evalue: lines[0], traceback: lines }, ...thrown];
}

function late(reason) {
  const output = errorOutput(reason);
  return { ...output, traceback: ["Nothing awaited or caught this:", ...output.traceback] };
}

// The parent may be killed; without it nobody reads the outputs.
process.on("disconnect", () => process.exit(1));
process.on("message", async ({ file, cells, stop }) => {
  if (stop) {
    stopping = true;
    return;
  }
  const ok = await run(file, cells).catch((error) => {
    process.send({
      kind: "broken",
      message: error instanceof Error ? (error.stack ?? error.message) : String(error),
    });
    return false;
  });
  // Outputs still on their way to the parent are sent before this message.
  process.send({ kind: "done", ok }, () => process.exit(ok ? 0 : 1));
});
process.send({ kind: "ready" });
