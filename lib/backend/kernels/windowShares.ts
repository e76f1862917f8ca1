import * as tf from "@tensorflow/tfjs-core";
import type { AxisGeometry, Geometry } from "./conv2dGeometry";

/** Pixels of the input under each window; the border does not count. */
function windowCounts({ size, out, kernel, stride, before }: AxisGeometry): Float32Array {
  return Float32Array.from({ length: out }, (_, o) => {
    const start = o * stride - before;
    return Math.min(size, start + kernel) - Math.max(0, start);
  });
}

/**
 * `dy` divided by the number of pixels that each window averaged, `[batch, outHeight, outWidth, channels]`: what
 * the gradient of average pooling gives to each of these pixels.
 */
export function windowShares(dy: tf.Tensor4D, { height, width }: Geometry): tf.Tensor4D {
  const [rows, columns] = [windowCounts(height), windowCounts(width)];
  const isEven = [rows, columns].every((axis) => axis.every((count) => count === axis[0]));
  if (isEven) return tf.mul(dy, 1 / ((rows[0] as number) * (columns[0] as number)));
  return tf.tidy(() => {
    const counts = tf.mul(
      tf.tensor4d(rows, [1, height.out, 1, 1]),
      tf.tensor4d(columns, [1, 1, width.out, 1]),
    );
    return tf.div(dy, counts);
  });
}
