import { batchNormTrain, tf } from "../backend";
import type { BinarizationConfig } from "../config/binarizationConfig";
import { binarizeActivation } from "./binarizeActivation";
import type { NodeState, ParameterSpec } from "./operation";
import { rsign } from "./reactivation";

/** What may be added to one call of {@link normalizeAndBinarize}. */
export interface NodeOptions {
  /** RSign's learnt shift, `[channels]`; see {@link nodeParameters}. */
  readonly shift?: tf.Tensor1D | null;
  /** Batch norm to use instead of the supernet's (batch statistics, no affine part). */
  readonly normalize?: (raw: tf.Tensor4D) => tf.Tensor4D;
  /** See {@link NodeState.masksBits}. */
  readonly masksBits?: boolean;
}

/** The parameters a node owns: RSign's shift "rsign.shift" where the settings ask for it. */
export function nodeParameters(channels: number, binarization: BinarizationConfig): readonly ParameterSpec[] {
  if (!binarization.rsign) return [];
  return [{ name: "rsign.shift", shape: [channels], role: "offset", init: { kind: "constant", value: 0 } }];
}

/**
 * Normalises and binarizes a node once, for all edges that leave it. In the block order "conv_bn_relu" nothing is
 * normalised and `normalized` is `raw`.
 *
 * The caller keeps owning `raw` and `mask`; `bits`, and `normalized` where it is another tensor, are new.
 */
export function normalizeAndBinarize(
  raw: tf.Tensor4D,
  mask: tf.Tensor1D | null,
  binarization: BinarizationConfig,
  edeT: number,
  options: NodeOptions = {},
): NodeState {
  const normalize =
    options.normalize ?? ((x: tf.Tensor4D) => plainBatchNorm(x, binarization.batchNormEpsilon));
  const [normalized, bits] = tf.tidy(() => {
    const normal = binarization.blockOrder === "bn_conv_relu" ? normalize(raw) : raw;
    return [normal, bitsOf(normal, options.shift ?? null, binarization, edeT)] as [tf.Tensor4D, tf.Tensor4D];
  });
  return { raw, normalized, bits, mask, ...(options.masksBits && mask ? { masksBits: true } : {}) };
}

/**
 * Batch norm over batch, height and width with the batch's statistics and no affine part, for the supernet:
 * `y = (x − mean) / sqrt(variance + epsilon)`, the variance biased.
 *
 * Shapes (NHWC): `x` and the result `[batch, height, width, channels]`.
 *
 * Reference: Ioffe & Szegedy 2015, arXiv:1502.03167.
 */
export function plainBatchNorm(x: tf.Tensor4D, epsilon: number): tf.Tensor4D {
  return tf.tidy(() => batchNormTrain(x, null, null, epsilon).y);
}

/**
 * The binarized form of a batch-normed (or raw) tensor: RSign's shift where there is one, then the sign.
 *
 * Shapes (NHWC): `x` and the result `[batch, height, width, channels]`, `shift` `[channels]`.
 */
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
