import { costMeasures } from "./costMeasures";
import { costPenalties } from "./costPenalties";
import { type BuiltInOptimizer, optimizers } from "./optimizers";
import { isIndependent, type SamplerFacts, samplers } from "./samplers";
import type { Schedule } from "./schedule";
import { type Fields, flag, integer, number, oneOf, schedule, section, variantOf } from "./section";

function samplerOf(what: string, only: Pick<Parameters<typeof variantOf<SamplerFacts>>[1], "suits"> = {}) {
  const exclusive = only.suits
    ? " Sources and widths exclude one another, so none that decides about each alone."
    : "";
  return section(
    { meaning: `How the alphas of ${what} become mixture weights.` },
    {
      method: variantOf(samplers, { default: "softmax", meaning: `Which sampler.${exclusive}`, ...only }),
      temperature: schedule({
        default: 1,
        min: 1e-3,
        meaning: "Alphas are divided by it; small values sharpen.",
      }),
    },
  );
}

// Formulas: `lib/config/samplers.ts`.
const exclusive = { suits: ({ name }: SamplerFacts) => !isIndependent(name) };
export const samplersSection = section(
  { meaning: "How alphas become mixture weights." },
  {
    cell: samplerOf("operations on edges"),
    depth: samplerOf("depths", exclusive),
    width: samplerOf("widths", exclusive),
  },
);

// Formulas: `lib/config/costPenalties.ts`.
export const costSection = section(
  { meaning: "The penalty that pulls the expected cost to a budget." },
  {
    method: variantOf(costPenalties, {
      default: "hinge",
      meaning:
        'With r the expected cost as a share of the budget, c the coefficient and k the exponent, "hinge": c · max(0, r − 1)^k, nothing below the budget; "linear": c · r; "log": c · |ln r|^k, from both sides; "multiplier": no term of the loss, but after every alpha step p ∝ p · exp(−λ · cost) with λ solved so that r = 1.',
    }),
    measure: oneOf(costMeasures, { default: "ops", meaning: "What the budget counts." }),
    budget: number({
      default: 5e6,
      above: 0,
      unit: "operations per image",
      meaning: "The budget, in multiply-accumulates of the chosen measure.",
    }),
    coefficient: number({ default: 1, min: 0, meaning: "c, the weight of the penalty in the alpha loss." }),
    exponent: number({ default: 1, above: 0, meaning: "k, of the hinge and of the logarithm." }),
  },
);

const entropyOf = (what: string) =>
  schedule({ default: 0, meaning: `Coefficient of the entropy of ${what}.` });
export const entropySection = section(
  {
    meaning:
      "Coefficient of each level's entropy in the alpha loss: positive sharpens, negative keeps choices open.",
  },
  {
    cell: entropyOf("operations on edges"),
    depth: entropyOf("depths"),
    width: entropyOf("widths"),
  },
);

/** The optimizer of a search's weights, or of its alphas. @param more Settings that only one of them has. */
export function optimizerSection<const F extends Fields = Record<never, never>>(
  meaning: string,
  start: {
    readonly method: BuiltInOptimizer;
    readonly learningRate: Schedule;
    readonly momentum: number;
    readonly weightDecay: number;
    readonly clipNorm: number;
  },
  more: F = {} as F,
) {
  return section(
    { meaning },
    {
      method: variantOf(optimizers, {
        default: start.method,
        meaning: "The update rule.",
        suits: ({ binary }) => !binary,
      }),
      learningRate: schedule({
        default: start.learningRate,
        min: 0,
        meaning: "Learning rate over the epochs of the search.",
      }),
      momentum: number({ default: start.momentum, min: 0, below: 1, meaning: "Of SGD." }),
      beta1: number({ default: 0.5, min: 0, below: 1, meaning: "Of Adam: decay of the mean gradient." }),
      beta2: number({ default: 0.999, min: 0, below: 1, meaning: "Of Adam: decay of the mean square." }),
      epsilon: number({ default: 1e-8, above: 0, meaning: "Of Adam: added to the root of that square." }),
      weightDecay: number({
        default: start.weightDecay,
        min: 0,
        meaning:
          "L2 added to the gradient. Not applied to batch norm or, unless decayLatent, to latent binary weights.",
      }),
      decayLatent: flag({
        default: false,
        meaning: "Whether weight decay also shrinks latent binary weights.",
      }),
      ...more,
      clipNorm: number({
        default: start.clipNorm,
        min: 0,
        meaning: "Largest global L2 norm of the gradient; 0 turns clipping off.",
      }),
    },
  );
}

export const diagnosticsSection = section(
  { meaning: "What each epoch measures besides its losses." },
  {
    recalibrationBatches: integer({
      default: 8,
      min: 0,
      unit: "batches",
      meaning:
        "Augmented batches of the weight split, from which the statistics of all batch norms are taken anew before the supernet and the derived architecture are measured, each for itself; 0 measures with the statistics of every evaluated batch.",
    }),
    eigenvalueEvery: integer({
      default: 0,
      min: 0,
      unit: "epochs",
      meaning: "Epochs between two measurements of the dominant eigenvalue of ∇²_α L_val; 0 never.",
    }),
    eigenvalueImages: integer({
      default: 256,
      min: 1,
      unit: "images",
      meaning: "Images of the alpha split it is taken on.",
    }),
    eigenvalueIterations: integer({
      default: 10,
      min: 1,
      meaning: "Power iterations at most; each takes two gradients.",
    }),
  },
);
