import { onOutputClosed, watchOutput } from "./closedOutput";
import { InterruptedError } from "./errors";

/**
 * A wish to stop, from Ctrl-C, a termination signal, a terminal that was closed, output that nobody reads any more, or a
 * caller's AbortSignal.
 */
export interface Interrupt {
  readonly signal: AbortSignal;
  /** Stops listening. */
  close(): void;
}

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
type Signal = (typeof signals)[number];

/** Exit code of a process that was asked to stop and has saved, or had nothing to save. */
export const interruptedExitCode = 130;

/**
 * One Ctrl-C may come twice: the terminal gives it to every process, and npm passes its own on. A second one after this
 * many milliseconds is meant.
 */
const echoMs = 1_000;

/** What open interrupts do on a signal. */
const open = new Set<(signal: Signal) => void>();
/** Wishes to stop whose echo may still come, also after the interrupt that heard them was closed. */
let echoing = 0;
/** What {@link endWhenIdle} listens with. */
let idleListener: ((signal: Signal) => void) | undefined;

/**
 * Listens until closed for SIGINT, SIGTERM and SIGHUP, for output that is closed, and for `outer`. The first of them asks
 * the work to stop at the next safe place. More of them change nothing while it saves, except a second Ctrl-C a second
 * later or more: it ends the process as if nobody listened.
 */
export function openInterrupt(outer?: AbortSignal): Interrupt {
  const controller = new AbortController();
  let closed = false;
  let asked = false;
  let echoes = true;
  const stop = () => {
    asked = true;
    echoing++;
    // By turns of the event loop: an echo that came while it was busy saving is heard before this.
    const noMore = () => {
      echoes = false;
      echoing--;
    };
    setTimeout(() => setImmediate(noMore), echoMs).unref();
    controller.abort();
  };
  const hear = (signal: Signal) => {
    if (!asked) stop();
    else if (signal === "SIGINT" && !echoes) endAsUsual();
  };
  const endAsUsual = () => {
    process.removeListener("SIGINT", hear);
    if (idleListener) process.removeListener("SIGINT", idleListener);
    if (process.listenerCount("SIGINT") === 0) process.kill(process.pid, "SIGINT");
  };
  open.add(hear);
  watchOutput();
  const deaf = onOutputClosed(stop);
  // Not at once: the notebook kernel watches for Ctrl-C while a cell's synchronous part runs, and signal listeners
  // added in that part would be lost with it.
  setImmediate(() => {
    if (!closed) for (const signal of signals) process.on(signal, hear);
  });
  if (outer?.aborted) stop();
  else outer?.addEventListener("abort", stop);
  return {
    signal: controller.signal,
    close() {
      closed = true;
      open.delete(hear);
      for (const signal of signals) process.removeListener(signal, hear);
      outer?.removeEventListener("abort", stop);
      deaf();
    },
  };
}

/**
 * For a program of its own: a signal that comes while no {@link openInterrupt} is open ends the process with the exit code
 * of interrupted work and a line that says so. Locks go with the process.
 */
export function endWhenIdle(): void {
  if (idleListener) return;
  idleListener = (signal) => {
    if (open.size > 0) {
      // One that was opened just now does not listen by itself yet.
      for (const hear of [...open]) hear(signal);
      return;
    }
    if (echoing > 0) return;
    console.error(
      `bars: stopped by ${signal}. Run the same command again; it goes on from what was stored, if anything was.`,
    );
    process.exit(interruptedExitCode);
  };
  for (const signal of signals) process.on(signal, idleListener);
}

/**
 * What work needs before it can begin: an engine, data. Asked to stop meanwhile, it waits no longer.
 *
 * @param place what starts, for the message, e.g. "search".
 * @param unused gets what arrives when nobody waits for it any more.
 * @throws InterruptedError once `signal` is aborted.
 */
export async function unlessStopped<T>(
  signal: AbortSignal,
  place: string,
  work: () => Promise<T>,
  unused: (late: T) => void = () => {},
): Promise<T> {
  const stopped = () =>
    new InterruptedError(
      `${place}: stopped while it was starting; what was saved before is untouched. Run the same command again.`,
    );
  if (signal.aborted) throw stopped();
  const working = work();
  return new Promise<T>((resolve, reject) => {
    const stop = () => {
      reject(stopped());
      working.then(unused, () => {});
    };
    signal.addEventListener("abort", stop, { once: true });
    working.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}
