import type { Overrides } from "../config/check";
import { layered, presetConfig } from "../config/presets";
import type { SearchConfig } from "../config/searchConfig";

/**
 * A small search that collapses, and what is said to cure it: each variant is laid over the plain one.
 *
 * The plain one is DARTS (arXiv:1806.09055) as it stands: softmax mixture, no warm-up, no cost term, with pooling and no
 * connection among the candidates. Alpha steps are larger than there because the whole search has 75 of them.
 */
const plain: Overrides<SearchConfig> = {
  space: {
    initChannels: 8,
    cellLayout: [0, 1, 0],
    steps: 2,
    cellShortcut: "avg_pool",
    primitives: ["none", "skip_connect", "avg_pool_3x3", "bin_conv_3x3"],
    widthChoices: [0.5, 1],
  },
  data: { dataset: "cifar10", trainImages: 960, testImages: 480 },
  epochs: 5,
  warmupEpochs: 0,
  batchSize: 32,
  evaluationImages: 320,
  diagnostics: { recalibrationBatches: 4 },
  alphaOptimizer: {
    method: "adam",
    momentum: 0,
    beta1: 0.5,
    beta2: 0.999,
    weightDecay: 1e-3,
    learningRate: 0.03,
  },
  weightOptimizer: {
    method: "sgd",
    momentum: 0.9,
    weightDecay: 3e-4,
    clipNorm: 5,
    learningRate: { kind: "cosine", from: 0.025, to: 0.001 },
  },
  cost: { method: "none" },
};

/** Binary weights learn faster under Adam: a convolution has something to offer before the alphas have settled. */
const adamWeights: Overrides<SearchConfig> = {
  weightOptimizer: {
    method: "adam",
    momentum: 0,
    beta1: 0.9,
    beta2: 0.999,
    weightDecay: 0,
    learningRate: { kind: "cosine", from: 0.005, to: 0.0005 },
  },
};

/**
 * What each variant changes, by name.
 *
 * @example
 * ```ts
 * console.log(Object.keys(bars.experiments.collapseVariants).length > 5); // true
 * ```
 */
export const collapseVariants = {
  plain: {},
  warmup: { warmupEpochs: 2 },
  adam_weights: adamWeights,
  combined: {
    ...adamWeights,
    warmupEpochs: 2,
    strategies: { auxiliarySkip: { kind: "linear", from: 1, to: 0 } },
  },
  sharpen: { samplers: { cell: { temperature: { kind: "exponential", from: 1, factor: 0.85, min: 0.2 } } } },
  diversity: { entropy: { cell: { kind: "exponential", from: -1, factor: 0.878, min: -1 } } },
  skip_dropout: { strategies: { skipDropout: { kind: "linear", from: 0.5, to: 0 } } },
  partial_channels: { strategies: { partialChannels: { divisor: 4, edgeNormalization: true } } },
  zero_one: {
    samplers: { cell: { method: "plain_sigmoid" } },
    strategies: { zeroOne: { coefficient: { kind: "linear", from: 0, to: 10 } } },
  },
  auxiliary_skip: { strategies: { auxiliarySkip: { kind: "linear", from: 1, to: 0 } } },
  perturb_random: {
    strategies: { perturbation: { method: "random", epsilon: { kind: "linear", from: 0.03, to: 0.3 } } },
  },
  path: { samplers: { cell: { method: "path", temperature: { kind: "linear", from: 5, to: 0.5 } } } },
  prune: {
    strategies: {
      pruning: {
        stages: [
          [1, 3],
          [3, 2],
          [4, 1],
        ],
      },
    },
  },
} satisfies Record<string, Overrides<SearchConfig>>;
export type CollapseVariant = keyof typeof collapseVariants;

/**
 * Settings of one run of the study.
 *
 * @example
 * ```ts
 * console.log(bars.experiments.collapseStudyConfig("plain", 3).seed); // 3
 * ```
 */
export function collapseStudyConfig(variant: CollapseVariant, seed: number): SearchConfig {
  const overrides = layered(plain, collapseVariants[variant]) as Overrides<SearchConfig>;
  return presetConfig("smoke", { ...overrides, seed });
}
