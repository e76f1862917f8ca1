// What a cell says when it was interrupted: one plain line, where tslab prints the stack of an error of its own.

/** Said when the kernel was interrupted (the stop button, or SIGINT). */
export const interruptedLine =
  "Interrupted. A search or training that was running saves its state after the current step; run the cell again to go on.";

/**
 * The line for an error that says no more than that someone asked to stop; null for any other error.
 *
 * Three come from an interrupt: tslab's own for a cell that awaits, Node's for a cell in synchronous code, and the
 * library's `InterruptedError`, whose message says where the work stands.
 *
 * @param {unknown} error
 * @returns {string | null}
 */
export function interruptLine(error) {
  if (!(error instanceof Error)) return null;
  if (error.code === "ERR_SCRIPT_EXECUTION_INTERRUPTED") return interruptedLine;
  if (error.name === "InterruptedError") return error.message;
  return error.message === "Interrupted asynchronously" ? interruptedLine : null;
}

/** Errors of the realm of the cells are of the same realm as ours: tslab runs cells by `runInThisContext`. */
function report(print, values) {
  const line = values.length === 1 ? interruptLine(values[0]) : null;
  if (line === null) print(...values);
  else print(line);
}

/**
 * Wraps tslab's executor, which prints what a cell threw on the console it is given.
 *
 * @param {{ createExecutor: Function }} executorModule the exports of tslab's `executor.js`
 */
export function reportInterrupts(executorModule) {
  const { createExecutor } = executorModule;
  executorModule.createExecutor = (folder, converters, output) =>
    createExecutor(folder, converters, {
      ...output,
      error: (...values) => report(output.error, values),
    });
}

/** Replaces tslab's listener for rejections that nothing awaits: a search left running, say, then interrupted. */
export function reportRejections() {
  process.removeAllListeners("unhandledRejection");
  process.on("unhandledRejection", (reason) => {
    const line = interruptLine(reason);
    if (line === null) console.error("UnhandledPromiseRejection:", reason);
    else console.error(line);
  });
}
