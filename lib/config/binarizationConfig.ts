import { check, completeConfig, must, type Overrides } from "./check";
import { checkSchedule, type Schedule } from "./schedule";

/** Gradient of the activation sign. "identity", "tanh" and "scaled_tanh" replace the sign itself: smooth mode, for comparing engines. */
export const activationBinarizers = [
  "ste",
  "approx_sign",
  "swish_sign",
  "ede",
  "identity",
  "tanh",
  "scaled_tanh",
] as const;
export type ActivationBinarizer = (typeof activationBinarizers)[number];

/** Scale and gradient of the weight sign. "identity" leaves the weights real: smooth mode. */
export const weightBinarizers = [
  "sign",
  "scale_tensor",
  "scale_filter",
  "xnor",
  "bireal",
  "irnet",
  "identity",
] as const;
export type WeightBinarizer = (typeof weightBinarizers)[number];

/** How every binary layer of a network binarizes. Plain data. Formulas: `lib/layers`. */
export interface BinarizationConfig {
  readonly activation: ActivationBinarizer;
  /** Half-width of the window in which "ste" passes gradients. */
  readonly activationClip: number;
  /** Slope of "swish_sign" (BNN+; 5 in larq) and of "scaled_tanh". */
  readonly swishBeta: number;
  /** EDE steepness `t` over the epochs (IR-Net: 10^-2 … 10, log-linear), for "ede" and "irnet". */
  readonly edeT: Schedule;
  readonly weight: WeightBinarizer;
  /** Half-width of the window in which the weight sign passes gradients. */
  readonly weightClip: number;
  /** Order inside a block: XNOR-Net's or Bi-Real's. */
  readonly blockOrder: "bn_conv_relu" | "conv_bn_relu";
  /** Value outside the image. +1 keeps every product a 1-bit operation; 0 is what float frameworks do. */
  readonly border: 0 | 1;
  /** What the identity around a stride-1 binary convolution carries: the block's raw input or its batch-norm output. */
  readonly shortcutFrom: "input" | "normalized";
  /** After the convolution. "rprelu" is ReActNet's shifted PReLU. */
  readonly nonlinearity: "relu" | "rprelu" | "none";
  /** ReActNet's learnt shift before the activation sign. */
  readonly rsign: boolean;
  readonly batchNormEpsilon: number;
  /** Share of the new batch in the running statistics (PyTorch's convention). */
  readonly batchNormMomentum: number;
}

export const defaultBinarizationConfig: BinarizationConfig = Object.freeze({
  activation: "ste",
  activationClip: 1,
  swishBeta: 5,
  edeT: Object.freeze({ kind: "log_linear", from: 0.01, to: 10 } as const),
  weight: "bireal",
  weightClip: 1,
  blockOrder: "bn_conv_relu",
  border: 1,
  shortcutFrom: "input",
  nonlinearity: "relu",
  rsign: false,
  batchNormEpsilon: 1e-5,
  batchNormMomentum: 0.1,
});

/** Completes and checks the binarization settings. */
export function binarizationConfig(
  overrides: Overrides<BinarizationConfig> = {},
  place = "binarizationConfig",
): BinarizationConfig {
  const config = completeConfig(place, defaultBinarizationConfig, overrides, ["edeT"]);
  must.beOneOf(place, "activation", config.activation, activationBinarizers);
  must.beOneOf(place, "weight", config.weight, weightBinarizers);
  must.beOneOf(place, "blockOrder", config.blockOrder, ["bn_conv_relu", "conv_bn_relu"]);
  must.beOneOf(place, "border", config.border, [0, 1]);
  must.beOneOf(place, "shortcutFrom", config.shortcutFrom, ["input", "normalized"]);
  must.beOneOf(place, "nonlinearity", config.nonlinearity, ["relu", "rprelu", "none"]);
  must.beBoolean(place, "rsign", config.rsign);
  for (const key of ["activationClip", "weightClip", "swishBeta", "batchNormEpsilon"] as const) {
    must.beNumber(place, key, config[key]);
    check(place, key, config[key] > 0, "above 0", config[key]);
  }
  must.beNumber(place, "batchNormMomentum", config.batchNormMomentum, 0, 1);
  checkSchedule(place, "edeT", config.edeT, 0);
  return config;
}
