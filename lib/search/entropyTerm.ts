import { tf } from "../backend";

/**
 * Mean entropy, in nats, of the rows of a level's probabilities; differentiable.
 *
 * - exclusive choices (rows sum to 1): `H = −Σ_k p_k ln p_k`
 * - independent choices (sigmoid): `H = Σ_k [−p_k ln p_k − (1 − p_k) ln(1 − p_k)] / K`, per operation
 *
 * Shapes: `probabilities` `[rows, choices]` or `[choices]`. Clamped at 1e-12, so that a one-hot row gives 0.
 */
export function meanEntropy(probabilities: tf.Tensor, independent: boolean): tf.Scalar {
  return tf.tidy(() => {
    const own = tf.neg(tf.mul(probabilities, tf.log(tf.maximum(probabilities, 1e-12))));
    if (!independent) return tf.mean(tf.sum(own, -1)) as tf.Scalar;
    const rest = tf.sub(1, probabilities);
    const other = tf.neg(tf.mul(rest, tf.log(tf.maximum(rest, 1e-12))));
    return tf.mean(tf.add(own, other)) as tf.Scalar;
  });
}
