import * as tf from "@tensorflow/tfjs-core";

/**
 * Puts `stride − 1` zero rows after every row of `x` and as many zero columns after every column:
 * `[batch, height, width, channels]` to `[batch, height · strideHeight, width · strideWidth, channels]`.
 */
export function spreadPixels(
  x: tf.Tensor4D,
  [strideHeight, strideWidth]: readonly [number, number],
): tf.Tensor4D {
  const [batch, height, width, channels] = x.shape;
  if (strideHeight === 1 && strideWidth === 1) return tf.clone(x);
  return tf.tidy(() => {
    const rows = batch * height;
    const columnGap = (strideWidth - 1) * channels;
    const wide = tf.pad(tf.reshape(x, [rows, width, channels]), [
      [0, 0],
      [0, 0],
      [0, columnGap],
    ]);
    const rowLength = width * strideWidth * channels;
    const rowGap = (strideHeight - 1) * rowLength;
    const spread = tf.pad(tf.reshape(wide, [rows, rowLength]), [
      [0, 0],
      [0, rowGap],
    ]);
    return tf.reshape(spread, [batch, height * strideHeight, width * strideWidth, channels]);
  });
}

/** Rows (or columns) to add before and after; negative numbers cut off. */
export type Margins = readonly [before: number, after: number];

/** Cuts off what the margins of height and width cut off, and returns the paddings that remain, for `tf.conv2d`. */
export function cutMargins(
  x: tf.Tensor4D,
  height: Margins,
  width: Margins,
): { cut: tf.Tensor4D; pad: tf.backend_util.ExplicitPadding } {
  const begin = [0, Math.max(0, -height[0]), Math.max(0, -width[0]), 0];
  const end = [0, Math.max(0, -height[1]), Math.max(0, -width[1]), 0];
  const size = x.shape.map((length, axis) => length - (begin[axis] as number) - (end[axis] as number));
  const isWhole = size.every((length, axis) => length === x.shape[axis]);
  return {
    cut: isWhole ? tf.clone(x) : tf.slice(x, begin, size),
    pad: [
      [0, 0],
      [Math.max(0, height[0]), Math.max(0, height[1])],
      [Math.max(0, width[0]), Math.max(0, width[1])],
      [0, 0],
    ],
  };
}
