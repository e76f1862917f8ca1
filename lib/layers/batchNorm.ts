import { batchNormTrain, tf } from "../backend";

/** Running statistics of one batch norm, `[channels]` each. */
export interface BatchNormState {
  readonly mean: tf.Tensor1D;
  readonly variance: tf.Tensor1D;
}

/** Arguments of {@link batchNorm}. Without `scale` and `offset` the norm has no affine part. */
export interface BatchNormConfig {
  readonly scale?: tf.Tensor1D | null;
  readonly offset?: tf.Tensor1D | null;
  readonly epsilon: number;
  /** Share of the new batch in the running statistics, in [0, 1] (PyTorch's convention). */
  readonly momentum: number;
  /** Whether the statistics come from the batch (and the running ones move) or from the state. */
  readonly training: boolean;
}

/**
 * Batch norm over batch, height and width: `y = (x − mean) / sqrt(variance + epsilon) · scale + offset`.
 *
 * In training the statistics are the batch's, the variance biased, and the result carries new running statistics
 * `(1 − momentum) · old + momentum · batch`, whose variance is unbiased (n − 1) as in PyTorch. In inference the
 * statistics are the state's, and the state given is returned.
 *
 * Shapes (NHWC): `x` and `y` `[batch, height, width, channels]`; all else `[channels]`. The caller owns `y` and,
 * in training, the tensors of the new state; it disposes the old ones. Running statistics carry no gradient.
 *
 * Reference: Ioffe & Szegedy 2015, arXiv:1502.03167.
 */
export function batchNorm(
  x: tf.Tensor4D,
  state: BatchNormState,
  config: BatchNormConfig,
): { y: tf.Tensor4D; state: BatchNormState } {
  const { scale = null, offset = null, epsilon, momentum, training } = config;
  if (!training) {
    const y = tf.batchNorm(x, state.mean, state.variance, offset ?? undefined, scale ?? undefined, epsilon);
    return { y, state };
  }
  const [y, mean, variance] = tf.tidy(() => {
    const batch = batchNormTrain(x, scale, offset, epsilon);
    const pixels = x.size / x.shape[3];
    const unbiased = tf.mul(batch.variance, pixels / Math.max(pixels - 1, 1));
    return [
      batch.y,
      blend(state.mean, batch.mean, momentum),
      blend(state.variance, unbiased, momentum),
    ] as const;
  }) as unknown as [tf.Tensor4D, tf.Tensor1D, tf.Tensor1D];
  return { y, state: { mean, variance } };
}

function blend(old: tf.Tensor, fresh: tf.Tensor, share: number): tf.Tensor1D {
  return tf.add(tf.mul(old, 1 - share), tf.mul(fresh, share));
}

/** Batch norm with the batch's statistics and no affine part, for the supernet. Shapes as {@link batchNorm}. */
export function plainBatchNorm(x: tf.Tensor4D, epsilon: number): tf.Tensor4D {
  return tf.tidy(() => batchNormTrain(x, null, null, epsilon).y);
}

/** The state a batch norm starts from: mean 0, variance 1. */
export function initialBatchNormState(channels: number): BatchNormState {
  return { mean: tf.zeros([channels]), variance: tf.ones([channels]) };
}
