import type { TrainConfig } from "../config/trainConfig";
import { checkForm } from "../data/checkForm";
import { checkWholeBatch } from "../data/checkWholeBatch";
import { drawBalanced } from "../data/drawBalanced";
import { type LoadedData, loadData } from "../data/loadData";
import type { Trainable } from "../network/trainable";
import { fold, type RandomKey, randomKey } from "../random/randomKey";
import { type ModelSpec, modelShape } from "../records/modelSpec";
import { DataError } from "../util/errors";
import type { Progress } from "../util/progress";

/** The images of a training: the same ones for every seed, so that seeds and recipes compare. */
export interface TrainingData {
  readonly data: LoadedData;
  /** Training images that train, ascending. */
  readonly trainImages: Uint32Array;
  /** Training images held out to choose by, ascending; may be empty. */
  readonly validationImages: Uint32Array;
}

/** Everything the epochs of one training share. */
export interface TrainContext extends TrainingData {
  readonly config: TrainConfig;
  readonly model: ModelSpec;
  readonly key: RandomKey;
  readonly progress: Progress;
  /** Put before the titles of progress, e.g. "teacher: ". */
  readonly title: string;
  /** Null without distillation. */
  readonly teacher: Trainable | null;
  /** Gets the loss of every step as it is known; of a part of a step, where a batch is computed in parts. */
  readonly onLoss?: (at: StepLoss) => void;
  /** Training stops before this step, between two steps, as for a signal. */
  readonly stopBefore?: { readonly epoch: number; readonly step: number };
}

/** The mean loss of the images of a step, or of a part of it. */
export interface StepLoss {
  /** Counted from 0 over both training steps. */
  readonly epoch: number;
  /** Counted from 0 in its epoch. */
  readonly step: number;
  readonly loss: number;
  readonly images: number;
}

/** Steps of one epoch: whole batches of the images that train. */
export function stepsPerEpoch({ config, trainImages }: Pick<TrainContext, "config" | "trainImages">): number {
  return Math.max(1, Math.floor(trainImages.length / config.batchSize));
}

/**
 * The images of {@link loadTrainingData}, for a model.
 * @throws ConfigError if the model is built for other images or for fewer classes than the data have.
 */
export async function trainingData(
  config: TrainConfig,
  model: ModelSpec,
  progress: Progress,
): Promise<TrainingData> {
  const images = await loadTrainingData(config, progress);
  checkImages(config, model, images);
  return images;
}

/** @throws ConfigError if a model is built for other images or for fewer classes than the data have, or they fill no batch. */
export function checkImages(
  config: Pick<TrainConfig, "batchSize">,
  model: ModelSpec,
  { data, trainImages }: TrainingData,
): void {
  checkForm("train", `the model "${model.name}"`, modelShape(model), data.train);
  checkWholeBatch("train", "the training part", trainImages.length, config.batchSize);
}

/** Loads the images a config asks for and holds out its validation share, class by class. */
export async function loadTrainingData(
  config: Pick<TrainConfig, "data" | "validationShare">,
  progress: Progress,
): Promise<TrainingData> {
  const key = fold(randomKey(0), "training data");
  const data = await loadData(config.data, fold(key, "data"), progress);
  const count = data.train.labels.length;
  const held = Math.round(config.validationShare * count);
  if (held === 0) {
    return {
      data,
      trainImages: Uint32Array.from({ length: count }, (_, i) => i),
      validationImages: new Uint32Array(),
    };
  }
  if (held >= count) {
    throw new DataError(
      `train: validationShare ${config.validationShare} of ${count} training images leaves none to train on; use more images or a smaller share.`,
    );
  }
  const validationImages = drawBalanced(data.train.labels, held, fold(key, "validation"));
  const out = new Set(validationImages);
  const all = Uint32Array.from({ length: count }, (_, i) => i);
  return { data, trainImages: all.filter((i) => !out.has(i)), validationImages };
}
