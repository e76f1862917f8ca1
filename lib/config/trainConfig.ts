import { type BinarizationConfig, binarizationConfig, defaultBinarizationConfig } from "./binarizationConfig";
import { check, completeConfig, deepFreeze, must, type Overrides, rejectUnknownKeys } from "./check";
import { type DataConfig, dataConfig, defaultDataConfig } from "./dataConfig";
import { checkSchedule, type Schedule } from "./schedule";

/** How parameters follow their gradients. Formulas: `createOptimizer`. */
export interface TrainOptimizerConfig {
  /** "bop": binary weights by Bop (Helwegen et al. 2019, arXiv:1906.02107), everything else by Adam. */
  readonly method: "sgd" | "adam" | "bop";
  /** Of SGD and Adam, over the epochs of one training step. */
  readonly learningRate: Schedule;
  /** Whether the rate moves once an epoch, as in most published recipes, or a little at every step. */
  readonly rateChanges: "epoch" | "step";
  /** SGD. */
  readonly momentum: number;
  /** Adam. */
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /**
   * L2 added to the gradient of real kernels and of the classifier. Never applied to batch norm, biases and learnt
   * shifts; to latent binary weights only where `decayLatent` says so.
   */
  readonly weightDecay: number;
  /** A latent weight counts by its sign: shrinking it makes it flip more easily, and nothing else. */
  readonly decayLatent: boolean;
  /** Largest global L2 norm of the gradient; 0 turns clipping off. */
  readonly clipNorm: number;
  /** Bop: share of the new gradient in the running mean that decides about flips. */
  readonly bopGamma: Schedule;
  /** Bop: a weight flips where that mean has its sign and exceeds this size. */
  readonly bopThreshold: number;
}

/**
 * Two training steps: first binary activations with real kernels, then both binary, from the weights of the first
 * (Martinez et al. 2020, arXiv:2003.11535; ReActNet, arXiv:2003.03488). The learning rate runs through its
 * schedule in each, optimizers start afresh.
 */
export interface TwoStepConfig {
  /** Passes of the first step, before the `epochs` of the second; 0 leaves the first step out. */
  readonly firstEpochs: number;
  /** Weight decay in the first step, there also on the kernels to be binarized: they are real. */
  readonly firstWeightDecay: number;
}

/**
 * Learning from a full-precision teacher of the same topology, which is trained first, by the same recipe without
 * distillation. `p` are the student's, `q` the teacher's probabilities at a temperature `T`.
 *
 * - "hinton": `(1 − weight) · CE(labels) + weight · T² · KL(q ‖ p)` (Hinton et al. 2015, arXiv:1503.02531)
 * - "soft_labels": cross entropy with the teacher's probabilities alone, `T = 1` (the distributional loss of
 *   ReActNet, arXiv:2003.03488)
 */
export interface DistillationConfig {
  readonly method: "none" | "hinton" | "soft_labels";
  /** "hinton": share of the teacher's part. */
  readonly weight: number;
  /** "hinton". */
  readonly temperature: number;
  /** Passes over the training images for the teacher. */
  readonly teacherEpochs: number;
  /** The teacher's, over its own epochs. */
  readonly teacherLearningRate: Schedule;
  /** Of the teacher alone, so that students of several seeds may share one. */
  readonly teacherSeed: number;
}

/** What is measured besides the training loss. */
export interface EvaluationConfig {
  /** Epochs between two measurements on the held-out training images; the last epoch is always measured. */
  readonly validateEvery: number;
  /** Epochs between two measurements on the test images, for curves; 0 never. Nothing is ever chosen by them. */
  readonly testEvery: number;
  /**
   * Batches of (augmented) training images from which the statistics of all batch norms are taken anew before the
   * final measurements; 0 keeps the running ones (Wu & Johnson 2021, arXiv:2105.07576).
   */
  readonly recalibrationBatches: number;
}

