import { weightBinarizers } from "../primitives/binarizers";
import { binarizationSection } from "./binarizationConfig";
import { check, deepFreeze, type Overrides } from "./check";
import { checkData, dataSection } from "./dataConfig";
import { kinds } from "./kinds";
import { optimizers } from "./optimizers";
import { type Course, checkSchedulesFit } from "./scheduleFit";
import {
  complete,
  defaultsOf,
  flag,
  integer,
  list,
  number,
  oneOf,
  type SettingsOf,
  schedule,
  section,
} from "./section";
import {
  distillationSection,
  evaluationSection,
  trainOptimizerSection,
  twoStepSection,
} from "./trainSections";

// Defaults: the recipe of the binary baselines in the BARS authors' framework (Adam, no weight decay, cosine to 0,
// 300 epochs, batch 256, clipping at 5). That BARS was trained so is our inference. Presets: `trainPresets`.
export const trainSection = section(
  { meaning: "Settings of training one network from scratch." },
  {
    // A baseline brings its own way of binarizing and takes from here only the batch norm's numbers and `edeT`.
    binarization: binarizationSection,
    data: dataSection,
    optimizer: trainOptimizerSection,
    twoStep: twoStepSection,
    distillation: distillationSection,
    evaluation: evaluationSection,
    start: oneOf(["random", "supernet"], {
      default: "random",
      meaning:
        '"supernet": the weights the genotype has in the supernet it was searched in, instead of random ones. The model\'s origin says which search that is.',
    }),
    epochs: integer({
      default: 300,
      min: 1,
      unit: "epochs",
      meaning: "Passes over the training images, without those of a first step.",
    }),
    batchSize: integer({
      default: 256,
      min: 1,
      unit: "images",
      meaning: "Images per step of the optimizer.",
    }),
    microBatch: integer({
      default: 0,
      min: 0,
      unit: "images",
      meaning:
        "Images computed at once, a divisor of the batch; gradients of the parts of a batch are averaged. Batch norms see one part at a time. 0: the whole batch.",
    }),
    allowSmallerBatches: flag({
      default: false,
      meaning:
        "When memory runs out, halves what is computed at once and goes on. Results then depend on the machine.",
    }),
    validationShare: number({
      default: 0,
      min: 0,
      below: 1,
      meaning:
        "Share of the training images held out, evenly over the classes, to choose the best epoch by; 0 trains on all and keeps the last epoch.",
    }),
    labelSmoothing: number({ default: 0, min: 0, below: 1, meaning: "Label smoothing of the loss." }),
    dropPath: schedule({
      default: 0,
      min: 0,
      max: 0.95,
      meaning:
        "Probability at which an operation of a cell is left out for an image; the others are scaled up. DARTS raises it linearly from 0 to 0.2.",
      source: "FractalNet, arXiv:1605.07648; DARTS, arXiv:1806.09055",
    }),
    auxiliaryWeight: number({
      default: 0,
      min: 0,
      meaning:
        "Weight of the loss of an auxiliary classifier two thirds through a network built from a genotype, in training only (0.4 in DARTS); 0 builds none. Its cost is not counted.",
    }),
    checkpointSteps: integer({
      default: 0,
      min: 0,
      unit: "steps",
      meaning: "Steps between checkpoints inside an epoch; 0 saves at the end of epochs only.",
    }),
    snapshotEpochs: list(kinds.integer(0), {
      default: [],
      unit: "epochs",
      meaning:
        "Epochs, counted from 0 over both training steps, after which the weights are kept in the run's folder for analyses over time. Changes no result.",
    }),
    seed: integer({ default: 0, min: 0, meaning: "Seed of everything random." }),
  },
);

type AllSettings = SettingsOf<typeof trainSection.fields>;

