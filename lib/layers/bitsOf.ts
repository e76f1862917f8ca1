import { tf } from "../backend";
import type { BinarizationConfig } from "../config/binarizationConfig";
import { binarizeActivation } from "./binarizeActivation";
import { rsign } from "./reactivation";

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
