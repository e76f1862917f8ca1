import { check, type Overrides } from "./check";
import { kinds } from "./kinds";
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

/*
 * Each strategy is off at its default, and each may be combined with the others unless `searchConfig` refuses the pair.
 *
 * Three known cures are settings of other sections: sharpening by a low temperature (BATS, arXiv:2003.01711:
 * `samplers.cell.temperature`, T = 0.2), path sampling (GDAS, arXiv:1910.04465: `samplers.cell.method` "path") and
 * diversity by entropy (BNAS, arXiv:2008.02837: `entropy.cell` = `{ kind: "exponential", from: -1, factor: 0.878,
 * min: -1 }`, that is −λ exp(−epoch / 7.7) with λ = 1).
 */

const partialChannels = section(
  { meaning: "Partial channels: less memory and time.", source: "PC-DARTS, arXiv:1907.05737" },
  {
    divisor: integer({
      default: 1,
      min: 1,
      max: 16,
      meaning:
        "K: only one channel in K passes through an edge's operations, the others go by. 1 turns it off; 4 in PC-DARTS.",
    }),
    edgeNormalization: flag({
      default: false,
      meaning: "Learns one more weight per edge, softmax over the edges that enter a node.",
    }),
  },
);

const zeroOne = section(
  {
    meaning:
      'Adds −c · mean (σ(α) − 1/2)² ("l2") or −c · mean |σ(α) − 1/2| ("l1") over the operations of all cells, which drives independent choices to 0 or 1. Needs samplers.cell.method "plain_sigmoid" (as there) or "sigmoid" (with noise).',
    source: "FairDARTS, arXiv:1911.12126",
  },
  {
    coefficient: schedule({ default: 0, min: 0, meaning: "c: 0 turns it off; 10 in FairDARTS." }),
    form: oneOf(["l2", "l1"], { default: "l2", meaning: "Squared or absolute distance." }),
  },
);

/*
 * Note (paper): perturbed are the mixture weights (clamped to [0, 1]), not the raw alphas.
 */
const perturbation = section(
  {
    meaning: "Weights are trained under perturbed cell choices, so that the loss is flat around them.",
    source: "SDARTS, arXiv:2002.05283",
  },
  {
    method: oneOf(["none", "random", "adversarial"], {
      default: "none",
      meaning:
        '"random": uniform in [−ε, ε] on every mixture weight. "adversarial": projected gradient ascent on the training loss inside the box, steps of 2ε / steps from a random start; kept only where the loss rises.',
    }),
    epsilon: schedule({
      default: { kind: "linear", from: 0.03, to: 0.3 },
      min: 0,
      max: 1,
      meaning: "ε, half the side of the box.",
    }),
    steps: integer({ default: 7, min: 1, meaning: 'Steps of "adversarial".' }),
  },
);

const biSampling = section(
  {
    meaning:
      "Every weight step trains two layouts, the first drawn by Gumbel from the alphas, the second without the first's choices. The gradients are averaged. Depth and width of one pass are then single choices. Off: one pass with the sampler's weights.",
    source: "TF-NAS, arXiv:2008.05314",
  },
  {
    depth: flag({ default: false, meaning: "Whether depths are drawn twice." }),
    width: flag({ default: false, meaning: "Whether widths are drawn twice." }),
    second: oneOf(["gumbel", "random", "min", "max"], {
      default: "gumbel",
      meaning:
        "How the second is chosen of those left: by Gumbel, evenly, or the one of smallest or largest alpha.",
    }),
  },
);

const pruning = section(
  {
    meaning:
      "Progressive pruning: from an epoch on every edge keeps its likeliest candidates. A pruned candidate is no longer computed.",
    source: "P-DARTS, arXiv:1904.12760 (8 → 5 → 3 → 1)",
  },
  {
    stages: list(kinds.pair("[epoch, keep]", kinds.integer(0), kinds.integer(1)), {
      default: [],
      meaning:
        "[epoch, keep] pairs, ascending in epoch, descending in keep; at the start of that epoch. Epochs count from 0.",
    }),
  },
);

const eigenvalueStop = section(
  {
    meaning:
      "Watches the dominant eigenvalue λ of ∇²_α L_val. With m(e) its mean over the last window epochs, the search has gone astray where m(e) / m(e − delta) > ratio.",
    source: "R-DARTS / DARTS-ES, arXiv:1909.09656",
  },
  {
    method: oneOf(["none", "stop", "adapt"], {
      default: "none",
      meaning:
        '"stop": the search ends; the architecture is that of epoch e − delta. "adapt": the search goes back to epoch e − delta with decayFactor times the weight decay, up to maxDecay (after that it goes on).',
    }),
    window: integer({ default: 5, min: 1, unit: "epochs", meaning: "Epochs the mean is taken over." }),
    ratio: number({ default: 1.3, above: 1, meaning: "Growth of the mean that is too much." }),
    delta: integer({ default: 4, min: 1, unit: "epochs", meaning: "Epochs between the means compared." }),
    startEpoch: integer({ default: 10, min: 0, unit: "epoch", meaning: "First epoch that may stop." }),
    decayFactor: number({ default: 3, above: 1, meaning: '"adapt": multiplies the weight decay.' }),
    maxDecay: number({ default: 0.0243, min: 0, meaning: '"adapt": largest weight decay.' }),
  },
);

export const strategiesSection = section(
  { meaning: "Search strategies against collapse. Each is off at its default." },
  {
    // Note (paper): the paper drops single elements; whole channels of an image cut the same path.
    skipDropout: schedule({
      default: 0,
      min: 0,
      max: 0.95,
      meaning:
        "Drops skip connections in training: each channel of each image with this probability r, the rest scaled by 1 / (1 − r).",
      source: "P-DARTS, arXiv:1904.12760 (rates 0 / 0.4 / 0.7 by stage, decaying)",
    }),
    auxiliarySkip: schedule({
      default: 0,
      min: 0,
      max: 1,
      meaning:
        "β of an extra skip connection on every edge, beside the mixture and without alphas, that decays to 0 over the search: 1 → 0 linearly or by cosine.",
      source: "DARTS-, arXiv:2009.01027",
    }),
    partialChannels,
    zeroOne,
    perturbation,
    biSampling,
    pruning,
    eigenvalueStop,
  },
);

/** Search strategies against collapse. Plain data. */
export interface StrategiesConfig extends SettingsOf<typeof strategiesSection.fields> {}
export type ZeroOneConfig = StrategiesConfig["zeroOne"];
export type BiSamplingConfig = StrategiesConfig["biSampling"];
export type PruningConfig = StrategiesConfig["pruning"];
export type EigenvalueStopConfig = StrategiesConfig["eigenvalueStop"];

export const defaultStrategiesConfig: StrategiesConfig = defaultsOf(strategiesSection);

/** Completes and checks the strategies. What depends on other sections is checked by `searchConfig`. */
export function strategiesConfig(
  overrides: Overrides<StrategiesConfig> = {},
  place = "strategiesConfig",
): StrategiesConfig {
  const config = complete(place, strategiesSection, overrides);
  checkPruning(`${place}.pruning`, config.pruning);
  return config;
}

/** Stages come later and later and keep fewer and fewer. */
export function checkPruning(place: string, { stages }: PruningConfig): void {
  const ordered = stages.every(([epoch, keep], i) => {
    const before = stages[i - 1];
    return !before || (epoch > before[0] && keep < before[1]);
  });
  check(place, "stages", ordered, "ascending in epoch and descending in keep", stages);
}
