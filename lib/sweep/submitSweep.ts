import { execFileSync } from "node:child_process";
import { join, resolve } from "node:path";
import { writeFileAtomic } from "../util/atomicFile";
import { BarsError } from "../util/errors";
import { makeFolders } from "../util/makeFolders";
import { shownPath } from "../util/shownPath";
import { barsProgram } from "./jobProcess";
import { jobState, prepareJob } from "./jobState";
import { type SlurmRequest, slurmScript } from "./slurmScript";
import type { SweepJob } from "./sweepJob";

/** Slurm is not there, or refused a script. */
class SlurmError extends BarsError {}

/** A script for the jobs of a sweep that are still to do. */
export interface SlurmBatch {
  readonly script: string;
  /** Path of the script; it and the list of jobs lie in `slurm/` of the sweep's folder. */
  readonly path: string;
  readonly jobs: readonly SweepJob[];
}

export interface SlurmBatchOptions {
  /** Whether jobs that failed before are done again. */
  readonly retry?: boolean;
  readonly now?: Date;
  /** The program of the tasks, called as `bars sweep job <folder>`. */
  readonly bars?: string;
}

/**
 * Writes the array script for all jobs that are neither finished nor being worked on (nor, without `retry`, failed),
 * with the list of their folders. The files' names hold the time, so that arrays in the queue keep theirs.
 *
 * @returns null if there is nothing to do.
 */
export function writeSlurmBatch(
  jobs: readonly SweepJob[],
  folder: string,
  request: SlurmRequest,
  { retry = false, now = new Date(), bars = barsProgram }: SlurmBatchOptions = {},
): SlurmBatch | null {
  const todo = jobs.filter((job) => {
    const { status } = jobState(folder, job);
    return (
      status === "waiting" ||
      status === "interrupted" ||
      (retry && (status === "failed" || status === "diverged"))
    );
  });
  if (todo.length === 0) return null;
  const at = resolve(folder, "slurm");
  const logs = join(at, "logs");
  makeFolders(logs);
  const stamp = now.toISOString().replace(/[-:]/g, "").replace("T", "-").slice(0, 15);
  const list = join(at, `${stamp}.jobs`);
  const path = join(at, `${stamp}.sbatch`);
  const places = {
    workingFolder: process.cwd(),
    list,
    logs,
    node: process.execPath,
    bars,
  };
  const script = slurmScript(request, places, todo.length);
  writeFileAtomic(list, `${todo.map((job) => resolve(prepareJob(folder, job))).join("\n")}\n`);
  writeFileAtomic(path, script);
  return { script, path, jobs: todo };
}

/**
 * Submits a batch script.
 * @returns the number of the array.
 * @throws SlurmError if there is no `sbatch`, or it refuses.
 */
export function submitBatch(path: string, env: NodeJS.ProcessEnv = process.env): string {
  let printed: string;
  try {
    printed = execFileSync("sbatch", ["--parsable", path], {
      encoding: "utf8",
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
  } catch (cause) {
    const error = cause as NodeJS.ErrnoException & { readonly stderr?: string };
    const why =
      error.code === "ENOENT"
        ? "there is no sbatch on this machine; run this where Slurm's client is, or use --dry-run and submit the script yourself"
        : (error.stderr || error.message).trim();
    throw new SlurmError(`sbatch ${shownPath(path)}: ${why}.`, { cause });
  }
  return printed.trim().split(";")[0] as string;
}
