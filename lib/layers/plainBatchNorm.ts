import { batchNormTrain, tf } from "../backend";

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
