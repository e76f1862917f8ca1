import { check, completeConfig, must, type Overrides } from "./check";
import { checkSchedule, type Schedule } from "./schedule";

/**
 * Search strategies against collapse. Each is off at its default, and each may be combined with the others unless
 * `strategiesConfig` refuses the pair.
 *
 * Three known cures are settings of other sections: sharpening by a low temperature (BATS, arXiv:2003.01711:
 * `samplers.cell.temperature`, T = 0.2), path sampling (GDAS, arXiv:1910.04465: `samplers.cell.method` "path") and
 * diversity by entropy (BNAS, arXiv:2008.02837: `entropy.cell` = `{ kind: "exponential", from: -1, factor: 0.878,
 * min: -1 }`, that is −λ exp(−epoch / 7.7) with λ = 1).
 */
export interface StrategiesConfig {
  /**
   * Drops skip connections in training: each channel of each image with probability `rate`, the rest scaled by
   * `1 / (1 − rate)`. P-DARTS, arXiv:1904.12760 (rates 0 / 0.4 / 0.7 by stage, decaying).
   *
   * Note (paper): the paper drops single elements; whole channels of an image cut the same path.
   */
  readonly skipDropout: Schedule;
  /**
   * `β` of an extra skip connection on every edge, beside the mixture and without alphas, that decays to 0 over the
   * search: 1 → 0 linearly or by cosine. DARTS-, arXiv:2009.01027.
   */
  readonly auxiliarySkip: Schedule;
  readonly partialChannels: PartialChannelsConfig;
  readonly zeroOne: ZeroOneConfig;
  readonly perturbation: PerturbationConfig;
  readonly biSampling: BiSamplingConfig;
  readonly pruning: PruningConfig;
  readonly eigenvalueStop: EigenvalueStopConfig;
}

/** PC-DARTS, arXiv:1907.05737. */
export interface PartialChannelsConfig {
  /** `K`: only one channel in K passes through an edge's operations, the others go by. 1 turns it off; 4 there. */
  readonly divisor: number;
  /** Learns one more weight per edge, softmax over the edges that enter a node. */
  readonly edgeNormalization: boolean;
}

/**
 * FairDARTS, arXiv:1911.12126: adds `−c · mean (σ(α) − 1/2)²` ("l2") or `−c · mean |σ(α) − 1/2|` ("l1") over the
 * operations of all cells, which drives independent choices to 0 or 1. Needs the cell sampler
 * "plain_sigmoid" (as there) or "sigmoid" (with noise).
 */
export interface ZeroOneConfig {
  /** 0 turns it off; 10 there. */
  readonly coefficient: Schedule;
  readonly form: "l2" | "l1";
}

/**
 * SDARTS, arXiv:2002.05283: weights are trained under perturbed cell choices, so that the loss is flat around them.
 *
 * - "random": uniform in [−ε, ε] on every mixture weight
 * - "adversarial": projected gradient ascent on the training loss inside the box, `steps` steps of `2ε / steps` from a
 *   random start; kept only where the loss rises
 *
 * Note (paper): perturbed are the mixture weights (clamped to [0, 1]), not the raw alphas.
 */
export interface PerturbationConfig {
  readonly method: "none" | "random" | "adversarial";
  /** `ε`; 0.03 → 0.3 linearly there. */
  readonly epsilon: Schedule;
  readonly steps: number;
}

/**
 * TF-NAS, arXiv:2008.05314: every weight step trains two layouts, the first drawn by Gumbel from the alphas, the
 * second without the first's choices. The gradients are averaged. Depth and width of one pass are then single
 * choices. Off: one pass with the sampler's weights.
 */
export interface BiSamplingConfig {
  readonly depth: boolean;
  readonly width: boolean;
  /** How the second is chosen of those left: by Gumbel, evenly, or the one of smallest or largest alpha. */
  readonly second: "gumbel" | "random" | "min" | "max";
}

/**
 * Progressive pruning: from an epoch on every edge keeps its `keep` likeliest candidates (P-DARTS,
 * arXiv:1904.12760: 8 → 5 → 3 → 1). A pruned candidate is no longer computed.
 */
export interface PruningConfig {
  /** `[epoch, keep]` pairs, ascending in epoch, descending in keep; at the start of that epoch. */
  readonly stages: readonly (readonly [number, number])[];
}

