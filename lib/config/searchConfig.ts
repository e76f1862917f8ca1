import { type BinarizationConfig, binarizationConfig, defaultBinarizationConfig } from "./binarizationConfig";
import { check, completeConfig, deepFreeze, must, type Overrides, rejectUnknownKeys } from "./check";
import { type DataConfig, dataConfig, defaultDataConfig } from "./dataConfig";
import { checkSchedule, type Schedule } from "./schedule";
import { defaultSpaceConfig, type SpaceConfig, spaceConfig } from "./spaceConfig";
import { defaultStrategiesConfig, type StrategiesConfig, strategiesConfig } from "./strategiesConfig";

export const samplerMethods = [
  "softmax",
  "gumbel",
  "hard_gumbel",
  "path",
  "sigmoid",
  "plain_sigmoid",
] as const;
export type SamplerMethod = (typeof samplerMethods)[number];

/** Whether a method decides about every operation alone: a row's probabilities need not sum to 1. */
export function isIndependent(method: SamplerMethod): boolean {
  return method === "sigmoid" || method === "plain_sigmoid";
}

/** How alphas of one level become mixture weights. Formulas: `lib/supernet/sampler.ts`. */
export interface SamplerConfig {
  readonly method: SamplerMethod;
  /** Above 0; small values sharpen. */
  readonly temperature: Schedule;
}

/** The penalty that pulls the expected cost to a budget. Formulas: `lib/search/costPenalty.ts`. */
export interface CostPenaltyConfig {
  readonly method: "none" | "hinge" | "linear" | "log";
  readonly measure: "bops" | "flops" | "ops";
  /** In multiply-accumulates per image, of the chosen measure. */
  readonly budget: number;
  readonly coefficient: number;
  /** Power of the hinge. */
  readonly exponent: number;
}

/** Coefficient of each level's entropy in the alpha loss: positive sharpens, negative keeps choices open. */
export interface EntropyConfig {
  readonly cell: Schedule;
  readonly depth: Schedule;
  readonly width: Schedule;
}

export interface OptimizerConfig {
  readonly method: "sgd" | "adam";
  readonly learningRate: Schedule;
  /** SGD. */
  readonly momentum: number;
  /** Adam. */
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** L2 added to the gradient. Not applied to batch norm or, unless `decayLatent`, to latent binary weights. */
  readonly weightDecay: number;
  readonly decayLatent: boolean;
  /** Largest global L2 norm of the gradient; 0 turns clipping off. */
  readonly clipNorm: number;
}

/** What each epoch measures besides its losses. */
export interface DiagnosticsConfig {
  /**
   * Batches of the weight split from which the statistics of all batch norms are taken before the supernet and the
   * derived architecture are measured, each for itself; 0 measures with the statistics of every evaluated batch.
   */
  readonly recalibrationBatches: number;
  /** Epochs between two measurements of the dominant eigenvalue of ∇²_α L_val; 0 never. */
  readonly eigenvalueEvery: number;
  /** Images of the alpha split it is taken on. */
  readonly eigenvalueImages: number;
  /** Power iterations at most; each takes two gradients. */
  readonly eigenvalueIterations: number;
}

