import { tf } from "../backend";
import { ShapeError } from "../util/errors";

/**
 * Real-valued 2-D convolution, border 0, output `[batch, ceil(height / stride), ceil(width / stride), outChannels]`.
 * `x` is NHWC, `kernel` `[k, k, inChannels, outChannels]`, `bias` `[outChannels]` or null.
 *
 * @throws ShapeError if channel counts differ.
 */
export function realConv2d(
  x: tf.Tensor4D,
  kernel: tf.Tensor4D,
  config: { readonly name: string; readonly stride: 1 | 2; readonly bias?: tf.Tensor1D | null },
): tf.Tensor4D {
  if (x.shape[3] !== kernel.shape[2]) {
    throw new ShapeError(
      `${config.name}: realConv2d expected ${kernel.shape[2]} input channels (axis 3 of NHWC), ` +
        `got ${x.shape[3]} from x of shape [${x.shape.join(", ")}].`,
    );
  }
  return tf.tidy(() => {
    const y = tf.conv2d(x, kernel, config.stride, "same");
    return config.bias ? tf.add(y, config.bias) : y;
  });
}

/**
 * `y = x · weight + bias`. Shapes: `x` `[batch, features]`, `weight` `[features, outputs]`, `bias` `[outputs]`.
 *
 * @throws ShapeError if feature counts differ.
 */
export function linear(x: tf.Tensor2D, weight: tf.Tensor2D, bias: tf.Tensor1D, name: string): tf.Tensor2D {
  if (x.shape[1] !== weight.shape[0]) {
    throw new ShapeError(
      `${name}: linear expected ${weight.shape[0]} features (axis 1), got ${x.shape[1]} from x of shape ` +
        `[${x.shape.join(", ")}].`,
    );
  }
  return tf.tidy(() => tf.add(tf.matMul(x, weight), bias));
}

/** Mean over height and width: `[batch, height, width, channels]` to `[batch, channels]`. */
export function globalAveragePool(x: tf.Tensor4D): tf.Tensor2D {
  return tf.mean(x, [1, 2]);
}
