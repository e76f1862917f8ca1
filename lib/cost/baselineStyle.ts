import type { BaselineBlock } from "../config/baselineConfig";
import type { BinarizationConfig } from "../config/binarizationConfig";

/** How the blocks of a hand-made network are made. */
export interface BaselineStyle {
  /** Where batch norm stands: before the sign (XNOR-Net) or after the convolution (Bi-Real Net). */
  readonly blockOrder: BinarizationConfig["blockOrder"];
  /** Convolutions one shortcut spans, in residual networks: 2 as in ResNet, or 1 as in Bi-Real Net. */
  readonly span: 1 | 2;
  /** After every convolution, or after the sum with the shortcut. */
  readonly nonlinearity: "relu" | "hardtanh" | "rprelu" | "none";
  /** After the stem's batch norm. ReLU would leave a sign that follows without batch norm nothing to tell apart. */
  readonly stem: "relu" | "hardtanh" | "none";
  /** ReActNet's learnt shift before the sign. */
  readonly rsign: boolean;
  /** Whether a real 1x1 convolution of a shortcut reads an averaged image instead of every second pixel. */
  readonly pooledProjection: boolean;
  /** Null where nothing is binarized. */
  readonly binarizer: Pick<BinarizationConfig, "activation" | "weight"> | null;
}

/**
 * Blocks by the papers that proposed them:
 * - "xnor": batch norm, sign, convolution with per-filter scale, ReLU (Rastegari et al. 2016, arXiv:1603.05279)
 * - "bireal": sign with the quadratic gradient, convolution, batch norm, an identity around each convolution and
 *   nothing after it (Liu et al. 2018, arXiv:1808.00278)
 * - "irnet": balanced weights and EDE gradients in the same structure, hardtanh after the sum (Qin et al. 2020,
 *   arXiv:1909.10788, and its authors' CIFAR code)
 * - "reactnet": RSign before and RPReLU after (Liu et al. 2020, arXiv:2003.03488)
 * - "real": convolution, batch norm, ReLU (He et al. 2015, arXiv:1512.03385)
 */
export const baselineStyles = {
  xnor: {
    blockOrder: "bn_conv_relu",
    span: 2,
    nonlinearity: "relu",
    stem: "relu",
    rsign: false,
    pooledProjection: false,
    binarizer: { activation: "ste", weight: "xnor" },
  },
  bireal: {
    blockOrder: "conv_bn_relu",
    span: 1,
    nonlinearity: "none",
    stem: "none",
    rsign: false,
    pooledProjection: true,
    binarizer: { activation: "approx_sign", weight: "bireal" },
  },
  irnet: {
    blockOrder: "conv_bn_relu",
    span: 1,
    nonlinearity: "hardtanh",
    stem: "hardtanh",
    rsign: false,
    pooledProjection: false,
    binarizer: { activation: "ede", weight: "irnet" },
  },
  reactnet: {
    blockOrder: "conv_bn_relu",
    span: 1,
    nonlinearity: "rprelu",
    stem: "none",
    rsign: true,
    pooledProjection: true,
    binarizer: { activation: "approx_sign", weight: "bireal" },
  },
  real: {
    blockOrder: "conv_bn_relu",
    span: 2,
    nonlinearity: "relu",
    stem: "relu",
    rsign: false,
    pooledProjection: false,
    binarizer: null,
  },
} as const satisfies Record<BaselineBlock, BaselineStyle>;

/**
 * A network's binarization settings with what its blocks bring: they decide the sign's gradient, the weights' scale
 * and the order; the batch norm's numbers and `edeT` stay as given. The border is +1, as everywhere in the library.
 *
 * Note (paper): the published networks pad with 0, which is neither of the two values a bit has.
 */
export function baselineBinarization(block: BaselineBlock, given: BinarizationConfig): BinarizationConfig {
  const { blockOrder, rsign, binarizer } = baselineStyles[block] as BaselineStyle;
  const { activation, weight } = binarizer ?? { activation: "identity", weight: "identity" };
  return {
    ...given,
    activation,
    weight,
    blockOrder,
    rsign,
    activationClip: 1,
    weightClip: 1,
    border: 1,
  };
}