/** Settings of one architecture search. Plain data: JSON in, JSON out. */
export interface SearchConfig {
  readonly space: SpaceConfig;
  readonly binarization: BinarizationConfig;
  readonly data: DataConfig;
  readonly samplers: {
    readonly cell: SamplerConfig;
    readonly depth: SamplerConfig;
    readonly width: SamplerConfig;
  };
  readonly cost: CostPenaltyConfig;
  readonly entropy: EntropyConfig;
  readonly weightOptimizer: OptimizerConfig;
  readonly alphaOptimizer: OptimizerConfig;
  readonly strategies: StrategiesConfig;
  readonly diagnostics: DiagnosticsConfig;
  /** Passes over the weight split. */
  readonly epochs: number;
  /** Epochs in which only weights are trained and alphas stay at their start. */
  readonly warmupEpochs: number;
  /** Images per step, of the weight step and of the alpha step alike. */
  readonly batchSize: number;
  /** Share of the training images used for weights; the rest trains the alphas. */
  readonly weightShare: number;
  /** First-order is cheaper; second-order unrolls one weight step (DARTS, arXiv:1806.09055, section 2.3). */
  readonly order: "first" | "second";
  /** Standard deviation of the alphas at the start. */
  readonly alphaInit: number;
  /** Label smoothing of the weight loss. */
  readonly labelSmoothing: number;
  /** Images of the alpha split the accuracies of each epoch are measured on; 0 means all of them. */
  readonly evaluationImages: number;
  /** Steps between checkpoints inside an epoch; 0 saves at the end of epochs only. */
  readonly checkpointSteps: number;
  readonly seed: number;
}

const defaultOptimizer: OptimizerConfig = Object.freeze({
  method: "sgd",
  learningRate: 0.025,
  momentum: 0.9,
  beta1: 0.5,
  beta2: 0.999,
  epsilon: 1e-8,
  weightDecay: 0,
  decayLatent: false,
  clipNorm: 0,
});

/**
 * Defaults. The authors' own search settings are not known; these follow the DARTS first-order settings
 * (SGD 0.025 with momentum 0.9 and cosine to 0.001, alphas by Adam 3e-4 with betas 0.5 and 0.999) as their
 * framework's closest released configuration does.
 */
export const defaultSearchConfig: SearchConfig = deepFreeze<SearchConfig>({
  space: defaultSpaceConfig,
  binarization: defaultBinarizationConfig,
  data: defaultDataConfig,
  samplers: {
    cell: { method: "softmax", temperature: 1 },
    depth: { method: "softmax", temperature: 1 },
    width: { method: "softmax", temperature: 1 },
  },
  cost: { method: "hinge", measure: "ops", budget: 5e6, coefficient: 1, exponent: 1 },
  entropy: { cell: 0, depth: 0, width: 0 },
  weightOptimizer: {
    ...defaultOptimizer,
    learningRate: { kind: "cosine", from: 0.025, to: 0.001 },
    weightDecay: 3e-4,
    clipNorm: 5,
  },
  alphaOptimizer: { ...defaultOptimizer, method: "adam", learningRate: 3e-4, momentum: 0, weightDecay: 1e-3 },
  strategies: defaultStrategiesConfig,
  diagnostics: {
    recalibrationBatches: 8,
    eigenvalueEvery: 0,
    eigenvalueImages: 256,
    eigenvalueIterations: 10,
  },
  epochs: 50,
  warmupEpochs: 5,
  batchSize: 64,
  weightShare: 0.5,
  order: "first",
  alphaInit: 1e-3,
  labelSmoothing: 0,
  evaluationImages: 0,
  checkpointSteps: 0,
  seed: 0,
});

const whole = ["edeT", "temperature", "learningRate", "entropy"] as const;

