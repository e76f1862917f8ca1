import { latentBound } from "./latentBound";
import { optimizers } from "./optimizers";
import { flag, integer, number, oneOf, schedule, section, variantOf } from "./section";

// Formulas: `createOptimizer`, `createTrainOptimizer`.
export const trainOptimizerSection = section(
  { meaning: "How parameters follow their gradients." },
  {
    method: variantOf(optimizers, {
      default: "adam",
      meaning: 'The update rule. "bop": binary weights by Bop, everything else by Adam.',
      source: "Bop: Helwegen et al. 2019, arXiv:1906.02107",
    }),
    learningRate: schedule({
      default: { kind: "cosine", from: 5e-4, to: 0 },
      min: 0,
      meaning: "Learning rate of SGD and Adam, over the epochs of one training step.",
    }),
    rateChanges: oneOf(["epoch", "step"], {
      default: "epoch",
      meaning:
        "Whether the rate moves once an epoch, as in most published recipes, or a little at every step.",
    }),
    momentum: number({ default: 0.9, min: 0, below: 1, meaning: "Of SGD." }),
    beta1: number({ default: 0.9, min: 0, below: 1, meaning: "Of Adam: decay of the mean gradient." }),
    beta2: number({ default: 0.999, min: 0, below: 1, meaning: "Of Adam: decay of the mean square." }),
    epsilon: number({ default: 1e-8, above: 0, meaning: "Of Adam: added to the root of that square." }),
    weightDecay: number({
      default: 0,
      min: 0,
      meaning:
        "L2 added to the gradient of real kernels and of the classifier. Never applied to batch norm, biases and learnt shifts; to latent binary weights only where decayLatent says so.",
    }),
    decayLatent: flag({
      default: false,
      meaning:
        "Whether weight decay also shrinks latent binary weights. They count by their sign: shrinking one makes it flip more easily, and nothing else.",
    }),
    latentBound,
    clipNorm: number({
      default: 5,
      min: 0,
      meaning: "Largest global L2 norm of the gradient; 0 turns clipping off.",
    }),
    bopGamma: schedule({
      default: 1e-4,
      min: 0,
      max: 1,
      meaning: "Bop: share of the new gradient in the running mean that decides about flips.",
    }),
    bopThreshold: number({
      default: 1e-8,
      min: 0,
      meaning: "Bop: a weight flips where that mean has its sign and exceeds this size.",
    }),
  },
);

export const twoStepSection = section(
  {
    meaning:
      "Two training steps: first binary activations with real kernels, then both binary, from the weights of the first. The learning rate runs through its schedule in each, optimizers start afresh.",
    source: "Martinez et al. 2020, arXiv:2003.11535; ReActNet, arXiv:2003.03488",
  },
  {
    firstEpochs: integer({
      default: 0,
      min: 0,
      unit: "epochs",
      meaning: "Passes of the first step, before the epochs of the second; 0 leaves the first step out.",
    }),
    firstWeightDecay: number({
      default: 1e-5,
      min: 0,
      meaning: "Weight decay in the first step, there also on the kernels to be binarized: they are real.",
    }),
  },
);

export const distillationSection = section(
  {
    meaning:
      "Learning from a full-precision teacher of the same topology, which is trained first, by the same recipe without distillation.",
  },
  {
    method: oneOf(["none", "hinton", "soft_labels"], {
      default: "none",
      meaning:
        'With the probabilities p of the student and q of the teacher at a temperature T, "hinton": (1 − weight) · CE(labels) + weight · T² · KL(q ‖ p); "soft_labels": cross entropy with the teacher\'s probabilities alone, T = 1.',
      source: "Hinton et al. 2015, arXiv:1503.02531; the distributional loss of ReActNet, arXiv:2003.03488",
    }),
    weight: number({ default: 0.9, min: 0, max: 1, meaning: '"hinton": share of the teacher\'s part.' }),
    temperature: number({ default: 4, above: 0, meaning: '"hinton": T.' }),
    teacherEpochs: integer({
      default: 100,
      min: 1,
      unit: "epochs",
      meaning: "Passes over the training images for the teacher.",
    }),
    teacherLearningRate: schedule({
      default: { kind: "cosine", from: 1e-3, to: 0 },
      min: 0,
      meaning: "The teacher's learning rate, over its own epochs.",
    }),
    teacherSeed: integer({
      default: 0,
      min: 0,
      meaning: "Seed of the teacher alone, so that students of several seeds may share one.",
    }),
  },
);

export const evaluationSection = section(
  { meaning: "What is measured besides the training loss." },
  {
    validateEvery: integer({
      default: 1,
      min: 1,
      unit: "epochs",
      meaning:
        "Epochs between two measurements on the held-out training images; the last epoch is always measured.",
    }),
    testEvery: integer({
      default: 0,
      min: 0,
      unit: "epochs",
      meaning:
        "Epochs between two measurements on the test images, for curves; 0 never. Nothing is ever chosen by them.",
    }),
    recalibrationBatches: integer({
      default: 0,
      min: 0,
      unit: "batches",
      meaning:
        "Augmented batches of training images, from which the statistics of all batch norms are taken anew before the final measurements; 0 keeps the running ones.",
      source: "Wu & Johnson 2021, arXiv:2105.07576",
    }),
  },
);
