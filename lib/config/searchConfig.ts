import { traitsOf } from "../primitives/primitives";
import { binarizationSection } from "./binarizationConfig";
import { check, isSection, type Overrides, ownValue } from "./check";
import { checkClasses, dataSection } from "./dataConfig";
import { formOf } from "./datasets";
import { samplers as allSamplers, isIndependent } from "./samplers";
import { checkSchedulesFit } from "./scheduleFit";
import {
  costSection,
  diagnosticsSection,
  entropySection,
  optimizerSection,
  samplersSection,
} from "./searchSections";
import { complete, defaultsOf, integer, number, oneOf, type SettingsOf, section } from "./section";
import { checkSpace, spaceSection } from "./spaceConfig";
import { checkPruning, strategiesSection } from "./strategiesConfig";

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
    cost: costSection,
    entropy: entropySection,
    weightOptimizer: optimizerSection("How weights follow their gradients.", {
      method: "sgd",
      learningRate: { kind: "cosine", from: 0.025, to: 0.001 },
      momentum: 0.9,
      weightDecay: 3e-4,
      clipNorm: 5,
    }),
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

/** Settings of one architecture search. Plain data: JSON in, JSON out. */
export interface SearchConfig extends SettingsOf<typeof searchSection.fields> {}
export type SamplerConfig = SearchConfig["samplers"]["cell"];
export type CostPenaltyConfig = SearchConfig["cost"];
export type OptimizerConfig = SearchConfig["weightOptimizer"];

export const defaultSearchConfig: SearchConfig = defaultsOf(searchSection);

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
  checkClasses(`${place}.space`, config.space.classes, config.data.dataset);
  checkSpace(`${place}.space`, config.space);
  checkPruning(`${place}.strategies.pruning`, config.strategies.pruning);
  check(
    place,
    "warmupEpochs",
    config.warmupEpochs < config.epochs,
    `less than epochs (${config.epochs})`,
    config.warmupEpochs,
  );
  checkSchedulesFit(place, searchSection, config, () => [{ epochs: config.epochs, run: "the search" }]);
  checkStrategies(place, config);
  return config;
}

function followDataset(config: SearchConfig, given: object): SearchConfig {
  const space = ownValue(given, "space");
  const isGiven = (key: string) => isSection(space) && ownValue(space, key) !== undefined;
  const followed = Object.entries(formOf(config.data.dataset)).filter(([key]) => !isGiven(key));
  return Object.freeze({
    ...config,
    space: Object.freeze({ ...config.space, ...Object.fromEntries(followed) }),
  });
}

/** What strategies and diagnostics ask of other sections. */
function checkStrategies(place: string, config: SearchConfig): void {
  const { strategies, diagnostics, space, samplers } = config;
  const at = `${place}.diagnostics`;
  const { method } = strategies.eigenvalueStop;
  check(
    at,
    "eigenvalueEvery",
    method === "none" || diagnostics.eigenvalueEvery === 1,
    `1 where strategies.eigenvalueStop is "${method}"`,
    diagnostics.eigenvalueEvery,
  );
  const zeroOneOff = strategies.zeroOne.coefficient === 0;
  check(
    `${place}.strategies.zeroOne`,
    "coefficient",
    zeroOneOff || isIndependent(samplers.cell.method),
    `0 unless samplers.cell.method is "plain_sigmoid" or "sigmoid" (it is "${samplers.cell.method}")`,
    strategies.zeroOne.coefficient,
  );
  const perturbed = strategies.perturbation.method;
  const { single } = allSamplers.get(samplers.cell.method);
  check(
    `${place}.strategies.perturbation`,
    "method",
    perturbed === "none" || !single,
    `"none" where samplers.cell.method is "${samplers.cell.method}" (a single choice has no neighbourhood)`,
    perturbed,
  );
  const unrolled = config.order === "second";
  const why = "(the unrolled weight step takes one unperturbed draw)";
  check(
    `${place}.strategies.perturbation`,
    "method",
    perturbed === "none" || !unrolled,
    `"none" where order is "second" ${why}`,
    perturbed,
  );
  for (const level of ["depth", "width"] as const)
    check(
      `${place}.strategies.biSampling`,
      level,
      !strategies.biSampling[level] || !unrolled,
      `false where order is "second" ${why}`,
      true,
    );
  const { weightDecay } = config.weightOptimizer;
  check(
    `${place}.weightOptimizer`,
    "weightDecay",
    method !== "adapt" || weightDecay > 0,
    'above 0 where strategies.eigenvalueStop is "adapt" (which multiplies it)',
    weightDecay,
  );
  const { divisor } = strategies.partialChannels;
  check(
    `${place}.strategies.partialChannels`,
    "divisor",
    space.initChannels % divisor === 0,
    `a divisor of initChannels ${space.initChannels}`,
    divisor,
  );
  const grouped = space.primitives.some((primitive) => traitsOf(primitive).grouped);
  check(
    `${place}.strategies.partialChannels`,
    "divisor",
    divisor === 1 || !grouped || (space.initChannels / divisor) % space.convGroups === 0,
    `one that leaves channels that divide by convGroups ${space.convGroups}`,
    divisor,
  );
  const most = space.primitives.length;
  for (const [epoch, keep] of strategies.pruning.stages) {
    check(
      `${place}.strategies.pruning`,
      "stages",
      epoch < config.epochs,
      `at epochs below ${config.epochs}`,
      epoch,
    );
    check(`${place}.strategies.pruning`, "stages", keep < most, `keeps below the ${most} primitives`, keep);
  }
}
