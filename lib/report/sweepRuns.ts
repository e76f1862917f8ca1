import { basename } from "node:path";
import type { ReportJob, ReportRow, RunStatus } from "../page/report/reportData";
import { jobFiles } from "../sweep/jobFolder";
import { type JobState, jobFolder, jobState } from "../sweep/jobState";
import { readJob } from "../sweep/sweepJob";
import { countedOf } from "../util/counted";
import { BarsError } from "../util/errors";
import type { FoundRuns } from "./findRuns";
import type { RunEntry } from "./runEntry";
import { rowAt } from "./runRow";

/** A sweep of a report: its line, and its jobs. */
export interface SweepRun {
  readonly entry: RunEntry;
  readonly jobs: readonly ReportJob[];
}

/** Reads where the jobs of a sweep's folder stand. */
export function readSweep(
  { path, place, jobs: folders }: FoundRuns["sweeps"][number],
  runAt: (path: string) => RunEntry | undefined,
): SweepRun {
  const jobs = [...folders].sort().map((folder) => jobOf(path, folder, runAt));
  const row = rowAt(place, {
    kind: "sweep",
    name: basename(path),
    method: "sweep",
    ...standing(jobs),
    updated: latest(runAt, folders),
  });
  return { entry: { row, settings: null, frontier: null, leftOut: null }, jobs };
}

function jobOf(sweep: string, folder: string, runAt: (path: string) => RunEntry | undefined): ReportJob {
  const files = jobFiles(folder);
  const runs = stepRecords(folder).flatMap((path) => {
    const row = runAt(path)?.row;
    return row ? [{ id: row.id, kind: row.kind }] : [];
  });
  let state: JobState;
  try {
    const job = readJob(files.job);
    state = jobState(sweep, job);
    // A folder that was renamed is no job's any more; what is in it is listed as runs.
    const moved = jobFolder(sweep, job) !== folder;
    const detail = moved
      ? "its folder was renamed or belongs to an earlier form of the sweep"
      : (state.outcome?.detail ?? null);
    return { name: job.name, status: moved ? "stray" : state.status, detail, runs };
  } catch (error) {
    if (!(error instanceof BarsError)) throw error;
    return {
      name: basename(folder),
      status: "unreadable",
      detail: error.message.replaceAll(folder, basename(folder)),
      runs,
    };
  }
}

function stepRecords(folder: string): string[] {
  const { search, evolution, race, train } = jobFiles(folder);
  return [search, evolution, race, train].map((step) => `${step}/record.json`);
}

function standing(jobs: readonly ReportJob[]): Pick<ReportRow, "status" | "share" | "progress" | "detail"> {
  const own = jobs.filter(({ status }) => status !== "stray");
  const count = (wanted: string) => own.filter(({ status }) => status === wanted).length;
  const finished = count("finished");
  const words = ["running", "failed", "diverged", "interrupted", "waiting", "unreadable"].flatMap((status) =>
    count(status) > 0 ? [`${count(status)} ${status}`] : [],
  );
  const status: RunStatus =
    count("running") > 0
      ? "running"
      : finished === own.length
        ? "finished"
        : count("failed") + count("diverged") + count("unreadable") > 0
          ? "failed"
          : finished === 0 && count("waiting") === own.length
            ? "waiting"
            : "interrupted";
  return {
    status,
    share: own.length === 0 ? null : finished / own.length,
    progress: countedOf(finished, own.length, "job"),
    detail: words.join(", ") || null,
  };
}

/** When a run of the sweep last wrote. */
function latest(runAt: (path: string) => RunEntry | undefined, folders: readonly string[]): string | null {
  const times = folders.flatMap(stepRecords).flatMap((path) => runAt(path)?.row.updated ?? []);
  return times.sort().at(-1) ?? null;
}
