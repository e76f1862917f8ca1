import { add, addRelu, relu, tf } from "../backend";
import type { BinarizationConfig } from "../config/binarizationConfig";
import { ShapeError } from "../util/errors";
import { type BatchNormState, batchNorm } from "./batchNorm";
import { binarizeActivation } from "./binarizeActivation";
import { binarizeWeight } from "./binarizeWeight";
import { binaryConv2d } from "./binaryConv2d";
import { type RpreluParameters, rprelu, rsign } from "./reactivation";

/** Learnt tensors of a {@link binaryBlock}. Absent ones are left out of the computation. */
export interface BinaryBlockParameters {
  /** `[k, k, inChannels, outChannels]` */
  readonly latent: tf.Tensor4D;
  /** Affine part of the batch norm: `[inChannels]` in order "bn_conv_relu", `[outChannels]` in "conv_bn_relu". */
  readonly scale?: tf.Tensor1D | null;
  readonly offset?: tf.Tensor1D | null;
  /** RSign's shift, `[inChannels]`; needed where the settings ask for rsign. */
  readonly shift?: tf.Tensor1D | null;
  /** `[outChannels]` each; needed for the nonlinearity "rprelu". */
  readonly rprelu?: RpreluParameters | null;
}

/** Settings of a {@link binaryBlock}. */
export interface BinaryBlockConfig {
  readonly name: string;
  readonly stride: 1 | 2;
  readonly dilation?: number;
  readonly binarization: BinarizationConfig;
  /** Steepness of the "ede" and "irnet" gradients at this time of the training. */
  readonly edeT: number;
  /** Whether the identity is added to the convolution's output (before the nonlinearity). */
  readonly shortcut: boolean;
  readonly training: boolean;
}

/**
 * One binary block, in either order:
 * - "bn_conv_relu" (XNOR-Net): `y = act(conv(sign(bn(x)), sign(w)·a) + shortcut)`
 * - "conv_bn_relu" (Bi-Real Net): `y = act(bn(conv(sign(x), sign(w)·a)) + shortcut)`
 *
 * The shortcut is the identity of `x`, or of `bn(x)` where `binarization.shortcutFrom` is "normalized" and the
 * batch norm comes first. `act` is ReLU, RPReLU or nothing. Returns the value and the batch norm's new state, as
 * {@link batchNorm} does.
 *
 * Shapes (NHWC): `x` `[batch, height, width, inChannels]`, result
 * `[batch, ceil(height / stride), ceil(width / stride), outChannels]`.
 *
 * @throws ShapeError if a shortcut is asked of a block that changes the shape, or a parameter that the settings
 * need is absent.
 *
 * References: Rastegari et al. 2016, arXiv:1603.05279; Liu et al. 2018, arXiv:1808.00278.
 */
export function binaryBlock(
  x: tf.Tensor4D,
  parameters: BinaryBlockParameters,
  state: BatchNormState,
  config: BinaryBlockConfig,
): { y: tf.Tensor4D; state: BatchNormState } {
  checkBlock(parameters, config);
  const { binarization, training } = config;
  const norm = (v: tf.Tensor4D) =>
    batchNorm(v, state, {
      scale: parameters.scale ?? null,
      offset: parameters.offset ?? null,
      epsilon: binarization.batchNormEpsilon,
      momentum: binarization.batchNormMomentum,
      training,
    });
  const [y, mean, variance] = tf.tidy(() => {
    const before = binarization.blockOrder === "bn_conv_relu" ? norm(x) : { y: x, state };
    const signed = bitsOf(before.y, parameters.shift ?? null, binarization, config.edeT);
    const kernel = binarizeWeight(parameters.latent, {
      method: binarization.weight,
      clip: binarization.weightClip,
      t: config.edeT,
    });
    const conv = binaryConv2d(signed, kernel, { ...config, border: binarization.border });
    const after = binarization.blockOrder === "conv_bn_relu" ? norm(conv) : { y: conv, state: before.state };
    const shortcut = config.shortcut ? (binarization.shortcutFrom === "input" ? x : before.y) : null;
    const value = finishBlock(after.y, shortcut, binarization, parameters.rprelu ?? null);
    return [value, after.state.mean, after.state.variance] as [tf.Tensor4D, tf.Tensor1D, tf.Tensor1D];
  });
  return { y, state: training ? { mean, variance } : state };
}

/** The binarized form of a batch-normed (or raw) tensor: RSign's shift where there is one, then the sign. */
export function bitsOf(
  x: tf.Tensor4D,
  shift: tf.Tensor1D | null,
  binarization: BinarizationConfig,
  edeT: number,
): tf.Tensor4D {
  return tf.tidy(() =>
    binarizeActivation(shift ? rsign(x, shift) : x, {
      method: binarization.activation,
      clip: binarization.activationClip,
      beta: binarization.swishBeta,
      t: edeT,
    }),
  );
}

/** The end of every binary block: adds the shortcut, applies the nonlinearity. */
export function finishBlock(
  conv: tf.Tensor4D,
  shortcut: tf.Tensor4D | null,
  binarization: Pick<BinarizationConfig, "nonlinearity">,
  parameters: RpreluParameters | null,
): tf.Tensor4D {
  const { nonlinearity } = binarization;
  return tf.tidy(() => {
    if (nonlinearity === "relu") return shortcut ? addRelu(conv, shortcut) : relu(conv);
    const sum = shortcut ? add(conv, shortcut) : conv;
    switch (nonlinearity) {
      case "rprelu":
        if (!parameters) throw new ShapeError("finishBlock: rprelu expected its three parameters, got none.");
        return rprelu(sum, parameters);
      case "none":
        return shortcut ? sum : tf.clone(sum);
      default:
        return nonlinearity satisfies never;
    }
  });
}

function checkBlock(parameters: BinaryBlockParameters, config: BinaryBlockConfig): void {
  const { binarization, name } = config;
  const [, , inChannels, outChannels] = parameters.latent.shape;
  if (config.shortcut && (config.stride !== 1 || inChannels !== outChannels)) {
    throw new ShapeError(
      `${name}: binaryBlock expected stride 1 and as many output as input channels beside an identity shortcut, ` +
        `got stride ${config.stride} and ${inChannels} to ${outChannels} channels.`,
    );
  }
  if (binarization.rsign && !parameters.shift) {
    throw new ShapeError(
      `${name}: binaryBlock expected the parameter shift (the settings ask for rsign), got none.`,
    );
  }
  if (binarization.nonlinearity === "rprelu" && !parameters.rprelu) {
    throw new ShapeError(
      `${name}: binaryBlock expected the parameters of rprelu (the settings ask for it), got none.`,
    );
  }
}
