import { rmSync } from "node:fs";
import { hostname } from "node:os";
import { dirname, join, resolve } from "node:path";
import type { EvolutionConfig } from "../config/evolutionConfig";
import type { RaceConfig } from "../config/raceConfig";
import type { SearchConfig } from "../config/searchConfig";
import type { TrainConfig } from "../config/trainConfig";
import { ops } from "../cost/cost";
import { totalCost } from "../cost/costTable";
import { deriveInputOf } from "../derive/alphasAt";
import { derive } from "../derive/derive";
import type { EvolveOptions } from "../evolution/evolve";
import { saveArchitecture, saveGenotype } from "../figures/export/saveArchitecture";
import type { RaceOptions } from "../race/raceOptions";
import { fold, randomKey } from "../random/randomKey";
import { type EvolutionRecord, evolvedModel } from "../records/evolutionRecord";
import { genotypeModel, type ModelSpec } from "../records/modelSpec";
import { type RaceRecord, racedModel } from "../records/raceRecord";
import type { SearchRecord } from "../records/searchRecord";
import type { TrainRecord } from "../records/trainRecord";
import { searchFiles } from "../search/searchFiles";
import { DivergenceError, InterruptedError, RecordError } from "../util/errors";
import { ownFolder } from "../util/folderOwner";
import { type Progress, partOf } from "../util/progress";
import { finishedOutcome, type JobFiles, type JobOutcome, jobFiles, writeOutcome } from "./jobFolder";
import { teacherFolder, withTeacher } from "./sharedTeacher";
import { type JobStep, readJob, type SweepJob } from "./sweepJob";

/** A job's folder is being worked on by another live process. */
export class FolderBusyError extends RecordError {}

/** How the heavy steps are done; tests put something light in their place. */
export interface StepRunner {
  search(config: SearchConfig, options: StepOptions): Promise<SearchRecord>;
  evolve(config: EvolutionConfig, options: EvolveOptions): Promise<EvolutionRecord>;
  race(config: RaceConfig, options: RaceOptions): Promise<RaceRecord>;
  train(config: TrainConfig, model: ModelSpec, options: StepOptions): Promise<TrainRecord>;
}

export interface StepOptions {
  readonly directory: string;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  /** Of a training: checkpoint of the search its architecture comes from, for trainings that start from its weights. */
  readonly supernetCheckpoint?: string;
  /** Of a training with distillation: the teacher's folder, shared within the sweep. */
  readonly teacherDirectory?: string;
}

export interface RunJobOptions {
  readonly runner: StepRunner;
  readonly progress: Progress;
  /** Asks the job to stop at the next safe place. */
  readonly signal: AbortSignal;
}

/** What one step hands to the next. */
interface Sofar {
  readonly search: SearchRecord | null;
  readonly model: ModelSpec | null;
  readonly record: JobOutcome["record"];
  readonly cost: { readonly bops: number; readonly flops: number } | null;
}

/**
 * Does what is left of the job in a folder, and writes how it ended into `outcome.json`, which is not there meanwhile. Every step resumes from what
 * it left there; a finished job is not touched.
 *
 * @throws FolderBusyError, naming the process, if a live one works in the folder.
 * @throws InterruptedError after `signal`, when everything is saved; whatever a step throws, after it has been noted.
 */
export async function runJob(folder: string, options: RunJobOptions): Promise<JobOutcome> {
  const job = readJob(jobFiles(folder).job);
  let mine = false;
  try {
    return await ownFolder(folder, `job ${job.name}`, () => {
      mine = true;
      return runOwned(folder, job, options);
    });
  } catch (error) {
    // A lock that cannot be written has a cause, and stays so; one that another process holds has none.
    if (!mine && error instanceof RecordError && error.cause === undefined)
      throw new FolderBusyError(error.message, { cause: error });
    throw error;
  }
}

async function runOwned(folder: string, job: SweepJob, options: RunJobOptions): Promise<JobOutcome> {
  const earlier = finishedOutcome(folder, job.id);
  if (earlier) return earlier;
  const startedAt = new Date().toISOString();
  let step: JobStep["step"] | null = null;
  const end = (changes: Pick<JobOutcome, "status" | "detail"> & Partial<JobOutcome>): JobOutcome => {
    const who = { host: hostname(), pid: process.pid };
    const when = { startedAt, endedAt: new Date().toISOString() };
    const outcome = {
      kind: "bars.sweep-outcome",
      schema: 1,
      job: job.id,
      step,
      record: null,
      budget: null,
    } as const;
    const ended = { ...outcome, ...when, ...who, ...changes };
    writeOutcome(folder, ended);
    return ended;
  };
  try {
    // How it ended before is no longer so: should this process die, the job is one that was begun.
    rmSync(jobFiles(folder).outcome, { force: true });
    let sofar: Sofar = { search: null, model: null, record: null, cost: null };
    for (const next of job.steps) {
      step = next.step;
      const progress = stepProgress(options.progress, job.steps, next);
      sofar = await runStep(next, job, jobFiles(folder), sofar, { ...options, progress });
    }
    return end({ status: "finished", detail: null, record: sofar.record, budget: budgetOf(job, sofar) });
  } catch (error) {
    end({ status: statusOf(error), detail: messageOf(error) });
    throw error;
  }
}

