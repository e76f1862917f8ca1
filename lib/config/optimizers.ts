import { type Variant, VariantTable } from "../util/variantTable";

/** What settings and checkpoints must know of an optimizer. Plain data. */
export interface OptimizerFacts extends Variant {
  /** One step of a parameter, in plain text. */
  readonly formula: string;
  /** Paper it comes from. */
  readonly source: string;
  /** What it remembers of each parameter, tensors of the parameter's shape that start at 0; checkpoints hold them so. */
  readonly memory: readonly string[];
  /**
   * Whether it is for weights that are −1 and +1: everything else then moves by Adam, its weights are neither clipped nor
   * decayed, and searches, whose weights are real, do not take it.
   */
  readonly binary: boolean;
}

/**
 * The optimizers of the library, with the gradient `g`, the learning rate `η` and L2 weight decay inside `g`. How each
 * is computed: `lib/optim/updateRules`, which does not compile without one for every name here.
 */
export const builtInOptimizers = {
  sgd: {
    name: "sgd",
    formula: "v ← momentum · v + g; w ← w − η v",
    source: "Sutskever et al. 2013, as PyTorch computes it",
    memory: ["velocity"],
    binary: false,
  },
  adam: {
    name: "adam",
    formula:
      "m ← β1 m + (1 − β1) g; s ← β2 s + (1 − β2) g²; w ← w − η m̂ / (√ŝ + ε), m̂ and ŝ corrected for their start at 0",
    source: "Kingma & Ba 2015, arXiv:1412.6980",
    memory: ["mean", "square"],
    binary: false,
  },
  bop: {
    name: "bop",
    formula: "m ← (1 − γ) m + γ g; w ← −w where |m| > threshold and sign(m) = sign(w)",
    source: "Helwegen et al. 2019, arXiv:1906.02107",
    memory: ["flip"],
    binary: true,
  },
} as const satisfies Readonly<Record<string, OptimizerFacts>>;

export type BuiltInOptimizer = keyof typeof builtInOptimizers;

/**
 * All optimizers by name: the library's, and those of `defineOptimizer`.
 *
 * @example
 * ```ts
 * console.log(bars.config.optimizers.builtInNames.join(" ")); // sgd adam bop
 * ```
 */
export const optimizers = new VariantTable<OptimizerFacts, BuiltInOptimizer>(
  "optimizer",
  "defineOptimizer",
  builtInOptimizers,
);
