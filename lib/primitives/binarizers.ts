import { type Variant, VariantTable } from "../util/variantTable";

/** How activations are binarized, as far as no tensor is needed. What it computes stands in `layers/binarizeActivation`. */
export interface ActivationBinarizerSpec extends Variant {
  /** Replaces the sign by a smooth function, so that nothing is binary: for comparing engines. */
  readonly smooth: boolean;
  /** Where its gradient ends, in absolute values of the activation, for a window of `clip`; Infinity where it does not. */
  readonly reach: (clip: number) => number;
}

/** How weights are binarized, as far as no tensor is needed. What it computes stands in `layers/binarizeWeight`. */
export interface WeightBinarizerSpec extends Variant {
  /** Numbers that scale the binary weights of a convolution of so many filters: stored, and multiplied after it. */
  readonly scales: (filters: number) => number;
  /** Whether latent weights that are −1 and +1 already come out as they are, but for their scale: what Bop needs. */
  readonly keepsSigns: boolean;
}

const everywhere = () => Number.POSITIVE_INFINITY;

const builtInActivations = {
  ste: { name: "ste", smooth: false, reach: (clip) => clip },
  approx_sign: { name: "approx_sign", smooth: false, reach: () => 1 },
  swish_sign: { name: "swish_sign", smooth: false, reach: everywhere },
  ede: { name: "ede", smooth: false, reach: everywhere },
  identity: { name: "identity", smooth: true, reach: everywhere },
  tanh: { name: "tanh", smooth: true, reach: everywhere },
  scaled_tanh: { name: "scaled_tanh", smooth: true, reach: everywhere },
} as const satisfies Readonly<Record<string, ActivationBinarizerSpec>>;

const none = () => 0;
const perFilter = (filters: number) => filters;

const builtInWeights = {
  sign: { name: "sign", scales: none, keepsSigns: true },
  scale_tensor: { name: "scale_tensor", scales: () => 1, keepsSigns: false },
  scale_filter: { name: "scale_filter", scales: perFilter, keepsSigns: true },
  xnor: { name: "xnor", scales: perFilter, keepsSigns: false },
  bireal: { name: "bireal", scales: perFilter, keepsSigns: true },
  irnet: { name: "irnet", scales: perFilter, keepsSigns: false },
  identity: { name: "identity", scales: none, keepsSigns: false },
} as const satisfies Readonly<Record<string, WeightBinarizerSpec>>;

export type BuiltInActivationBinarizer = keyof typeof builtInActivations;
export type BuiltInWeightBinarizer = keyof typeof builtInWeights;
/** A name: one of the library's, or of one that `defineBinarizer` defined. */
export type ActivationBinarizer = BuiltInActivationBinarizer | (string & {});
export type WeightBinarizer = BuiltInWeightBinarizer | (string & {});

export const activationBinarizers = new VariantTable<ActivationBinarizerSpec, BuiltInActivationBinarizer>(
  "activation binarizer",
  "defineBinarizer.activation",
  builtInActivations,
);

export const weightBinarizers = new VariantTable<WeightBinarizerSpec, BuiltInWeightBinarizer>(
  "weight binarizer",
  "defineBinarizer.weight",
  builtInWeights,
);
