import { type Variant, VariantTable } from "../util/variantTable";

/** What a search chooses: operations of edges, depths of stages, widths of stages. Each has a sampler of its own. */
export const levels = ["cell", "depth", "width"] as const;
export type Level = (typeof levels)[number];

/**
 * How the alphas of a row become probabilities.
 * - "softmax": `p_o = exp(α_o / T) / Σ_o' exp(α_o' / T)`, candidates exclude one another
 * - "sigmoid": `p_o = 1 / (1 + exp(−α_o / T))`, candidates are independent
 */
export const probabilityMethods = ["softmax", "sigmoid"] as const;
export type ProbabilityMethod = (typeof probabilityMethods)[number];

/** What settings, figures and derivations must know of a sampler. Plain data. */
export interface SamplerFacts extends Variant {
  /** The mixture weights of a row, from its logits `a` at the temperature `T`, in plain text. */
  readonly formula: string;
  /** Paper or code it comes from. */
  readonly source: string;
  /**
   * The probabilities the alphas stand for: "softmax" where a row is one choice, "sigmoid" where every candidate is
   * decided about alone. Depths and widths are choices, so only "softmax" suits them.
   */
  readonly probabilities: ProbabilityMethod;
  /** Whether the temperature belongs to these probabilities (of `a / T`), or only relaxes the draw (of `a`). */
  readonly tempered: boolean;
  /** Whether a draw is a single candidate of each row. */
  readonly single: boolean;
}

const concrete = "Jang et al. 2017, arXiv:1611.01144";

/**
 * The samplers of the library, with standard Gumbel noise `G` and standard logistic noise `L`. How each draws:
 * `lib/supernet/sampler`, which does not compile without one for every name here.
 */
export const builtInSamplers = {
  softmax: {
    name: "softmax",
    formula: "softmax(a / T), no noise; T < 1 sharpens (BATS, arXiv:2003.01711)",
    source: "DARTS, arXiv:1806.09055",
    probabilities: "softmax",
    tempered: true,
    single: false,
  },
  gumbel: {
    name: "gumbel",
    formula: "softmax((a + G) / T)",
    source: concrete,
    probabilities: "softmax",
    tempered: false,
    single: false,
  },
  hard_gumbel: {
    name: "hard_gumbel",
    formula:
      "forward the one-hot of the largest entry of softmax((a + G) / T), backward the gradient of these weights",
    source: concrete,
    probabilities: "softmax",
    tempered: false,
    single: true,
  },
  path: {
    name: "path",
    formula:
      "h * (1 + s - stop(s)), with s = softmax((a + G) / T) and h the one-hot of its largest entry: gradients reach the alphas through the chosen candidate only",
    source: "GDAS, arXiv:1910.04465, equation 7",
    probabilities: "softmax",
    tempered: false,
    single: true,
  },
  sigmoid: {
    name: "sigmoid",
    formula: "sigmoid((a + L) / T), independent relaxed Bernoulli choices",
    source: "Maddison et al. 2017, arXiv:1611.00712",
    probabilities: "sigmoid",
    tempered: false,
    single: false,
  },
  plain_sigmoid: {
    name: "plain_sigmoid",
    formula: "sigmoid(a / T), independent weights without noise",
    source: "FairDARTS, arXiv:1911.12126",
    probabilities: "sigmoid",
    tempered: true,
    single: false,
  },
} as const satisfies Readonly<Record<string, SamplerFacts>>;

export type BuiltInSampler = keyof typeof builtInSamplers;

/**
 * All samplers by name: the library's, and those of `defineSampler`.
 *
 * @example
 * ```ts
 * console.log(bars.config.samplers.has("gumbel"), bars.config.samplers.names.length > 4); // true true
 * ```
 */
export const samplers = new VariantTable<SamplerFacts, BuiltInSampler>(
  "sampler",
  "defineSampler",
  builtInSamplers,
);

/** Whether a sampler decides about every candidate alone: a row's probabilities need not sum to 1. */
export function isIndependent(method: string): boolean {
  return samplers.get(method).probabilities === "sigmoid";
}
