import { interleaveChannels, tf } from "../backend";

/**
 * The parameter-free shortcut of a reduction: 2×2 average pooling with stride 2, every channel doubled.
 * Channel `c` becomes channels `2c` and `2c + 1`, so that the leading channels of the result come from the
 * leading channels of the input.
 *
 * Shapes (NHWC): `[batch, height, width, channels]` to `[batch, ceil(height / 2), ceil(width / 2), 2 · channels]`.
 * Pixels outside the image are left out of the average.
 *
 * Note (paper): the authors' framework puts two copies one after the other; the order of channels is the only
 * difference.
 */
export function avgPoolDuplicate(x: tf.Tensor4D): tf.Tensor4D {
  return tf.tidy(() => duplicateChannels(tf.avgPool(x, 2, 2, "same")));
}

/** Every channel twice, side by side: `result[…, 2c] = result[…, 2c + 1] = x[…, c]`. */
export function duplicateChannels<T extends tf.Tensor>(x: T): T {
  return interleaveChannels(x, x);
}
