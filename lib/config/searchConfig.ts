import { binarizationSection } from "./binarizationConfig";
import { check, isSection, type Overrides, ownValue } from "./check";
import { checkFilters } from "./checkFilters";
import { checkClasses, checkData, dataSection } from "./dataConfig";
import { formOf } from "./datasets";
import { latentBound } from "./latentBound";
import {
  type AlphaStartConfig,
  alphaStartSection,
  defaultAlphaStartConfig,
  defaultMixtureConfig,
  type MixtureConfig,
  mixtureSection,
} from "./mixtureSections";
import { checkSchedulesFit } from "./scheduleFit";
import {
  costSection,
  diagnosticsSection,
  entropySection,
  optimizerSection,
  samplersSection,
} from "./searchSections";
import { complete, defaultsOf, integer, later, number, oneOf, type SettingsOf, section } from "./section";
import { checkSpace, spaceSection } from "./spaceConfig";
import {
  checkAroundStrategies,
  checkStrategies,
  type StrategiesConfig,
  strategiesSection,
} from "./strategiesConfig";

// The authors' own search settings are not known; the defaults follow the DARTS first-order settings (SGD 0.025 with
// momentum 0.9 and cosine to 0.001, alphas by Adam 3e-4 with betas 0.5 and 0.999) as their framework's closest released
// configuration does.
export const searchSection = section(
  { meaning: "Settings of one architecture search." },
  {
    space: spaceSection,
    binarization: binarizationSection,
    data: dataSection,
    samplers: samplersSection,
    mixture: later(mixtureSection),
    alphaStart: later(alphaStartSection),
    cost: costSection,
    entropy: entropySection,
    weightOptimizer: optimizerSection(
      "How weights follow their gradients.",
      {
        method: "sgd",
        learningRate: { kind: "cosine", from: 0.025, to: 0.001 },
        momentum: 0.9,
        weightDecay: 3e-4,
        clipNorm: 5,
      },
      { latentBound },
    ),
    alphaOptimizer: optimizerSection("How alphas follow their gradients.", {
      method: "adam",
      learningRate: 3e-4,
      momentum: 0,
      weightDecay: 1e-3,
      clipNorm: 0,
    }),
    strategies: strategiesSection,
    diagnostics: diagnosticsSection,
    epochs: integer({ default: 50, min: 1, unit: "epochs", meaning: "Passes over the weight split." }),
    warmupEpochs: integer({
      default: 5,
      min: 0,
      unit: "epochs",
      meaning:
        "Epochs in which only weights are trained and alphas stay at their start; fewer than there are epochs.",
    }),
    batchSize: integer({
      default: 64,
      min: 1,
      unit: "images",
      meaning: "Images per step, of the weight step and of the alpha step alike.",
    }),
    weightShare: number({
      default: 0.5,
      above: 0,
      below: 1,
      meaning: "Share of the training images used for weights; the rest trains the alphas.",
    }),
    order: oneOf(["first", "second"], {
      default: "first",
      meaning: "First-order is cheaper; second-order unrolls one weight step.",
      source: "DARTS, arXiv:1806.09055, section 2.3",
    }),
    alphaInit: number({
      default: 1e-3,
      min: 0,
      meaning: "Standard deviation of the alphas at the start.",
    }),
    labelSmoothing: number({
      default: 0,
      min: 0,
      below: 1,
      meaning: "Label smoothing of the weight loss.",
    }),
    evaluationImages: integer({
      default: 0,
      min: 0,
      unit: "images",
      meaning: "Images of the alpha split the accuracies of each epoch are measured on; 0 means all of them.",
    }),
    checkpointSteps: integer({
      default: 0,
      min: 0,
      unit: "steps",
      meaning: "Steps between checkpoints inside an epoch; 0 saves at the end of epochs only.",
    }),
    seed: integer({ default: 0, min: 0, meaning: "Seed of everything random." }),
  },
);

type AllSettings = SettingsOf<typeof searchSection.fields>;

/** Settings of one architecture search. Plain data: JSON in, JSON out. */
export interface SearchConfig extends AllSettings {
  readonly strategies: StrategiesConfig;
}
export type SamplerConfig = SearchConfig["samplers"]["cell"];
export type CostPenaltyConfig = SearchConfig["cost"];
export type OptimizerConfig = SearchConfig["weightOptimizer"];

export const defaultSearchConfig: SearchConfig = defaultsOf(searchSection);

/** How the mixture of a search is computed, defaults filled in. */
export function mixtureOf({ mixture }: Pick<SearchConfig, "mixture">): MixtureConfig {
  return mixture ?? defaultMixtureConfig;
}

/** When the alphas of a search begin to move, defaults filled in. */
export function alphaStartOf({ alphaStart }: Pick<SearchConfig, "alphaStart">): AlphaStartConfig {
  return alphaStart ?? defaultAlphaStartConfig;
}

/**
 * Completes and checks search settings. Unknown keys, values of another type and values out of range are errors that
 * name the key. `space.classes`, `space.imageSize` and `space.imageChannels` follow the data set unless they are given.
 *
 * @example
 * ```ts
 * const config = bars.searchConfig({ epochs: 20, cost: { budget: 5e6 } });
 * console.log(config.cost.budget, Object.isFrozen(config)); // 5000000 true
 * ```
 */
export function searchConfig(overrides: Overrides<SearchConfig> = {}, place = "searchConfig"): SearchConfig {
  const config = followDataset(complete(place, searchSection, overrides), overrides);
  checkClasses(`${place}.space`, config.space.classes, config.data);
  checkData(`${place}.data`, config.data);
  checkSpace(`${place}.space`, config.space);
  checkStrategies(`${place}.strategies`, config.strategies);
  check(
    place,
    "warmupEpochs",
    config.warmupEpochs < config.epochs,
    `less than epochs (${config.epochs})`,
    config.warmupEpochs,
  );
  checkSchedulesFit(place, searchSection, config, () => [{ epochs: config.epochs, run: "the search" }]);
  checkMixture(place, config);
  checkFilters(place, config);
  checkAroundStrategies(place, config);
  return config;
}

function checkMixture(place: string, config: SearchConfig): void {
  const { emptyNodes } = mixtureOf(config);
  const { blockOrder } = config.binarization;
  check(
    `${place}.mixture`,
    "emptyNodes",
    emptyNodes === "rescaled" || blockOrder === "bn_conv_relu",
    `"rescaled" where binarization.blockOrder is "${blockOrder}", whose batch norm stands behind the convolution`,
    emptyNodes,
  );
}

function followDataset(config: SearchConfig, given: object): SearchConfig {
  const space = ownValue(given, "space");
  const isGiven = (key: string) => isSection(space) && ownValue(space, key) !== undefined;
  const followed = Object.entries(formOf(config.data)).filter(([key]) => !isGiven(key));
  return Object.freeze({
    ...config,
    space: Object.freeze({ ...config.space, ...Object.fromEntries(followed) }),
  });
}
