/** A wish to stop, from Ctrl-C, a termination signal or a caller's AbortSignal. */
export interface Interrupt {
  readonly signal: AbortSignal;
  /** Stops listening. */
  close(): void;
}

/**
 * Listens for SIGINT and SIGTERM and for `outer` until closed. The first one asks the work to stop at the next
 * safe place; a second Ctrl-C ends the process as usual, because the listeners are gone by then.
 */
export function openInterrupt(outer?: AbortSignal): Interrupt {
  const controller = new AbortController();
  let closed = false;
  const close = () => {
    closed = true;
    process.removeListener("SIGINT", stop);
    process.removeListener("SIGTERM", stop);
    outer?.removeEventListener("abort", stop);
  };
  const stop = () => {
    close();
    controller.abort();
  };
  // Not at once: the notebook kernel watches for Ctrl-C while a cell's synchronous part runs, and signal listeners
  // added in that part would be lost with it.
  setImmediate(() => {
    if (closed) return;
    process.on("SIGINT", stop);
    process.on("SIGTERM", stop);
  });
  if (outer?.aborted) stop();
  else outer?.addEventListener("abort", stop);
  return { signal: controller.signal, close };
}
