import { relu, tf } from "../backend";
import { type BatchNormConfig, type BatchNormState, batchNorm } from "./batchNorm";
import { realConv2d } from "./realLayers";

/**
 * The real-valued 1×1 between cells: `y = bn(conv1x1(relu(x)))`. Returns the value and the batch norm's new
 * state, as {@link batchNorm} does.
 *
 * Shapes (NHWC): `x` `[batch, height, width, inChannels]`, `kernel` `[1, 1, inChannels, outChannels]`, result
 * `[batch, ceil(height / stride), ceil(width / stride), outChannels]`.
 *
 * @throws ShapeError if channel counts differ.
 */
export function norConv1x1(
  x: tf.Tensor4D,
  kernel: tf.Tensor4D,
  state: BatchNormState,
  config: BatchNormConfig & { readonly name: string; readonly stride: 1 | 2 },
): { y: tf.Tensor4D; state: BatchNormState } {
  const [y, mean, variance] = tf.tidy(() => {
    const normed = batchNorm(realConv2d(relu(x), kernel, config), state, config);
    return [normed.y, normed.state.mean, normed.state.variance] as [tf.Tensor4D, tf.Tensor1D, tf.Tensor1D];
  });
  return { y, state: config.training ? { mean, variance } : state };
}
