import { raceConfig } from "../config/raceConfig";
import { BarsError, InterruptedError } from "../util/errors";
import { interruptedExitCode, openInterrupt } from "../util/interrupt";
import { silentProgress } from "../util/progress";
import { openRaceWorker, type RaceWorker } from "./raceWorker";
import type { FromWorker, ToWorker } from "./workerMessages";

/**
 * The whole life of a worker's process: told which race it is of, it loads the images, says that it is ready, and trains
 * what it is given. It ends when it is told to, after saving; and at once when the process that started it is gone, whose
 * next run takes its work up from the last checkpoint.
 */
export function raceWorkerMain(): void {
  if (!process.send) {
    throw new BarsError(
      "race worker: expected to be started by a race, got no channel to one. Run bars race instead.",
    );
  }
  console.error(`pid ${process.pid}`);
  const stop = new AbortController();
  let asked = false;
  let working = false;
  // A Ctrl-C of the terminal is for the race, which asks. A signal to this process alone ends it, saved: another takes its place.
  const { signal } = openInterrupt(stop.signal);
  signal.addEventListener("abort", () => {
    if (!asked && !working) process.exit(interruptedExitCode);
  });
  let worker: Promise<RaceWorker> | null = null;
  const say = (message: FromWorker) =>
    new Promise<void>((sent) => {
      if (!process.connected) return sent();
      process.send?.(message, undefined, {}, () => sent());
    });
  const failed = (error: unknown): Promise<void> => {
    if (error instanceof InterruptedError && !asked) process.exit(interruptedExitCode);
    if (error instanceof InterruptedError) return say({ type: "stopped" });
    console.error(error);
    const name = error instanceof Error ? error.name : "Error";
    return say({ type: "failed", name, message: error instanceof Error ? error.message : String(error) });
  };
  let toldAt = 0;
  const onStep = (steps: number) => {
    if (Date.now() - toldAt < 500) return;
    toldAt = Date.now();
    void say({ type: "step", steps });
  };
  process.on("disconnect", () => process.exit(0));
  process.on("message", (message: ToWorker) => {
    switch (message.type) {
      case "open": {
        worker = Promise.resolve().then(() =>
          openRaceWorker(raceConfig(message.config, "race"), message.directory, signal, silentProgress),
        );
        worker.then(({ about }) => say({ type: "ready", about }), failed);
        return;
      }
      case "task":
        working = true;
        worker
          ?.then((open) => open.run(message.task, onStep))
          .finally(() => {
            working = false;
          })
          .then((outcome) => say({ type: "done", outcome }), failed);
        return;
      case "stop":
        asked = true;
        stop.abort();
        return;
      default:
        message satisfies never;
    }
  });
}