/**
 * R-DARTS / DARTS-ES, arXiv:1909.09656: watches the dominant eigenvalue λ of ∇²_α L_val. With `m(e)` its mean over
 * the last `window` epochs, the search has gone astray where `m(e) / m(e − delta) > ratio`.
 *
 * - "stop": the search ends; the architecture is that of epoch `e − delta`
 * - "adapt": the search goes back to epoch `e − delta` with `decayFactor` times the weight decay, up to `maxDecay`
 *   (after that it goes on)
 */
export interface EigenvalueStopConfig {
  readonly method: "none" | "stop" | "adapt";
  readonly window: number;
  readonly ratio: number;
  readonly delta: number;
  /** First epoch that may stop. */
  readonly startEpoch: number;
  readonly decayFactor: number;
  readonly maxDecay: number;
}

export const defaultStrategiesConfig: StrategiesConfig = Object.freeze({
  skipDropout: 0,
  auxiliarySkip: 0,
  partialChannels: Object.freeze({ divisor: 1, edgeNormalization: false }),
  zeroOne: Object.freeze({ coefficient: 0, form: "l2" } as const),
  perturbation: Object.freeze({
    method: "none",
    epsilon: Object.freeze({ kind: "linear", from: 0.03, to: 0.3 } as const),
    steps: 7,
  } as const),
  biSampling: Object.freeze({ depth: false, width: false, second: "gumbel" } as const),
  pruning: Object.freeze({ stages: Object.freeze([]) }),
  eigenvalueStop: Object.freeze({
    method: "none",
    window: 5,
    ratio: 1.3,
    delta: 4,
    startEpoch: 10,
    decayFactor: 3,
    maxDecay: 0.0243,
  } as const),
});

/** Schedules that are replaced whole. */
const whole = ["epsilon"] as const;

/** Completes and checks the strategies. What depends on other sections is checked by `searchConfig`. */
export function strategiesConfig(
  overrides: Overrides<StrategiesConfig> = {},
  place = "strategiesConfig",
): StrategiesConfig {
  const config = completeConfig(place, defaultStrategiesConfig, overrides, whole);
  const { partialChannels, zeroOne, perturbation, biSampling, eigenvalueStop } = config;
  checkSchedule(place, "skipDropout", config.skipDropout, 0, 0.95);
  checkSchedule(place, "auxiliarySkip", config.auxiliarySkip, 0, 1);
  must.beInteger(`${place}.partialChannels`, "divisor", partialChannels.divisor, 1, 16);
  must.beBoolean(`${place}.partialChannels`, "edgeNormalization", partialChannels.edgeNormalization);
  checkSchedule(`${place}.zeroOne`, "coefficient", zeroOne.coefficient, 0);
  must.beOneOf(`${place}.zeroOne`, "form", zeroOne.form, ["l2", "l1"]);
  must.beOneOf(`${place}.perturbation`, "method", perturbation.method, ["none", "random", "adversarial"]);
  checkSchedule(`${place}.perturbation`, "epsilon", perturbation.epsilon, 0, 1);
  must.beInteger(`${place}.perturbation`, "steps", perturbation.steps, 1);
  must.beBoolean(`${place}.biSampling`, "depth", biSampling.depth);
  must.beBoolean(`${place}.biSampling`, "width", biSampling.width);
  must.beOneOf(`${place}.biSampling`, "second", biSampling.second, ["gumbel", "random", "min", "max"]);
  checkStages(`${place}.pruning`, config.pruning.stages);
  const at = `${place}.eigenvalueStop`;
  must.beOneOf(at, "method", eigenvalueStop.method, ["none", "stop", "adapt"]);
  for (const key of ["window", "delta"] as const) must.beInteger(at, key, eigenvalueStop[key], 1);
  must.beInteger(at, "startEpoch", eigenvalueStop.startEpoch, 0);
  for (const key of ["ratio", "decayFactor"] as const)
    check(at, key, eigenvalueStop[key] > 1, "above 1", eigenvalueStop[key]);
  must.beNumber(at, "maxDecay", eigenvalueStop.maxDecay, 0);
  return config;
}

function checkStages(place: string, stages: unknown): void {
  const isPair = (pair: unknown) =>
    Array.isArray(pair) && pair.length === 2 && pair.every((n) => Number.isInteger(n) && n >= 0);
  check(
    place,
    "stages",
    Array.isArray(stages) && stages.every(isPair),
    "a list of [epoch, keep] pairs of whole numbers",
    stages,
  );
  const pairs = stages as [number, number][];
  const ordered = pairs.every(([epoch, keep], i) => {
    const before = pairs[i - 1];
    return keep >= 1 && (!before || (epoch > before[0] && keep < before[1]));
  });
  check(place, "stages", ordered, "ascending in epoch and descending in keep, which is at least 1", stages);
}
