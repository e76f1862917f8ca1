import { outputFailure, watchOutput } from "../util/closedOutput";
import { endWhenIdle, interruptedExitCode } from "../util/interrupt";

/**
 * The command line's whole process. Signals and closed output are listened for before the commands, and the engines
 * they use, are loaded by `load`.
 */
export async function runProgram(
  argv: readonly string[],
  load: () => { main(argv: readonly string[]): Promise<void> },
): Promise<void> {
  watchOutput();
  endWhenIdle();
  await load().main(argv);
  // Errors of the last lines come a moment later.
  await new Promise((done) => setImmediate(done));
  const failure = outputFailure();
  if (failure && !process.exitCode) {
    console.error(`error: the output is not complete: it could not be written (${failure.message}).`);
    process.exitCode = 1;
  }
  // What a start was waiting for may go on: a download, for example.
  if (process.exitCode === interruptedExitCode) process.exit();
}
