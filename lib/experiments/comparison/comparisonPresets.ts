import type { Overrides } from "../../config/check";
import type { TrainConfig } from "../../config/trainConfig";

/** How large a comparison is. */
export interface ComparisonSize {
  /** One sentence for a menu. */
  readonly about: string;
  /** Of every network, per image; one multiply-accumulate = 1. */
  readonly bops: number;
  /** Largest share by which a network's BOPs may differ from that. */
  readonly tolerance: number;
  readonly seeds: readonly number[];
  readonly train: { readonly preset: string; readonly overrides: Overrides<TrainConfig> };
}

/**
 * Sizes of a comparison of layouts or topologies, smallest first.
 *
 * @example
 * ```ts
 * console.log(bars.experiments.comparisonPresetNames.join(" ")); // smoke tiny small laptop paper
 * ```
 */
export const comparisonPresetNames = ["smoke", "tiny", "small", "laptop", "paper"] as const;
export type ComparisonPresetName = (typeof comparisonPresetNames)[number];

const cosine = (from: number) => ({ kind: "cosine", from, to: 0 }) as const;

/**
 * BOPs, their tolerance, seeds and training of every size.
 *
 * @example
 * ```ts
 * console.log(bars.experiments.comparisonPresets.smoke.seeds.length > 0); // true
 * ```
 */
export const comparisonPresets: Readonly<Record<ComparisonPresetName, ComparisonSize>> = {
  smoke: {
    about: "Shows that everything works. Its numbers mean nothing.",
    bops: 1.1e6,
    tolerance: 0.25,
    seeds: [0],
    train: {
      preset: "smoke",
      overrides: { epochs: 1, validationShare: 0, data: { trainImages: 128, testImages: 100 } },
    },
  },
  tiny: {
    about:
      "2,500 images of CIFAR-10 for 3 epochs, about half a minute a run on one core: shows large effects only.",
    bops: 2.25e6,
    tolerance: 0.05,
    seeds: [0, 1],
    train: {
      preset: "laptop",
      overrides: {
        epochs: 3,
        batchSize: 32,
        data: { trainImages: 2500, testImages: 2000 },
        evaluation: { recalibrationBatches: 20 },
        optimizer: { learningRate: cosine(5e-3) },
      },
    },
  },
  small: {
    about:
      "A tenth of CIFAR-10 for 10 epochs, some minutes a run on one core: networks far from trained out.",
    bops: 2.25e6,
    tolerance: 0.05,
    seeds: [0, 1, 2],
    train: {
      preset: "laptop",
      overrides: {
        epochs: 10,
        data: { trainImages: 5000, testImages: 2000 },
        evaluation: { recalibrationBatches: 20 },
        optimizer: { learningRate: cosine(5e-3) },
      },
    },
  },
  laptop: {
    about: "All of CIFAR-10 in 20 epochs, 3 seeds: a night on two cores.",
    bops: 4e6,
    tolerance: 0.05,
    seeds: [0, 1, 2],
    train: { preset: "laptop", overrides: {} },
  },
  paper: {
    about: "The recipe of the binary baselines in the BARS authors' framework, 3 seeds; for GPUs.",
    bops: 1e8,
    tolerance: 0.02,
    seeds: [0, 1, 2],
    train: { preset: "bars_like", overrides: {} },
  },
};
