import { tf } from "../backend";

/** Numbers of one step of Bop. */
export interface BopSettings {
  /** Share of the new gradient in the running mean. */
  readonly gamma: number;
  /** A weight flips where the mean has its sign and exceeds this size. */
  readonly threshold: number;
}

/**
 * One step of the binary optimizer, whose weights are −1 and +1 and nothing else: a weight flips when its gradient has
 * pointed against it for long.
 *
 * `m' = (1 − γ) m + γ g`, then `w' = −w` where `|m'| > threshold` and `sign(m') = sign(w)`, else `w' = sign(w)`. Any
 * real start becomes its signs with the first step (`sign(0) = +1`); `m` starts at 0.
 *
 * All tensors have one shape. Returns `[w', m']`, which the caller owns; the inputs stay as they are.
 *
 * Reference: Helwegen et al. 2019, arXiv:1906.02107, algorithm 1.
 */
export function bopUpdate(
  weights: tf.Tensor,
  gradient: tf.Tensor,
  mean: tf.Tensor,
  { gamma, threshold }: BopSettings,
): [tf.Tensor, tf.Tensor] {
  return tf.tidy(() => {
    const moved = tf.add(tf.mul(mean, 1 - gamma), tf.mul(gradient, gamma));
    const signs = tf.sub(tf.mul(tf.cast(tf.greaterEqual(weights, 0), "float32"), 2), 1);
    const flips = tf.cast(tf.greater(tf.mul(moved, signs), threshold), "float32");
    return [tf.mul(signs, tf.sub(1, tf.mul(flips, 2))), moved];
  }) as [tf.Tensor, tf.Tensor];
}
