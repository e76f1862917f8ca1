import { InterruptedError } from "../util/errors";
import { endWhenIdle, interruptedExitCode, openInterrupt } from "../util/interrupt";
import { lineProgress } from "../util/progressSinks";
import { bothProgress, messageProgress } from "./jobMessages";
import { busyExitCode } from "./jobProcess";
import { FolderBusyError, runJob, type StepRunner } from "./runJob";

/**
 * The whole life of a job's process: does the job in `folder`, reports to the process that started it (where one
 * did) and to its log, stops when asked to or when its starter dies, and sets the exit code: 0 finished, 75 the
 * folder is in use, 130 stopped and saved, 1 anything else.
 */
export async function jobProcessMain(folder: string, runner: StepRunner): Promise<void> {
  endWhenIdle();
  const gone = new AbortController();
  const starter = process.send ? startedBy(() => gone.abort()) : undefined;
  // Listens to the end: asked twice, the process must not die before it has saved (Slurm signals a task's shell, which
  // passes it on, and all the shell runs).
  const interrupt = openInterrupt(gone.signal);
  const lines = lineProgress(process.stderr);
  const progress = starter ? bothProgress(lines, messageProgress(starter.send)) : lines;
  try {
    const outcome = await runJob(folder, { runner, progress, signal: interrupt.signal });
    console.log(`${folder}: ${outcome.status}`);
  } catch (error) {
    process.exitCode = exitCodeOf(error);
    console.error(error instanceof Error && process.exitCode !== 1 ? error.message : error);
  } finally {
    interrupt.close();
    starter?.close();
  }
}

function exitCodeOf(error: unknown): number {
  if (error instanceof FolderBusyError) return busyExitCode;
  return error instanceof InterruptedError ? interruptedExitCode : 1;
}

/** The channel to the process that started this one. Its end means that the starter is gone. */
function startedBy(onGone: () => void): { send(message: unknown): void; close(): void } {
  process.once("disconnect", onGone);
  return {
    send(message) {
      if (process.connected) process.send?.(message, undefined, {}, () => {});
    },
    close() {
      process.removeListener("disconnect", onGone);
      if (process.connected) process.disconnect();
    },
  };
}