/** Settings of training one network from scratch. Plain data: JSON in, JSON out. */
export interface TrainConfig extends Omit<AllSettings, "snapshotEpochs"> {
  /** Left out where none are kept, which is the default. */
  readonly snapshotEpochs?: readonly number[];
}
export type TrainOptimizerConfig = TrainConfig["optimizer"];
export type DistillationConfig = TrainConfig["distillation"];

export const defaultTrainConfig: TrainConfig = withoutEmptySnapshots(defaultsOf(trainSection));

/** Settings that keep nothing stay what they were before there were snapshots, and so does their hash. */
function withoutEmptySnapshots({ snapshotEpochs, ...settings }: AllSettings): TrainConfig {
  return deepFreeze(snapshotEpochs.length === 0 ? settings : { ...settings, snapshotEpochs });
}

/**
 * Completes and checks training settings. Unknown keys, values of another type and values out of range are errors that
 * name the key.
 *
 * @example
 * ```ts
 * const config = bars.trainConfig({ epochs: 3, seed: 1 });
 * console.log(config.epochs, config.seed); // 3 1
 * ```
 */
export function trainConfig(overrides: Overrides<TrainConfig> = {}, place = "trainConfig"): TrainConfig {
  const config = withoutEmptySnapshots(complete(place, trainSection, overrides));
  checkSchedulesFit(place, trainSection, config, (path) => coursesOf(config, path));
  checkBinary(place, config);
  checkData(`${place}.data`, config.data);
  const { batchSize, microBatch } = config;
  const divides = microBatch === 0 || batchSize % microBatch === 0;
  check(place, "microBatch", divides, `0 or a divisor of batchSize ${batchSize}`, microBatch);
  checkSnapshots(place, config);
  return config;
}

/** What a schedule runs over: the teacher's epochs, or those of each training step. */
function coursesOf({ epochs, twoStep, distillation }: TrainConfig, path: string): readonly Course[] {
  if (path === "distillation.teacherLearningRate")
    return [{ epochs: distillation.teacherEpochs, run: "the teacher" }];
  const { firstEpochs } = twoStep;
  const first = firstEpochs === 0 ? [] : [{ epochs: firstEpochs, run: "the first step" }];
  return [{ epochs, run: "the training" }, ...first];
}

function checkSnapshots(place: string, { snapshotEpochs = [], twoStep, epochs }: TrainConfig): void {
  const all = twoStep.firstEpochs + epochs;
  const inside = snapshotEpochs.every((epoch) => epoch < all);
  check(place, "snapshotEpochs", inside, `a list of epochs from 0 to ${all - 1}`, snapshotEpochs);
}

/** Weights that are −1 and +1 cannot be decayed, scaled or taken from real kernels. */
function checkBinary(place: string, { optimizer, binarization, twoStep }: TrainConfig): void {
  const { method } = optimizer;
  if (!optimizers.get(method).binary) return;
  check(
    `${place}.optimizer`,
    "decayLatent",
    !optimizer.decayLatent,
    `false where method is "${method}" (its weights are −1 and +1)`,
    optimizer.decayLatent,
  );
  check(
    `${place}.optimizer`,
    "latentBound",
    (optimizer.latentBound ?? 0) === 0,
    `0 where method is "${method}" (its weights are −1 and +1)`,
    optimizer.latentBound,
  );
  const { weight } = binarization;
  check(
    `${place}.binarization`,
    "weight",
    weightBinarizers.get(weight).keepsSigns,
    `one of ${keeping()} where optimizer.method is "${method}" (its weights are −1 and +1)`,
    weight,
  );
  check(
    `${place}.twoStep`,
    "firstEpochs",
    twoStep.firstEpochs === 0,
    `0 where optimizer.method is "${method}" (it has no real kernels to start from)`,
    twoStep.firstEpochs,
  );
}

/** Names of the weight binarizers under which Bop's weights stay −1 and +1. */
function keeping(): string {
  const names = weightBinarizers.names.filter((name) => weightBinarizers.get(name).keepsSigns);
  return names.map((name) => `"${name}"`).join(", ");
}