/** Settings of training one network from scratch. Plain data: JSON in, JSON out. */
export interface TrainConfig {
  /**
   * How a network built from a genotype binarizes. A baseline brings its own way and takes from here only the batch
   * norm's numbers and `edeT`.
   */
  readonly binarization: BinarizationConfig;
  readonly data: DataConfig;
  readonly optimizer: TrainOptimizerConfig;
  readonly twoStep: TwoStepConfig;
  readonly distillation: DistillationConfig;
  readonly evaluation: EvaluationConfig;
  /**
   * "supernet": the weights the genotype has in the supernet it was searched in, instead of random ones. The model's
   * origin says which search that is.
   */
  readonly start: "random" | "supernet";
  /** Passes over the training images, without those of a first step. */
  readonly epochs: number;
  /** Images per step of the optimizer. */
  readonly batchSize: number;
  /**
   * Images computed at once, a divisor of the batch; gradients of the parts of a batch are averaged. Batch norms
   * see one part at a time. 0: the whole batch.
   */
  readonly microBatch: number;
  /** When memory runs out, halves what is computed at once and goes on. Results then depend on the machine. */
  readonly allowSmallerBatches: boolean;
  /**
   * Share of the training images held out, evenly over the classes, to choose the best epoch by; 0 trains on all
   * and keeps the last epoch.
   */
  readonly validationShare: number;
  readonly labelSmoothing: number;
  /**
   * Probability at which an operation of a cell is left out for an image; the others are scaled up (FractalNet,
   * arXiv:1605.07648). DARTS raises it linearly from 0 to 0.2 (arXiv:1806.09055).
   */
  readonly dropPath: Schedule;
  /**
   * Weight of the loss of an auxiliary classifier two thirds through a network built from a genotype, in training
   * only (0.4 in DARTS); 0 builds none. Its cost is not counted.
   */
  readonly auxiliaryWeight: number;
  /** Steps between checkpoints inside an epoch; 0 saves at the end of epochs only. */
  readonly checkpointSteps: number;
  /**
   * Epochs, counted from 0 over both training steps, after which the weights are kept in the run's folder for
   * analyses over time. Changes no result. Left out where none are kept, which is the default.
   */
  readonly snapshotEpochs?: readonly number[];
  readonly seed: number;
}

/**
 * Defaults: the recipe of the binary baselines in the BARS authors' framework (Adam, no weight decay, cosine to 0,
 * 300 epochs, batch 256, clipping at 5). That BARS was trained so is our inference. Presets: `trainPresets`.
 */
export const defaultTrainConfig: TrainConfig = deepFreeze<TrainConfig>({
  binarization: defaultBinarizationConfig,
  data: defaultDataConfig,
  optimizer: {
    method: "adam",
    learningRate: { kind: "cosine", from: 5e-4, to: 0 },
    rateChanges: "epoch",
    momentum: 0.9,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
    weightDecay: 0,
    decayLatent: false,
    clipNorm: 5,
    bopGamma: 1e-4,
    bopThreshold: 1e-8,
  },
  twoStep: { firstEpochs: 0, firstWeightDecay: 1e-5 },
  distillation: {
    method: "none",
    weight: 0.9,
    temperature: 4,
    teacherEpochs: 100,
    teacherLearningRate: { kind: "cosine", from: 1e-3, to: 0 },
    teacherSeed: 0,
  },
  evaluation: { validateEvery: 1, testEvery: 0, recalibrationBatches: 0 },
  start: "random",
  epochs: 300,
  batchSize: 256,
  microBatch: 0,
  allowSmallerBatches: false,
  validationShare: 0,
  labelSmoothing: 0,
  dropPath: 0,
  auxiliaryWeight: 0,
  checkpointSteps: 0,
  seed: 0,
});

const whole = ["learningRate", "bopGamma", "teacherLearningRate", "dropPath"] as const;

/** Completes and checks training settings. Unknown keys and values out of range are errors that name the key. */
export function trainConfig(overrides: Overrides<TrainConfig> = {}, place = "trainConfig"): TrainConfig {
  rejectUnknownKeys(place, { ...defaultTrainConfig, snapshotEpochs: [] }, overrides ?? {});
  const { binarization, data, snapshotEpochs, ...given } = overrides ?? {};
  const { binarization: _b, data: _d, ...plain } = defaultTrainConfig;
  const config: TrainConfig = deepFreeze({
    binarization: binarizationConfig(binarization, `${place}.binarization`),
    data: dataConfig(data, `${place}.data`),
    ...completeConfig(place, plain, given as Overrides<typeof plain>, whole),
    // Only where something is kept: settings without it stay what they were, and so does their hash.
    ...(snapshotEpochs === undefined || snapshotEpochs.length === 0
      ? {}
      : { snapshotEpochs: snapshotEpochs as readonly number[] }),
  });
  checkOptimizer(`${place}.optimizer`, config.optimizer);
  checkDistillation(`${place}.distillation`, config.distillation);
  must.beInteger(`${place}.twoStep`, "firstEpochs", config.twoStep.firstEpochs, 0);
  must.beNumber(`${place}.twoStep`, "firstWeightDecay", config.twoStep.firstWeightDecay, 0);
  must.beInteger(`${place}.evaluation`, "validateEvery", config.evaluation.validateEvery, 1);
  must.beInteger(`${place}.evaluation`, "testEvery", config.evaluation.testEvery, 0);
  must.beInteger(`${place}.evaluation`, "recalibrationBatches", config.evaluation.recalibrationBatches, 0);
  must.beOneOf(place, "start", config.start, ["random", "supernet"]);
  must.beInteger(place, "epochs", config.epochs, 1);
  checkBatches(place, config);
  checkShares(place, config);
  must.beInteger(place, "checkpointSteps", config.checkpointSteps, 0);
  must.beInteger(place, "seed", config.seed, 0);
  checkSnapshots(place, config);
  return config;
}

