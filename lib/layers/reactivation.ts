import { tf } from "../backend";

/** Learnt numbers of {@link rprelu}, `[channels]` each. */
export interface RpreluParameters {
  readonly inputShift: tf.Tensor1D;
  readonly slope: tf.Tensor1D;
  readonly outputShift: tf.Tensor1D;
}

/**
 * ReActNet's RSign before the sign: `x + shift`, one learnt shift a channel. Shapes: `x` `[…, channels]`, `shift`
 * `[channels]`.
 *
 * Reference: Liu et al. 2020, ReActNet, arXiv:2003.03488.
 */
export function rsign(x: tf.Tensor4D, shift: tf.Tensor1D): tf.Tensor4D {
  return tf.add(x, shift);
}

/**
 * ReActNet's RPReLU: with `v = x + inputShift`, `y = (v > 0 ? v : slope · v) + outputShift`, per channel.
 * Shapes: `x`, `y` `[batch, height, width, channels]`.
 *
 * Reference: Liu et al. 2020, ReActNet, arXiv:2003.03488.
 */
export function rprelu(x: tf.Tensor4D, parameters: RpreluParameters): tf.Tensor4D {
  const { inputShift, slope, outputShift } = parameters;
  return tf.tidy(() => {
    const shifted = tf.add(x, inputShift);
    const bent = tf.sub(tf.relu(shifted), tf.mul(tf.relu(tf.neg(shifted)), slope));
    return tf.add(bent, outputShift) as tf.Tensor4D;
  });
}
