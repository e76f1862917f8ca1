import { activationBinarizers, weightBinarizers } from "../primitives/binarizers";
import { blockOrders, nonlinearities } from "../primitives/blockStyle";
import type { Overrides } from "./check";
import {
  complete,
  defaultsOf,
  flag,
  number,
  oneOf,
  type SettingsOf,
  schedule,
  section,
  variantOf,
} from "./section";

// Formulas: `lib/layers`.
export const binarizationSection = section(
  { meaning: "How every binary layer of a network binarizes." },
  {
    activation: variantOf(activationBinarizers, {
      default: "ste",
      meaning:
        'Gradient of the activation sign. "identity", "tanh" and "scaled_tanh" replace the sign itself: smooth mode, for comparing engines.',
    }),
    activationClip: number({
      default: 1,
      above: 0,
      meaning: 'Half-width of the window in which "ste" passes gradients.',
    }),
    swishBeta: number({
      default: 5,
      above: 0,
      meaning: 'Slope of "swish_sign" (BNN+; 5 in larq) and of "scaled_tanh".',
    }),
    edeT: schedule({
      default: { kind: "log_linear", from: 0.01, to: 10 },
      min: 0,
      meaning: 'EDE steepness t over the epochs, for "ede" and "irnet".',
      source: "IR-Net, arXiv:1909.10788 (10^-2 … 10, log-linear)",
    }),
    weight: variantOf(weightBinarizers, {
      default: "bireal",
      meaning: 'Scale and gradient of the weight sign. "identity" leaves the weights real: smooth mode.',
    }),
    weightClip: number({
      default: 1,
      above: 0,
      meaning: "Half-width of the window in which the weight sign passes gradients.",
    }),
    blockOrder: oneOf(blockOrders, {
      default: "bn_conv_relu",
      meaning: "Order inside a block: XNOR-Net's or Bi-Real's.",
    }),
    border: oneOf([0, 1], {
      default: 1,
      meaning:
        "Value outside the image. 1 keeps every product a 1-bit operation; 0 is what float frameworks do.",
    }),
    shortcutFrom: oneOf(["input", "normalized"], {
      default: "input",
      meaning:
        "What the identity around a stride-1 binary convolution carries: the block's raw input or its batch-norm output.",
    }),
    nonlinearity: oneOf(nonlinearities, {
      default: "relu",
      meaning: 'After the convolution. "rprelu" is ReActNet\'s shifted PReLU.',
    }),
    rsign: flag({ default: false, meaning: "ReActNet's learnt shift before the activation sign." }),
    batchNormEpsilon: number({
      default: 1e-5,
      above: 0,
      meaning: "Added to the variance in every batch norm.",
    }),
    batchNormMomentum: number({
      default: 0.1,
      min: 0,
      max: 1,
      meaning: "Share of the new batch in the running statistics (PyTorch's convention).",
    }),
  },
);

/** How every binary layer of a network binarizes. Plain data. Formulas: `lib/layers`. */
export interface BinarizationConfig extends SettingsOf<typeof binarizationSection.fields> {}

export const defaultBinarizationConfig: BinarizationConfig = defaultsOf(binarizationSection);

/**
 * Completes and checks the binarization settings.
 *
 * @example
 * ```ts
 * console.log(bars.config.binarizationConfig({ activation: "approx_sign" }).activation); // approx_sign
 * ```
 */
export function binarizationConfig(
  overrides: Overrides<BinarizationConfig> = {},
  place = "binarizationConfig",
): BinarizationConfig {
  return complete(place, binarizationSection, overrides);
}
