import { hostname } from "node:os";
import type { FolderOwner } from "../util/folderOwner";
import { interruptedExitCode } from "../util/interrupt";
import { finishedOutcome, jobFiles, readOutcome, writeOutcome } from "./jobFolder";
import type { JobMessage } from "./jobMessages";
import {
  barsJobCommand,
  busyExitCode,
  type JobCommand,
  type JobProcess,
  lastLogLine,
  startJob,
} from "./jobProcess";
import { jobFolder, jobState, prepareJob } from "./jobState";
import type { SweepJob } from "./sweepJob";

/** Something that happened to a job while a sweep runs. */
export type SweepEvent =
  | { readonly type: "started"; readonly job: SweepJob; readonly pid: number }
  | { readonly type: "progress"; readonly job: SweepJob; readonly message: JobMessage }
  /** `here`: by a process of this sweep; else it was done before, or by another. */
  | { readonly type: "finished"; readonly job: SweepJob; readonly here: boolean }
  | { readonly type: "failed"; readonly job: SweepJob; readonly detail: string; readonly here: boolean }
  | { readonly type: "interrupted"; readonly job: SweepJob }
  /** Another process works on it; it is looked at again later. */
  | { readonly type: "elsewhere"; readonly job: SweepJob; readonly owner: string };

export interface SweepRunOptions {
  /** Folder of the sweep; every job has its own below. */
  readonly folder: string;
  /** Jobs at once. */
  readonly size: number;
  /** Whether jobs that failed before are run again. */
  readonly retry?: boolean;
  /** Environment of the process in a slot, 0 … size - 1. */
  readonly env?: (slot: number) => Readonly<Record<string, string>>;
  /** Asks every job to save and stop. */
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: SweepEvent) => void;
  readonly command?: JobCommand;
  /** Milliseconds between two looks at jobs that other processes work on. */
  readonly pollMs?: number;
}

/** How every job of a sweep stands when a run of it has ended. */
export interface SweepResult {
  readonly finished: readonly SweepJob[];
  readonly failed: readonly { readonly job: SweepJob; readonly detail: string }[];
  /** Not finished, because the run, or the process of a job, was asked to stop. */
  readonly left: readonly SweepJob[];
}

/**
 * Runs the jobs of a sweep in processes of their own, `size` at once.
 *
 * Finished jobs are not repeated, interrupted ones go on, and a job that fails or crashes is noted while the others
 * run. Several of these may work on the same folder, on one machine or on several that share it: each job has a lock,
 * and at the end every one of them waits for jobs the others still work on.
 *
 * @example
 * ```ts
 * const runs = [{ name: "r", stage: "baseline", seeds: [0, 1], train: { preset: "smoke" }, baseline: { family: "resnet20" } }];
 * const sweep = bars.sweep.checkSweep({ kind: "bars.sweep", schema: 1, name: "tiny", runs }, "here", ".");
 * const jobs = bars.sweep.expandSweep(sweep);
 * // Every job is a process of its own. Asked to stop before the first begins, it leaves them all for the next call.
 * const { left } = await bars.sweep.runSweep(jobs, { folder: "runs/tiny", size: 1, signal: AbortSignal.abort() });
 * console.log(left.length); // 2
 * ```
 */
export async function runSweep(jobs: readonly SweepJob[], options: SweepRunOptions): Promise<SweepResult> {
  const run = new Run(jobs, options);
  const stop = () => run.stop();
  options.signal?.addEventListener("abort", stop);
  try {
    await run.all();
  } finally {
    options.signal?.removeEventListener("abort", stop);
  }
  return run.result();
}

class Run {
  private readonly pending: Set<SweepJob>;
  private readonly processes = new Set<JobProcess>();
  private readonly finished = new Set<SweepJob>();
  private readonly failed = new Map<SweepJob, string>();
  /** Jobs this run has started: a failure of theirs is final, also with `retry`. */
  private readonly tried = new Set<SweepJob>();
  /** Whether a slot cannot go on, so that the others were asked to stop. */
  private broken = false;
  private readonly seenElsewhere = new Set<SweepJob>();

  constructor(
    private readonly jobs: readonly SweepJob[],
    private readonly options: SweepRunOptions,
  ) {
    this.pending = new Set(jobs);
  }

  private get stopping(): boolean {
    return this.broken || this.options.signal?.aborted === true;
  }

  stop(): void {
    for (const child of this.processes) child.stop();
  }

  result(): SweepResult {
    return {
      finished: this.jobs.filter((job) => this.finished.has(job)),
      failed: this.jobs.flatMap((job) => {
        const detail = this.failed.get(job);
        return detail === undefined ? [] : [{ job, detail }];
      }),
      left: this.jobs.filter((job) => !this.finished.has(job) && !this.failed.has(job)),
    };
  }

