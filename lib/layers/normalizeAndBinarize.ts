import { tf } from "../backend";
import type { BinarizationConfig } from "../config/binarizationConfig";
import { bitsOf } from "./bitsOf";
import type { NodeState, ParameterSpec } from "./operation";
import { plainBatchNorm } from "./plainBatchNorm";

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
