import { type Variant, VariantTable } from "../util/variantTable";
import type { Overrides } from "./check";
import { overPreset, presetOf } from "./presets";
import { type TrainConfig, trainConfig } from "./trainConfig";

/** Ready-made settings of trainings: where they are from, and what they set. */
export interface TrainPreset extends Variant {
  /** One sentence for a menu. */
  readonly about: string;
  /** The paper it follows; "ours" for the project's own. */
  readonly source: string;
  readonly overrides: Overrides<TrainConfig>;
}

const cosine = (from: number, to = 0) => ({ kind: "cosine", from, to }) as const;

/**
 * `smoke` and `laptop` are this project's own; the others follow published recipes, each with what is missing or
 * inferred said in its description. Published accuracies were reached by those recipes on other networks; they promise
 * nothing for yours.
 */
const builtInPresets = {
  smoke: {
    name: "smoke",
    about: "Shows that everything works, in a minute. Its numbers mean nothing.",
    source: "ours",
    overrides: {
      data: { trainImages: 1280, testImages: 320 },
      epochs: 3,
      batchSize: 64,
      validationShare: 0.1,
      optimizer: { learningRate: cosine(5e-3), rateChanges: "step" },
    },
  },
  laptop: {
    name: "laptop",
    about: "All of CIFAR-10 in 20 short epochs, for two CPU cores.",
    source: "ours",
    overrides: {
      epochs: 20,
      batchSize: 64,
      optimizer: {
        learningRate: { kind: "warmup", epochs: 1, from: 5e-4, after: cosine(5e-3) },
        rateChanges: "step",
      },
      evaluation: { recalibrationBatches: 50 },
    },
  },
  // The deleted baseline configurations of the BARS authors' framework: xnor_resnet20, xnor_vgg.
  bars_like: {
    name: "bars_like",
    about:
      "Adam 5e-4, no decay, cosine, 300 epochs: the binary baselines of the BARS authors' framework (inferred).",
    source: "aw_nas, examples/research/bnn baselines; that BARS used it is our inference",
    overrides: {
      epochs: 300,
      batchSize: 256,
      optimizer: { method: "adam", learningRate: cosine(5e-4), clipNorm: 5 },
    },
  },
  bireal: {
    name: "bireal",
    about: "Adam 1e-3 falling linearly to 0, 256 epochs, batch 512, Bi-Real blocks.",
    source: "Liu et al. 2018, arXiv:1808.00278, and its authors' code (for ImageNet)",
    overrides: {
      epochs: 256,
      batchSize: 512,
      binarization: { activation: "approx_sign", weight: "bireal", blockOrder: "conv_bn_relu" },
      optimizer: { method: "adam", learningRate: { kind: "linear", from: 1e-3, to: 0 }, clipNorm: 0 },
    },
  },
  // The code's T_min; the paper's differs.
  irnet: {
    name: "irnet",
    about:
      "SGD 0.1, cosine, 400 epochs, batch 128, weight decay 1e-4, IR-Net's balanced weights and EDE gradients.",
    source: "Qin et al. 2020, arXiv:1909.10788, and its authors' code (CIFAR-10)",
    overrides: {
      epochs: 400,
      batchSize: 128,
      binarization: {
        activation: "ede",
        weight: "irnet",
        blockOrder: "conv_bn_relu",
        edeT: { kind: "log_linear", from: 1e-3, to: 10 },
      },
      optimizer: {
        method: "sgd",
        learningRate: cosine(0.1),
        momentum: 0.9,
        weightDecay: 1e-4,
        decayLatent: true,
        clipNorm: 0,
      },
    },
  },
  // For ImageNet, with a ResNet-34 as teacher; here the teacher has the student's topology.
  reactnet: {
    name: "reactnet",
    about:
      "Two steps of 128 epochs, Adam falling linearly, a full-precision teacher's soft labels, ReActNet blocks.",
    source: "Liu et al. 2020, arXiv:2003.03488, and its authors' code (for ImageNet, teacher ResNet-34)",
    overrides: {
      epochs: 128,
      batchSize: 256,
      binarization: {
        activation: "approx_sign",
        weight: "bireal",
        blockOrder: "conv_bn_relu",
        nonlinearity: "rprelu",
        rsign: true,
      },
      optimizer: { method: "adam", learningRate: { kind: "linear", from: 1.25e-3, to: 0 }, clipNorm: 0 },
      twoStep: { firstEpochs: 128, firstWeightDecay: 1e-5 },
      distillation: {
        method: "soft_labels",
        teacherEpochs: 128,
        teacherLearningRate: { kind: "linear", from: 1.25e-3, to: 0 },
      },
    },
  },
  darts: {
    name: "darts",
    about: "SGD 0.025, cosine, 600 epochs, cutout 16, drop path 0.2, auxiliary classifier 0.4.",
    source: "Liu et al. 2019, arXiv:1806.09055 (full-precision cells on CIFAR-10)",
    overrides: {
      epochs: 600,
      batchSize: 96,
      data: { augment: { cutout: 16 } },
      optimizer: {
        method: "sgd",
        learningRate: cosine(0.025),
        momentum: 0.9,
        weightDecay: 3e-4,
        clipNorm: 5,
      },
      dropPath: { kind: "linear", from: 0, to: 0.2 },
      auxiliaryWeight: 0.4,
    },
  },
  bop: {
    name: "bop",
    about: "Bop with γ 1e-4, a tenth every 100 epochs, Adam 0.01 for the rest, 500 epochs, batch 50.",
    source: "Helwegen et al. 2019, arXiv:1906.02107 (BinaryNet on CIFAR-10)",
    overrides: {
      epochs: 500,
      batchSize: 50,
      binarization: { weight: "sign" },
      optimizer: {
        method: "bop",
        learningRate: 0.01,
        bopThreshold: 1e-8,
        bopGamma: {
          kind: "steps",
          at: [
            [0, 1e-4],
            [100, 1e-5],
            [200, 1e-6],
            [300, 1e-7],
            [400, 1e-8],
          ],
        },
        clipNorm: 0,
      },
    },
  },
} as const satisfies Readonly<Record<string, TrainPreset>>;

export type TrainPresetName = keyof typeof builtInPresets;

/** Presets of trainings by name: the library's, and those of `definePreset`. */
export const trainPresets = new VariantTable<TrainPreset, TrainPresetName>(
  "preset of trainings",
  "definePreset",
  builtInPresets,
);

/**
 * The library's presets of trainings.
 *
 * @example
 * ```ts
 * console.log(bars.config.trainPresetNames.includes("smoke")); // true
 * ```
 */
export const trainPresetNames = trainPresets.builtInNames;

/**
 * The complete settings of a preset, with overrides laid over it.
 * @throws ConfigError for an unknown preset, naming the known ones.
 *
 * @example
 * ```ts
 * const config = bars.trainPresetConfig("laptop", { seed: 2 });
 * console.log(config.epochs, config.seed); // 20 2
 * ```
 */
export function trainPresetConfig(name: string, overrides: Overrides<TrainConfig> = {}): TrainConfig {
  const { overrides: own } = presetOf(trainPresets, name, "trainPresetConfig");
  return trainConfig(overPreset(own, overrides) as Overrides<TrainConfig>, name);
}