function checkSnapshots(place: string, { snapshotEpochs, twoStep, epochs }: TrainConfig): void {
  if (snapshotEpochs === undefined) return;
  const all = twoStep.firstEpochs + epochs;
  const isEpoch = (e: unknown) => Number.isInteger(e) && (e as number) >= 0 && (e as number) < all;
  const ok = Array.isArray(snapshotEpochs) && snapshotEpochs.every(isEpoch);
  check(place, "snapshotEpochs", ok, `a list of epochs from 0 to ${all - 1}`, snapshotEpochs);
}

function checkOptimizer(at: string, o: TrainOptimizerConfig): void {
  must.beOneOf(at, "method", o.method, ["sgd", "adam", "bop"]);
  must.beOneOf(at, "rateChanges", o.rateChanges, ["epoch", "step"]);
  checkSchedule(at, "learningRate", o.learningRate, 0);
  for (const key of ["momentum", "beta1", "beta2"] as const)
    check(at, key, o[key] >= 0 && o[key] < 1, "in [0, 1)", o[key]);
  check(at, "epsilon", o.epsilon > 0, "above 0", o.epsilon);
  must.beNumber(at, "weightDecay", o.weightDecay, 0);
  must.beBoolean(at, "decayLatent", o.decayLatent);
  const undecided = o.method === "bop" && o.decayLatent;
  check(
    at,
    "decayLatent",
    !undecided,
    'false where method is "bop" (its weights are −1 and +1)',
    o.decayLatent,
  );
  must.beNumber(at, "clipNorm", o.clipNorm, 0);
  checkSchedule(at, "bopGamma", o.bopGamma, 0, 1);
  must.beNumber(at, "bopThreshold", o.bopThreshold, 0);
}

function checkDistillation(at: string, d: DistillationConfig): void {
  must.beOneOf(at, "method", d.method, ["none", "hinton", "soft_labels"]);
  must.beNumber(at, "weight", d.weight, 0, 1);
  check(at, "temperature", d.temperature > 0, "above 0", d.temperature);
  must.beInteger(at, "teacherEpochs", d.teacherEpochs, 1);
  checkSchedule(at, "teacherLearningRate", d.teacherLearningRate, 0);
  must.beInteger(at, "teacherSeed", d.teacherSeed, 0);
}

function checkBatches(place: string, config: TrainConfig): void {
  const { batchSize, microBatch } = config;
  must.beInteger(place, "batchSize", batchSize, 1);
  must.beInteger(place, "microBatch", microBatch, 0);
  const divides = microBatch === 0 || batchSize % microBatch === 0;
  check(place, "microBatch", divides, `0 or a divisor of batchSize ${batchSize}`, microBatch);
  must.beBoolean(place, "allowSmallerBatches", config.allowSmallerBatches);
}

function checkShares(place: string, config: TrainConfig): void {
  const { validationShare, labelSmoothing, auxiliaryWeight } = config;
  check(place, "validationShare", validationShare >= 0 && validationShare < 1, "in [0, 1)", validationShare);
  check(place, "labelSmoothing", labelSmoothing >= 0 && labelSmoothing < 1, "in [0, 1)", labelSmoothing);
  checkSchedule(place, "dropPath", config.dropPath, 0, 0.95);
  must.beNumber(place, "auxiliaryWeight", auxiliaryWeight, 0);
  const twoStep = config.twoStep.firstEpochs > 0;
  const { weight } = config.binarization;
  const unscaled = weight === "sign" || weight === "scale_filter" || weight === "bireal";
  check(
    `${place}.binarization`,
    "weight",
    config.optimizer.method !== "bop" || unscaled,
    'one of "sign", "scale_filter", "bireal" where optimizer.method is "bop" (its weights are −1 and +1)',
    weight,
  );
  check(
    `${place}.twoStep`,
    "firstEpochs",
    !(twoStep && config.optimizer.method === "bop"),
    '0 where optimizer.method is "bop" (it has no real kernels to start from)',
    config.twoStep.firstEpochs,
  );
}
