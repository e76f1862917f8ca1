import type { EvolutionConfig } from "../config/evolutionConfig";
import type { RaceConfig } from "../config/raceConfig";
import type { SearchConfig } from "../config/searchConfig";
import type { TrainConfig } from "../config/trainConfig";
import { type CostMeasure, costMeasures } from "../cost/cost";
import type { NamedRule } from "../derive/derive";
import type { ModelSpec } from "../records/modelSpec";
import { readRecordJson } from "../records/readRecord";
import { hashJson } from "../util/canonicalJson";
import { RecordError } from "../util/errors";
import {
  amount,
  anything,
  count,
  listOf,
  mapOf,
  nullable,
  objectOf,
  oneOf,
  optional,
  sha256Text,
  text,
  valueThat,
} from "../util/shape";
import { showValue } from "../util/showValue";
import { type SweepStage, sweepStages } from "./sweepFile";

/** One thing a job does; its results go into the job's folder and are what the next step starts from. */
export type JobStep =
  | { readonly step: "search"; readonly config: SearchConfig }
  | {
      readonly step: "derive";
      readonly rule: NamedRule;
      /** Epoch of the search; null: the one it chose, else its last. */
      readonly epoch: number | null;
      readonly seed: number;
      /** What the derived model is called. */
      readonly name: string;
    }
  | {
      readonly step: "evolve";
      readonly config: EvolutionConfig;
      /** What the fittest model is called. */
      readonly name: string;
    }
  | {
      readonly step: "race";
      readonly config: RaceConfig;
      /** What the winner is called. */
      readonly name: string;
    }
  | {
      readonly step: "train";
      readonly config: TrainConfig;
      /** Null: what the step before gave. */
      readonly model: ModelSpec | null;
    };

/** One job of a sweep: complete settings, all defaults filled in, that decide everything it will do. Plain JSON. */
export interface SweepJob {
  readonly kind: "bars.sweep-job";
  readonly schema: 1;
  /** SHA-256 of the canonical JSON of `steps`. */
  readonly id: string;
  /** For people and folders: run, budget, grid values and seed. Unique in its sweep. */
  readonly name: string;
  readonly sweep: string;
  /** Name of the run in the sweep file. */
  readonly run: string;
  readonly stage: SweepStage;
  readonly seed: number;
  readonly budget: { readonly measure: CostMeasure; readonly value: number } | null;
  /** Values of the run's grid, by path. */
  readonly grid: Readonly<Record<string, unknown>>;
  readonly steps: readonly JobStep[];
  /**
   * Of an evolution on a supernet: path of the stored search. No part of the job's identity: the search may move, its
   * hash is in the settings.
   */
  readonly search?: string;
}

/** The identity of a job: equal settings, equal id. */
export function jobId(steps: readonly JobStep[]): string {
  return hashJson(steps);
}

/** The name of a job's folder. */
export function jobFolderName(job: Pick<SweepJob, "name" | "id">): string {
  return `${job.name}-${job.id.slice(0, 8)}`;
}

const jobShape = objectOf<SweepJob>({
  kind: oneOf(["bars.sweep-job"]),
  schema: oneOf([1]),
  id: sha256Text,
  name: text,
  sweep: text,
  run: text,
  stage: oneOf(sweepStages),
  seed: count,
  budget: nullable(
    objectOf<NonNullable<SweepJob["budget"]>>({ measure: oneOf(costMeasures), value: amount }),
  ),
  grid: mapOf(anything),
  // Their hash says that they are as they were written.
  steps: listOf(valueThat<JobStep>((step) => typeof step === "object" && step !== null, "a step")),
  search: optional(text),
});

/**
 * Reads a job from its folder.
 * @throws RecordError if it cannot be read, is of another kind or schema, or was changed by hand, and for the first field
 * that is not what it must be.
 */
export function readJob(path: string): SweepJob {
  const job = readRecordJson(path, "a job of a sweep") as Partial<SweepJob> | null;
  if (job?.kind !== "bars.sweep-job" || job.schema !== 1) {
    throw new RecordError(
      `${path}: expected kind "bars.sweep-job" of schema 1, got ${showValue(job?.kind)} of schema ${showValue(job?.schema)}. Run "bars sweep run" again to write it anew.`,
    );
  }
  if (!Array.isArray(job.steps) || jobId(job.steps) !== job.id) {
    throw new RecordError(
      `${path}: its settings do not have the hash it states (${String(job.id).slice(0, 12)}); it was changed. Change the sweep file instead, and run it again.`,
    );
  }
  jobShape.check(job, `${path}: `);
  return job as SweepJob;
}
