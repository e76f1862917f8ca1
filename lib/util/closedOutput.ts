/** Errors of a stream whose reader has gone: the other end of a pipe, or a terminal. */
const goneCodes: ReadonlySet<string> = new Set([
  "EPIPE",
  "ECONNRESET",
  "ENOTCONN",
  "ENXIO",
  "ERR_STREAM_DESTROYED",
  "ERR_STREAM_WRITE_AFTER_END",
]);

type Output = NodeJS.WriteStream;

const watched = new WeakSet<object>();
const listeners = new Set<() => void>();
let gone = false;
let failure: Error | undefined;

/**
 * From now on what standard output and standard error cannot take is dropped, where it would otherwise end the process
 * in the middle of its work. {@link onOutputClosed} hears of a reader that has gone, {@link outputFailure} keeps what else
 * went wrong.
 */
export function watchOutput(streams: readonly Output[] = [process.stdout, process.stderr]): void {
  for (const stream of streams) {
    if (watched.has(stream)) continue;
    watched.add(stream);
    stream.on("error", (error: NodeJS.ErrnoException) => {
      const code = error.code ?? "";
      // A terminal that was closed gives an input/output error; of a file it is the disk's.
      if (goneCodes.has(code) || (code === "EIO" && stream.isTTY)) {
        gone = true;
        for (const listener of [...listeners]) listener();
      } else if (stream !== process.stderr) failure ??= error;
    });
  }
}

/**
 * Calls `listener` when it turns out that nobody reads the output any more; soon, if it has already. The result stops
 * that.
 */
export function onOutputClosed(listener: () => void): () => void {
  listeners.add(listener);
  if (gone) queueMicrotask(() => listeners.has(listener) && listener());
  return () => void listeners.delete(listener);
}

/** Why a part of standard output is missing, although its reader is there: a full disk, for example. */
export function outputFailure(): Error | undefined {
  return failure;
}
