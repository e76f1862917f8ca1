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
  const close = () => {
    process.removeListener("SIGINT", stop);
    process.removeListener("SIGTERM", stop);
    outer?.removeEventListener("abort", stop);
  };
  const stop = () => {
    close();
    controller.abort();
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  if (outer?.aborted) stop();
  else outer?.addEventListener("abort", stop);
  return { signal: controller.signal, close };
}
