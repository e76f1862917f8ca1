import { existsSync } from "node:fs";
import { join } from "node:path";
import { startBackend } from "../backend";
import { optimizers } from "../config/optimizers";
import type { TrainConfig } from "../config/trainConfig";
import { inFolder } from "../loop/keptRun";
import type { Trainable } from "../network/trainable";
import { randomKey } from "../random/randomKey";
import type { ModelSpec } from "../records/modelSpec";
import type { TrainRecord } from "../records/trainRecord";
import { readTrainRecord } from "../records/trainRecordFile";
import { hashJson } from "../util/canonicalJson";
import { ConfigError } from "../util/errors";
import { openInterrupt, unlessStopped } from "../util/interrupt";
import { type Progress, silentProgress } from "../util/progress";
import { showValue } from "../util/showValue";
import { teacherOf } from "./teacherOf";
import { checkImages, type TrainContext, type TrainingData, trainingData } from "./trainContext";
import { trainedNetwork } from "./trainedNetwork";
import { trainFiles } from "./trainFiles";
import { checkSameTraining, newTrainRecord } from "./trainRecordStart";
import { TrainRun } from "./trainRun";

export interface TrainOptions {
  /** Folder of the run ({@link trainFiles}). Made if missing. */
  readonly directory: string;
  readonly progress?: Progress;
  /** Stops at the next step; everything is saved first. Ctrl-C does the same. */
  readonly signal?: AbortSignal;
  /** Called after every epoch, when the record and the checkpoint are on disk. */
  readonly onEpoch?: (record: TrainRecord) => void | Promise<void>;
  /** Folder of the teacher's run, which students of several seeds may share; `<directory>/teacher` by default. */
  readonly teacherDirectory?: string;
  /** Checkpoint of the search that `config.start` "supernet" takes its weights from. */
  readonly supernetCheckpoint?: string;
  /** Put before the titles of progress. */
  readonly title?: string;
  /**
   * False leaves the test images alone, and keeps no weights: for trainings that only serve a choice among networks.
   * The finished record then has no `tests`.
   */
  readonly measureTests?: boolean;
  /** Images that were loaded before, for the same data settings and validation share; left out: they are loaded. */
  readonly images?: TrainingData;
}

/** Hash that names a run: of its settings and its model. */
export function trainHash(config: TrainConfig, model: ModelSpec): string {
  return hashJson({ config, model });
}

/**
 * Trains one network from scratch and measures it on the test images at the end.
 *
 * After every epoch the record and a checkpoint of everything are written. Called again with the same settings, model
 * and folder it goes on where it stopped, bit-identically on the same engine, or returns the finished record. With
 * distillation the teacher is trained first, in a folder of its own.
 *
 * @throws ConfigError if the model does not fit the data; RecordError if the folder holds another training, other
 * data, or is in use by a live process.
 * @throws InterruptedError after Ctrl-C, SIGTERM, SIGHUP, closed output or `signal`, when the state is saved.
 * @throws DivergenceError if a loss stops being finite; the checkpoint of the last good epoch stays.
 *
 * @example
 * ```ts
 * const data = { dataset: "synthetic", trainImages: 48, testImages: 16 };
 * const space = bars.space.spaceConfig({ initChannels: 4, cellLayout: [0, 1, 0], steps: 1 });
 * const model = bars.records.genotypeModel(bars.space.randomGenotype(space, bars.randomKey(0)), "tiny");
 * const config = bars.trainConfig({ data, batchSize: 8, epochs: 2 });
 * const record = await bars.train(config, model, { directory: "runs/tiny-train" });
 * console.log(record.status, record.epochs.length); // finished 2
 * ```
 */
export async function train(
  config: TrainConfig,
  model: ModelSpec,
  options: TrainOptions,
): Promise<TrainRecord> {
  return inFolder(options, "train", () => trainNow(config, model, options));
}

async function trainNow(config: TrainConfig, model: ModelSpec, options: TrainOptions): Promise<TrainRecord> {
  checkRecipe(config, model);
  const progress = options.progress ?? silentProgress;
  const files = trainFiles(options.directory);
  const configHash = trainHash(config, model);
  const earlier = existsSync(files.record) ? readTrainRecord(files.record) : null;
  if (earlier) checkSameTraining(earlier, configHash, files.record);
  if (earlier?.status === "finished") return earlier;
  const interrupt = openInterrupt(options.signal);
  let teacher: Teacher | null = null;
  try {
    const { signal } = interrupt;
    const backend = await unlessStopped(signal, "train", () => startBackend());
    const images =
      options.images ?? (await unlessStopped(signal, "train", () => trainingData(config, model, progress)));
    checkImages(config, model, images);
    teacher = await trainedTeacher(config, model, {
      directory: options.teacherDirectory ?? join(options.directory, "teacher"),
      progress,
      signal,
      title: "teacher: ",
    });
    const context: TrainContext = {
      ...images,
      config,
      model,
      key: randomKey(config.seed),
      progress,
      title: options.title ?? "",
      teacher: teacher?.network ?? null,
    };
    const start =
      earlier ?? newTrainRecord(config, model, configHash, backend, images, teacher?.about ?? null);
    return await new TrainRun(context, start, backend, options, signal).finish();
  } finally {
    interrupt.close();
    teacher?.network.dispose();
  }
}

/** @throws ConfigError for Bop on blocks whose binarizer is not a plain sign: its weights are −1 and +1. */
function checkRecipe({ optimizer }: TrainConfig, model: ModelSpec): void {
  const kind: unknown = (model as ModelSpec | undefined)?.kind;
  if (kind !== "genotype" && kind !== "baseline")
    throw new ConfigError(
      `train: the model must be of kind "genotype" or "baseline", got ${kind === undefined ? "none" : showValue(kind)}. Of a genotype genotypeModel(genotype) makes one.`,
    );
  if (!optimizers.get(optimizer.method).binary || model.kind !== "baseline" || model.block !== "irnet")
    return;
  throw new ConfigError(
    `train: optimizer.method "${optimizer.method}" keeps weights at −1 and +1, the blocks "irnet" of "${model.name}" standardise theirs. Choose another optimizer or other blocks.`,
  );
}

/** A trained teacher, and what the student's record says of it. */
interface Teacher {
  readonly network: Trainable;
  readonly about: NonNullable<TrainRecord["teacher"]>;
}

/** Trains a model's teacher, or takes the one its folder holds. Null without distillation. */
async function trainedTeacher(
  config: TrainConfig,
  model: ModelSpec,
  options: TrainOptions,
): Promise<Teacher | null> {
  if (config.distillation.method === "none") return null;
  const teacher = teacherOf(config, model);
  const record = await train(teacher.config, teacher.model, options);
  const { network } = await trainedNetwork(options.directory, "last");
  const result = record.tests.find(({ checkpoint, which }) => checkpoint === "last" && which === "all");
  const { configHash } = record;
  const testAccuracy = result?.accuracy ?? 0;
  return { network, about: { configHash, name: record.model.name, testAccuracy } };
}