async function runStep(
  next: JobStep,
  job: SweepJob,
  files: JobFiles,
  sofar: Sofar,
  { runner, progress, signal }: RunJobOptions,
): Promise<Sofar> {
  if (signal.aborted) {
    throw new InterruptedError(`${job.name}: stopped before the step "${next.step}"; everything is saved.`);
  }
  switch (next.step) {
    case "search": {
      const record = await runner.search(next.config, { directory: files.search, progress, signal });
      const last = record.epochs[record.chosen?.epoch ?? record.epochs.length - 1];
      return {
        ...sofar,
        search: record,
        record: { path: join("search", "record.json"), configHash: record.configHash },
        cost: last?.derivedCost ?? null,
      };
    }
    case "derive": {
      const record = sofar.search as SearchRecord;
      const input = deriveInputOf(record, next.epoch ?? undefined);
      const key = fold(randomKey(next.seed), "derive");
      const derivation = derive({ ...input, key }, next.rule);
      const { genotype, rule } = derivation;
      saveArchitecture(join(files.genotype, ".."), record, genotype, derivation);
      const epoch = next.epoch ?? record.chosen?.epoch ?? record.epochs.at(-1)?.epoch ?? null;
      const origin = {
        method: "search",
        recordHash: record.configHash,
        rule,
        epoch,
        seed: record.config.seed,
      } as const;
      return { ...sofar, model: genotypeModel(genotype, next.name, origin) };
    }
    case "evolve": {
      const search = job.search === undefined ? {} : { search: job.search };
      const record = await runner.evolve(next.config, {
        ...{ directory: files.evolution, progress, signal },
        ...search,
      });
      const model = evolvedModel(record, next.name);
      const { fitness } = next.config;
      const style =
        fitness.kind === "training" ? fitness.train.binarization : sofar.search?.config.binarization;
      saveGenotype(join(files.genotype, ".."), model.genotype, style);
      return { ...sofar, model, cost: totalCost(model.genotype, style) };
    }
    case "race": {
      const record = await runner.race(next.config, { directory: files.race, progress, signal });
      const model = racedModel(record, record.winner, next.name);
      const style = record.config.train.binarization;
      saveGenotype(join(files.genotype, ".."), model.genotype, style);
      return { ...sofar, model, cost: totalCost(model.genotype, style) };
    }
    case "train": {
      const model = (next.model ?? sofar.model) as ModelSpec;
      const teacher = teacherFolder(dirname(resolve(files.job, "..")), next.config, model);
      const work = () =>
        runner.train(next.config, model, {
          directory: files.train,
          progress,
          signal,
          ...(sofar.search ? { supernetCheckpoint: searchFiles(files.search).checkpoint } : {}),
          ...(teacher ? { teacherDirectory: teacher } : {}),
        });
      const record = teacher ? await withTeacher(teacher, { progress, signal }, work) : await work();
      return {
        ...sofar,
        record: { path: join("train", "record.json"), configHash: record.configHash },
        cost: record.cost,
      };
    }
    default:
      return next satisfies never;
  }
}

/** Reports a step as its part of the job. Steps that take time count alike, as nobody knows how long each will be. */
function stepProgress(progress: Progress, steps: readonly JobStep[], { step }: JobStep): Progress {
  const long: readonly JobStep["step"][] = steps.map((one) => one.step).filter((name) => name !== "derive");
  const before = Math.max(0, long.indexOf(step));
  return partOf(progress, { name: "job", before, own: 1, total: long.length });
}

/** The cost of the job's architecture against its budget: a search aims at its budget and may miss it. */
function budgetOf(job: SweepJob, { cost }: Sofar): JobOutcome["budget"] {
  if (job.budget === null || cost === null) return null;
  const { measure, value } = job.budget;
  const got = measure === "ops" ? ops(cost) : cost[measure];
  return { measure, asked: value, got, met: got <= value };
}

function statusOf(error: unknown): JobOutcome["status"] {
  if (error instanceof InterruptedError) return "interrupted";
  return error instanceof DivergenceError ? "diverged" : "failed";
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
