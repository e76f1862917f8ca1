import { tf } from "../backend";
import type { CostPenaltyConfig } from "../config/searchConfig";

/**
 * Pulls the expected cost toward the budget. With `r = expected / budget`, `c` the coefficient, `k` the exponent:
 * - `hinge`: `c · max(0, r − 1)^k`: costs nothing below the budget
 * - `linear`: `c · r`: every operation costs the same, no matter the budget's size
 * - `log`: `c · |ln r|^k`: pulls from both sides
 * - `none`: 0
 *
 * @param relativeCost the scalar `r`, differentiable in the alphas.
 */
export function costPenalty(relativeCost: tf.Scalar, config: CostPenaltyConfig): tf.Scalar {
  const { method, coefficient, exponent } = config;
  return tf.tidy(() => {
    switch (method) {
      case "none":
        return tf.scalar(0);
      case "hinge":
        return tf.mul(coefficient, power(tf.relu(tf.sub(relativeCost, 1)), exponent)) as tf.Scalar;
      case "linear":
        return tf.mul(coefficient, relativeCost) as tf.Scalar;
      case "log":
        return tf.mul(
          coefficient,
          power(tf.abs(tf.log(tf.maximum(relativeCost, 1e-12))), exponent),
        ) as tf.Scalar;
      default:
        return method satisfies never;
    }
  });
}

/** `x^k` for `x ≥ 0`, with gradient 0 (not NaN) at `x = 0` for every k. */
function power(x: tf.Tensor, exponent: number): tf.Tensor {
  if (exponent === 1) return x;
  if (exponent === 2) return tf.square(x);
  return tf.mul(x, tf.pow(tf.maximum(x, 1e-12), exponent - 1));
}
