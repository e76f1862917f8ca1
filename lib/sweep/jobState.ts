import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { sealedText } from "../records/seal";
import { writeFileAtomic } from "../util/atomicFile";
import { type FolderOwner, folderOwner } from "../util/folderOwner";
import { makeFolders } from "../util/makeFolders";
import { type JobOutcome, jobFiles, readOutcome, recordIsThere } from "./jobFolder";
import { jobFolderName, readJob, type SweepJob } from "./sweepJob";

/**
 * Where a job stands.
 * - `waiting`: nobody has begun it
 * - `running`: a live process has it
 * - `interrupted`: begun, asked to stop or died with the machine; goes on from its checkpoint
 * - `failed`, `diverged`: ended badly; runs again on request only
 * - `finished`: its record is there
 */
export type JobStatus = "waiting" | "running" | "interrupted" | "failed" | "diverged" | "finished";

export interface JobState {
  readonly job: SweepJob;
  readonly folder: string;
  readonly status: JobStatus;
  /** Of a running job. */
  readonly owner: FolderOwner | null;
  /** Of its last end; null where it has not ended. */
  readonly outcome: JobOutcome | null;
}

/** The folder of a job below the folder of its sweep. */
export function jobFolder(sweepFolder: string, job: SweepJob): string {
  return join(sweepFolder, jobFolderName(job));
}

/**
 * Reads where a job stands from its folder.
 *
 * @example
 * ```ts
 * const runs = [{ name: "r", stage: "baseline", seeds: [0, 1], train: { preset: "smoke" }, baseline: { family: "resnet20" } }];
 * const sweep = bars.sweep.checkSweep({ kind: "bars.sweep", schema: 1, name: "tiny", runs }, "here", ".");
 * const [job] = bars.sweep.expandSweep(sweep);
 * console.log(bars.sweep.jobState("runs/tiny", job).status); // waiting
 * ```
 */
export function jobState(sweepFolder: string, job: SweepJob): JobState {
  const folder = jobFolder(sweepFolder, job);
  const files = jobFiles(folder);
  const owner = folderOwner(folder);
  const outcome = readOutcome(folder, job.id);
  const begun =
    outcome !== null ||
    [files.search, files.evolution, files.race, files.train].some((path) => existsSync(path));
  const state = (status: JobStatus): JobState => ({ job, folder, status, owner, outcome });
  if (owner !== null) return state("running");
  if (outcome?.status === "finished") {
    // The record may have been removed since; then the work is done again.
    return recordIsThere(folder, outcome) ? state("finished") : state("waiting");
  }
  if (outcome) return state(outcome.status);
  return state(begun ? "interrupted" : "waiting");
}

/** Makes a job's folder with its settings, for the process that will run it. */
export function prepareJob(sweepFolder: string, job: SweepJob): string {
  const folder = jobFolder(sweepFolder, job);
  const { job: path } = jobFiles(folder);
  makeFolders(folder);
  const moved = existsSync(path) && readJob(path).search !== job.search;
  if (!existsSync(path) || moved) writeFileAtomic(path, sealedText(job));
  return folder;
}

/**
 * Folders in a sweep's folder that hold a job the sweep file no longer has: left from before it was changed. Their
 * records are in no table of the sweep.
 */
export function strayFolders(sweepFolder: string, jobs: readonly SweepJob[]): string[] {
  if (!existsSync(sweepFolder)) return [];
  const own = new Set(jobs.map(jobFolderName));
  return readdirSync(sweepFolder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !own.has(entry.name))
    .map((entry) => join(sweepFolder, entry.name))
    .filter((folder) => existsSync(jobFiles(folder).job))
    .sort();
}