/** Completes and checks search settings. Unknown keys and values out of range are errors that name the key. */
export function searchConfig(overrides: Overrides<SearchConfig> = {}, place = "searchConfig"): SearchConfig {
  const { space, binarization, data, entropy, strategies, ...rest } = (overrides ?? {}) as Record<
    string,
    never
  >;
  const { space: s, binarization: b, data: d, entropy: h, strategies: t, ...plain } = defaultSearchConfig;
  void [s, b, d, h, t];
  rejectUnknownKeys(place, defaultSearchConfig, overrides ?? {});
  const config: SearchConfig = deepFreeze({
    space: spaceConfig(space, `${place}.space`),
    binarization: binarizationConfig(binarization, `${place}.binarization`),
    data: dataConfig(data, `${place}.data`),
    ...completeConfig(place, plain, rest as Overrides<typeof plain>, whole),
    entropy: { ...completeConfig(`${place}.entropy`, defaultSearchConfig.entropy, entropy) },
    strategies: strategiesConfig(strategies, `${place}.strategies`),
  });
  checkSections(place, config);
  must.beInteger(place, "epochs", config.epochs, 1);
  must.beInteger(place, "warmupEpochs", config.warmupEpochs, 0);
  check(
    place,
    "warmupEpochs",
    config.warmupEpochs < config.epochs,
    `less than epochs (${config.epochs})`,
    config.warmupEpochs,
  );
  must.beInteger(place, "batchSize", config.batchSize, 1);
  check(
    place,
    "weightShare",
    config.weightShare > 0 && config.weightShare < 1,
    "inside (0, 1)",
    config.weightShare,
  );
  must.beOneOf(place, "order", config.order, ["first", "second"]);
  must.beNumber(place, "alphaInit", config.alphaInit, 0);
  check(
    place,
    "labelSmoothing",
    config.labelSmoothing >= 0 && config.labelSmoothing < 1,
    "in [0, 1)",
    config.labelSmoothing,
  );
  must.beInteger(place, "evaluationImages", config.evaluationImages, 0);
  must.beInteger(place, "checkpointSteps", config.checkpointSteps, 0);
  must.beInteger(place, "seed", config.seed, 0);
  checkStrategies(place, config);
  return config;
}

/** What strategies and diagnostics ask of other sections. */
function checkStrategies(place: string, config: SearchConfig): void {
  const { strategies, diagnostics, space, samplers } = config;
  const at = `${place}.diagnostics`;
  for (const key of ["recalibrationBatches", "eigenvalueEvery"] as const)
    must.beInteger(at, key, diagnostics[key], 0);
  for (const key of ["eigenvalueImages", "eigenvalueIterations"] as const)
    must.beInteger(at, key, diagnostics[key], 1);
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
  const single = samplers.cell.method === "hard_gumbel" || samplers.cell.method === "path";
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
  const grouped = space.primitives.includes("bin_group_conv_3x3");
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

function checkSections(place: string, config: SearchConfig): void {
  for (const level of ["cell", "depth", "width"] as const) {
    const at = `${place}.samplers.${level}`;
    must.beOneOf(at, "method", config.samplers[level].method, samplerMethods);
    checkSchedule(at, "temperature", config.samplers[level].temperature, 1e-3);
    checkSchedule(`${place}.entropy`, level, config.entropy[level]);
  }
  const alone = "softmax, gumbel, hard_gumbel or path (sources and widths exclude one another)";
  for (const level of ["depth", "width"] as const) {
    const { method } = config.samplers[level];
    check(`${place}.samplers.${level}`, "method", !isIndependent(method), alone, method);
  }
  must.beOneOf(`${place}.cost`, "method", config.cost.method, ["none", "hinge", "linear", "log"]);
  must.beOneOf(`${place}.cost`, "measure", config.cost.measure, ["bops", "flops", "ops"]);
  check(`${place}.cost`, "budget", config.cost.budget > 0, "above 0", config.cost.budget);
  must.beNumber(`${place}.cost`, "coefficient", config.cost.coefficient, 0);
  check(`${place}.cost`, "exponent", config.cost.exponent > 0, "above 0", config.cost.exponent);
  for (const name of ["weightOptimizer", "alphaOptimizer"] as const) {
    const at = `${place}.${name}`;
    const o = config[name];
    must.beOneOf(at, "method", o.method, ["sgd", "adam"]);
    checkSchedule(at, "learningRate", o.learningRate, 0);
    for (const key of ["momentum", "beta1", "beta2"] as const) {
      check(at, key, o[key] >= 0 && o[key] < 1, "in [0, 1)", o[key]);
    }
    must.beNumber(at, "weightDecay", o.weightDecay, 0);
    must.beNumber(at, "clipNorm", o.clipNorm, 0);
    must.beBoolean(at, "decayLatent", o.decayLatent);
    check(at, "epsilon", o.epsilon > 0, "above 0", o.epsilon);
  }
}
