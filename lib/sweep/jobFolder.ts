import { existsSync } from "node:fs";
import { join } from "node:path";
import { readRecordJson } from "../records/readRecord";
import { sealedText } from "../records/seal";
import { writeFileAtomic } from "../util/atomicFile";
import { RecordError } from "../util/errors";
import { amount, count, nullable, objectOf, oneOf, sha256Text, text, timeText, truth } from "../util/shape";
import { showValue } from "../util/showValue";

/** How a job ended the last time a process worked on it. Plain JSON, `outcome.json` in the job's folder. */
export interface JobOutcome {
  readonly kind: "bars.sweep-outcome";
  readonly schema: 1;
  /** Hash of the job's settings. */
  readonly job: string;
  readonly status: "finished" | "failed" | "diverged" | "interrupted";
  /** The step it ended in; null where the process died before it could say. */
  readonly step: string | null;
  /** What went wrong, or where it stopped; null when finished. */
  readonly detail: string | null;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly host: string;
  readonly pid: number;
  /** Path of the last step's record from the job's folder on, and the hash of what it recorded; null unless finished. */
  readonly record: { readonly path: string; readonly configHash: string } | null;
  /** Cost of the architecture against the job's budget; null where the job has no budget or no architecture yet. */
  readonly budget: {
    readonly measure: string;
    readonly asked: number;
    readonly got: number;
    readonly met: boolean;
  } | null;
}

/** Paths in a job's folder. */
export interface JobFiles {
  /** What to do: a `SweepJob`. */
  readonly job: string;
  readonly outcome: string;
  /** Everything its processes printed, one after the other. */
  readonly log: string;
  /** Folder of the search. */
  readonly search: string;
  /** Folder of the evolution. */
  readonly evolution: string;
  /** Folder of the race. */
  readonly race: string;
  /** The derived, evolved or raced architecture. */
  readonly genotype: string;
  /** Folder of the training. */
  readonly train: string;
}

export function jobFiles(folder: string): JobFiles {
  return {
    job: join(folder, "job.json"),
    outcome: join(folder, "outcome.json"),
    log: join(folder, "log.txt"),
    search: join(folder, "search"),
    evolution: join(folder, "evolution"),
    race: join(folder, "race"),
    genotype: join(folder, "genotype.json"),
    train: join(folder, "train"),
  };
}

export function writeOutcome(folder: string, outcome: JobOutcome): void {
  writeFileAtomic(jobFiles(folder).outcome, sealedText(outcome));
}

const outcomeShape = objectOf<JobOutcome>({
  kind: oneOf(["bars.sweep-outcome"]),
  schema: oneOf([1]),
  job: sha256Text,
  status: oneOf(["finished", "failed", "diverged", "interrupted"]),
  step: nullable(text),
  detail: nullable(text),
  startedAt: timeText,
  endedAt: timeText,
  host: text,
  pid: count,
  record: nullable(objectOf<NonNullable<JobOutcome["record"]>>({ path: text, configHash: text })),
  budget: nullable(
    objectOf<NonNullable<JobOutcome["budget"]>>({ measure: text, asked: amount, got: amount, met: truth }),
  ),
});

/**
 * The outcome stored in a job's folder; null where none of this job is.
 * @throws RecordError for a file of another kind or schema, and for the first field that is not what it must be.
 */
export function readOutcome(folder: string, job: string): JobOutcome | null {
  const path = jobFiles(folder).outcome;
  if (!existsSync(path)) return null;
  const value = parsed(path) as Partial<JobOutcome> | null;
  if (value?.kind !== "bars.sweep-outcome" || value.schema !== 1) {
    throw new RecordError(
      `${path}: expected kind "bars.sweep-outcome" of schema 1, got ${showValue(value?.kind)} of schema ${showValue(value?.schema)}. Remove the file to run the job again.`,
    );
  }
  try {
    outcomeShape.check(value, `${path}: `);
  } catch (cause) {
    throw new RecordError(`${(cause as Error).message} Or remove the file to run the job again.`, { cause });
  }
  return value.job === job ? (value as JobOutcome) : null;
}

/** The outcome of a job that has finished and whose record is there; null for any other. */
export function finishedOutcome(folder: string, job: string): JobOutcome | null {
  const outcome = readOutcome(folder, job);
  return outcome?.status === "finished" && recordIsThere(folder, outcome) ? outcome : null;
}

/** Whether the record an outcome points to is there, finished, and of the settings the outcome says. */
export function recordIsThere(folder: string, outcome: JobOutcome): boolean {
  if (outcome.record === null) return false;
  const path = join(folder, outcome.record.path);
  if (!existsSync(path)) return false;
  try {
    const record = parsed(path) as { status?: unknown; configHash?: unknown } | null;
    return record?.status === "finished" && record.configHash === outcome.record.configHash;
  } catch (error) {
    if (error instanceof RecordError) return false;
    throw error;
  }
}

function parsed(path: string): unknown {
  try {
    return readRecordJson(path, "what a job of a sweep wrote");
  } catch (error) {
    throw new RecordError(`${(error as Error).message} Remove the file to run the job again.`, {
      cause: error,
    });
  }
}
