import { existsSync, readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import type { TrainConfig } from "../config/trainConfig";
import { baselineLayers } from "../cost/baselineSpecs";
import { totalCost } from "../cost/costTable";
import { latencyTable } from "../cost/latencyTable";
import { sumCosts } from "../cost/layerCost";
import { candidatesFolder } from "../evolution/candidatesFolder";
import type { RunPoint } from "../frontier/runPoint";
import { type ModelSpec, modelHash, modelShape } from "../records/modelSpec";
import { readRecordJson } from "../records/readRecord";
import { type Recalibration, trainRecalibration } from "../records/recalibration";
import type { TestResult, TrainRecord } from "../records/trainRecord";
import { checkTrainRecord } from "../records/trainRecordFile";
import { expandSweep } from "../sweep/expandSweep";
import { jobFiles } from "../sweep/jobFolder";
import { jobFolder } from "../sweep/jobState";
import { teachersFolder } from "../sweep/sharedTeacher";
import { readSweepFile } from "../sweep/sweepFile";
import { hashJson } from "../util/canonicalJson";
import { NoRecordError, RecordError } from "../util/errors";
import { comparedCost, comparedModel } from "./comparedModel";

/** Folders of trainings that only serve others. */
const passedOver: readonly string[] = ["teacher", teachersFolder, candidatesFolder];

/** A training record and where it was read. */
export interface FoundRecord {
  readonly place: string;
  readonly record: TrainRecord;
}

/**
 * The training records at some places: a record file is read; a sweep file stands for the records of its jobs in
 * `runs/<name>`, and for those alone, while its folder may also hold jobs of an earlier form of the file; a folder is looked through at every depth for files called
 * `record.json` that hold one (searches, teachers of distillation and short
 * trainings of an evolution, which have folders of their own, are passed over). Sorted by path; a file reached twice comes once.
 *
 * @throws RecordError for a place that is not there, a given file of another kind, a record of another schema, and
 * where there is none at all.
 *
 * @example
 * ```ts
 * const found = bars.frontier.findTrainRecords(["data/records/frontier/bars-6M-s0.json"]);
 * console.log(found[0].record.model.name); // bars-6M
 * ```
 */
export function findTrainRecords(places: readonly string[]): FoundRecord[] {
  const files = new Map<string, string>();
  for (const place of places) {
    for (const path of sweepRecords(place) ?? recordFiles(place))
      if (!files.has(resolve(path))) files.set(resolve(path), path);
  }
  const found = [...files.values()].sort().flatMap((place): FoundRecord[] => {
    const value = readRecordJson(place, "a training record");
    const kind = (value as { kind?: unknown } | null)?.kind;
    if (kind !== "bars.train-record" && !places.includes(place)) return [];
    return [{ place, record: checkTrainRecord(value, place) }];
  });
  if (found.length === 0) {
    throw new NoRecordError(
      `${places.join(", ")}: expected training records, found none (in folders they are called record.json). Give record files, or folders that "bars train" or "bars sweep run" wrote.`,
    );
  }
  return found;
}

/** The records of a sweep file's jobs that have one; null for anything else. */
function sweepRecords(place: string): string[] | null {
  if (!place.endsWith(".json") || !existsSync(place) || !statSync(place).isFile()) return null;
  const value = readRecordJson(place, "a training record or a sweep file") as { kind?: unknown } | null;
  if (value?.kind !== "bars.sweep") return null;
  const sweep = readSweepFile(place);
  return expandSweep(sweep)
    .map((job) => join(jobFiles(jobFolder(join("runs", sweep.name), job)).train, "record.json"))
    .filter((path) => existsSync(path));
}

function recordFiles(place: string): string[] {
  let isFolder: boolean;
  try {
    isFolder = statSync(place).isDirectory();
  } catch (cause) {
    throw new RecordError(
      `${place}: expected a training record or a folder, could not read it: ${(cause as Error).message}.`,
      { cause },
    );
  }
  if (!isFolder) return [place];
  return readdirSync(place, { withFileTypes: true }).flatMap((entry) => {
    const path = join(place, entry.name);
    if (entry.isDirectory()) return passedOver.includes(entry.name) ? [] : recordFiles(path);
    return entry.name === "record.json" ? [path] : [];
  });
}

/** Which of a record's test results is meant. */
export interface TestChoice {
  /** "exact": without test images that only approximate the official ones. */
  readonly which: TestResult["which"];
  /** "last": after the last epoch. "best": of the epoch chosen on held-out training images. */
  readonly checkpoint: TestResult["checkpoint"];
}

/** The runs that can be compared, and those left out with the reason. */
export interface ComparableRuns {
  readonly runs: readonly RunPoint[];
  readonly leftOut: readonly { readonly place: string; readonly why: string }[];
}

/**
 * What a frontier needs of finished records; unfinished ones are left out and named, because a mean over the runs
 * that happened to go well says too much.
 *
 * @throws RecordError if a finished record lacks the chosen test result.
 *
 * @example
 * ```ts
 * const found = bars.records.loadTrainRecords("data/records/frontier");
 * const { runs } = bars.frontier.comparableRuns(found, { which: "all", checkpoint: "last" });
 * console.log(runs.length === found.length); // true
 * ```
 */
export function comparableRuns(found: readonly FoundRecord[], choice: TestChoice): ComparableRuns {
  const done = found.filter(({ record }) => record.status === "finished");
  const open = found.filter(({ record }) => record.status !== "finished");
  return {
    runs: done.map(({ place, record }) => runPointOf(record, choice, place)),
    leftOut: open.map(({ place, record }) => ({
      place,
      why: record.statusDetail ? `${record.status}: ${record.statusDetail}` : record.status,
    })),
  };
}

/** One finished record as a point of a frontier. Its costs are without operations that nothing feeds. */
export function runPointOf(record: TrainRecord, choice: TestChoice, place: string): RunPoint {
  const fits = record.tests.filter((t) => t.which === choice.which && t.checkpoint === choice.checkpoint);
  const test = fits.find((t) => t.recalibrated) ?? fits[0];
  if (test === undefined) {
    const there = record.tests.map((t) => `${t.checkpoint}/${t.which}`).join(", ") || "none";
    throw new RecordError(
      `${place}: expected a test of the ${choice.checkpoint} epoch on ${choice.which} test images, this record has ${there}.`,
    );
  }
  const { flops, bops, ops } = comparedCost(record);
  const unfedBops = record.cost.bops - bops;
  return {
    place,
    run: record.configHash,
    name: record.model.name,
    method: methodOf(record.model),
    model: modelHash(record.model),
    recipe: recipeHash(record.config, trainRecalibration(record)),
    seed: record.config.seed,
    flops,
    bops,
    ops,
    ...(unfedBops > 0 ? { unfedBops } : {}),
    ...latencyOf(record),
    accuracy: test.accuracy,
    testSet: `${record.data.name}, ${test.images} ${test.which === "exact" ? "exact " : ""}test images`,
    classes: modelShape(record.model).classes,
  };
}

/** Of one image, where a table of measured layers is in use that has all of the network's. */
function latencyOf({ model: trained, config }: TrainRecord): Pick<RunPoint, "latency"> {
  if (latencyTable() === null) return {};
  const model = comparedModel(trained);
  const { latencyMs } =
    model.kind === "baseline"
      ? sumCosts(baselineLayers(model))
      : totalCost(model.genotype, config.binarization);
  return latencyMs === undefined || Number.isNaN(latencyMs) ? {} : { latency: latencyMs };
}

/** How the architecture of a model came about. */
export function methodOf(model: ModelSpec): string {
  if (model.kind === "baseline") return `${model.family} ${model.block}`;
  return model.origin?.method ?? "by hand";
}

/**
 * Hash of what a training does to any network: its settings without the seed and without what changes no result, and
 * how batch norms are recalibrated where that is not as it was in records of schema 1.
 */
export function recipeHash(config: TrainConfig, recalibration: Recalibration = "none"): string {
  const {
    seed: _seed,
    checkpointSteps: _steps,
    snapshotEpochs: _snapshots,
    data,
    evaluation,
    ...rest
  } = config;
  const { directory: _directory, download: _download, ...images } = data;
  const { testEvery: _testEvery, ...measured } = evaluation;
  const how = recalibration === "plain" ? { recalibration } : {};
  return hashJson({ ...rest, data: images, evaluation: { ...measured, ...how } });
}