  /** Where one slot cannot go on, the others save first: nothing goes on in the background. */
  async all(): Promise<void> {
    const slots = Array.from({ length: this.options.size }, (_, slot) =>
      this.work(slot).catch((error: unknown) => {
        this.broken = true;
        this.stop();
        throw error;
      }),
    );
    for (const slot of await Promise.allSettled(slots)) if (slot.status === "rejected") throw slot.reason;
  }

  /** Takes jobs one after the other until none is left. */
  async work(slot: number): Promise<void> {
    while (!this.stopping) {
      const job = this.take();
      if (job) await this.runOne(job, slot);
      else if (this.pending.size === 0) return;
      else await this.pause();
    }
  }

  /** The next job that can be started; jobs that need no work any more are settled on the way. */
  private take(): SweepJob | null {
    for (const job of this.pending) {
      const { status, owner, outcome } = jobState(this.options.folder, job);
      if (status === "finished") this.settleFinished(job, false);
      else if (status === "running") this.sawElsewhere(job, ownerText(owner));
      else if (
        (status === "failed" || status === "diverged") &&
        !(this.options.retry && !this.tried.has(job))
      )
        this.settleFailed(job, outcome?.detail ?? status, false);
      else {
        this.pending.delete(job);
        return job;
      }
    }
    return null;
  }

  private async runOne(job: SweepJob, slot: number): Promise<void> {
    const { env, command = barsJobCommand } = this.options;
    this.tried.add(job);
    const folder = prepareJob(this.options.folder, job);
    const child = startJob(folder, command, env?.(slot) ?? {}, (message) =>
      this.emit({ type: "progress", job, message }),
    );
    this.processes.add(child);
    this.emit({ type: "started", job, pid: child.pid });
    if (this.stopping) child.stop();
    const begun = new Date().toISOString();
    const { code, signal } = await child.ended;
    this.processes.delete(child);
    if (code === busyExitCode) {
      this.pending.add(job);
      this.sawElsewhere(job, ownerText(null));
      return;
    }
    // Its folder alone says so: a process of another sweep may hold the lock by now, to find the job done.
    if (code === 0 && finishedOutcome(folder, job.id)) this.settleFinished(job, true);
    // Asked to stop before it could listen, it is ended by the signal.
    else if (code === interruptedExitCode || (signal !== null && this.stopping))
      this.emit({ type: "interrupted", job });
    else this.settleFailed(job, this.noteFailure(job, folder, begun, child.pid, code, signal), true);
  }

  /** What went wrong; written down here where the process could not do so itself. */
  private noteFailure(
    job: SweepJob,
    folder: string,
    startedAt: string,
    pid: number,
    code: number | null,
    signal: string | null,
  ): string {
    const own = readOutcome(folder, job.id);
    if (own && own.pid === pid && own.endedAt >= startedAt && own.detail !== null) return own.detail;
    const detail = `${endText(code, signal)}; the log ends with: ${lastLogLine(folder)}`;
    const outcome = {
      kind: "bars.sweep-outcome",
      schema: 1,
      job: job.id,
      status: "failed",
      step: null,
    } as const;
    const when = { startedAt, endedAt: new Date().toISOString(), host: hostname(), pid };
    writeOutcome(folder, { ...outcome, ...when, detail, record: null, budget: null });
    return detail;
  }

  private settleFinished(job: SweepJob, here: boolean): void {
    this.pending.delete(job);
    this.finished.add(job);
    this.emit({ type: "finished", job, here });
  }

  private settleFailed(job: SweepJob, detail: string, here: boolean): void {
    this.pending.delete(job);
    this.failed.set(job, detail);
    this.emit({ type: "failed", job, detail, here });
  }

  private sawElsewhere(job: SweepJob, owner: string): void {
    if (this.seenElsewhere.has(job)) return;
    this.seenElsewhere.add(job);
    this.emit({ type: "elsewhere", job, owner });
  }

  private emit(event: SweepEvent): void {
    this.options.onEvent?.(event);
  }

  private pause(): Promise<void> {
    const { signal, pollMs = 2000 } = this.options;
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, pollMs);
      signal?.addEventListener("abort", done);
    });
  }
}

/** `pid 123 on host` */
export function ownerText(owner: FolderOwner | null): string {
  return owner ? `pid ${owner.pid} on ${owner.host}` : "another process";
}

function endText(code: number | null, signal: string | null): string {
  if (signal === "SIGKILL")
    return "its process was killed (SIGKILL; running out of memory is the usual reason)";
  if (signal !== null) return `its process was ended by ${signal}`;
  return code === null ? "its process could not be started" : `its process ended with code ${code}`;
}

/** Where to look after a failure. */
export function logOf(sweepFolder: string, job: SweepJob): string {
  return jobFiles(jobFolder(sweepFolder, job)).log;
}
