// What every part of setup-tensorflow.mjs uses: numbered steps, child processes, errors for users.
import { spawnSync } from "node:child_process";

/** A failure the user can do something about: printed without a stack. */
export class SetupError extends Error {}

let interrupted = false;
process.on("SIGINT", () => {
  interrupted = true;
});

const stepCount = 7;
let stepNumber = 0;

export function step(text) {
  stepNumber++;
  console.log(`[${stepNumber}/${stepCount}] ${text}`);
}

/** Runs a program to its end and returns its output. Throws a SetupError with `failure` and its last lines. */
export function run(command, args, failure, options = {}) {
  const result = spawnSync(command, args, { encoding: "utf8", maxBuffer: 1 << 28, ...options });
  if (interrupted || result.signal === "SIGINT") throw new SetupError("interrupted; nothing was changed.");
  if (result.status === 0) return result.stdout ?? "";
  const lines = `${result.stdout ?? ""}\n${result.stderr ?? ""}`.trim().split("\n").slice(-15);
  throw new SetupError(`${failure}\n  ${result.error?.message ?? lines.join("\n  ")}`);
}

/** Whether a program starts and ends with exit code 0. */
export function works(command, args) {
  return spawnSync(command, args, { stdio: "ignore" }).status === 0;
}

export function megabytes(bytes) {
  return `${Math.round(bytes / 2 ** 20)} MB`;
}
