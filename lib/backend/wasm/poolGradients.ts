import * as tf from "@tensorflow/tfjs-core";
import { type AxisGeometry, poolGeometry } from "../kernels/conv2dGeometry";
import type { EngineKernel } from "../kernels/engineKernel";
import { windowShares } from "../kernels/windowShares";
import { spreadDepthwise } from "./depthwiseBackprop";
import { spreadPixels } from "./spreadPixels";

/** Whether the windows lie side by side and cover everything. */
function isTiling({ size, out, kernel, stride, before }: AxisGeometry): boolean {
  return kernel === stride && before === 0 && out * stride === size;
}

/**
 * Gradient of average pooling; the border does not count in the averages. Inputs `dy`, `input`; output of the
 * shape of `input`. Each `dy` is divided by the pixels of its window and spread over them. (The engine's own
 * kernel divides by the whole window, also where the padding was left out of the average.)
 */
export const avgPoolGrad: EngineKernel = {
  kernelName: tf.AvgPoolGrad,
  compute(inputs, attributes) {
    const dy = inputs["dy"] as tf.Tensor4D;
    const input = inputs["input"] as tf.Tensor4D;
    const geometry = poolGeometry(input.shape, attributes);
    const { height, width } = geometry;
    return tf.tidy(() => {
      const shares = windowShares(dy, geometry);
      if (isTiling(height) && isTiling(width)) {
        return tf.image.resizeNearestNeighbor(shares, [height.size, width.size]);
      }
      const ones = tf.ones([height.kernel, width.kernel, input.shape[3], 1]) as tf.Tensor4D;
      return spreadDepthwise(shares, ones, geometry);
    });
  },
};

/** Below every number a network computes, and still finite: differences with it are positive, never NaN. */
const outside = -3e38;

/**
 * Gradient of max pooling. Inputs `dy`, `input` and `output` (of the pooling); output of the shape of `input`. Of
 * equal largest values in a window the first one, row by row, receives the gradient. Values must be finite.
 *
 * One tap of the window at a time: what remains of `dy` goes to the tap where it equals the output.
 */
export const maxPoolGrad: EngineKernel = {
  kernelName: tf.MaxPoolGrad,
  compute(inputs, attributes) {
    const dy = inputs["dy"] as tf.Tensor4D;
    const input = inputs["input"] as tf.Tensor4D;
    const output = inputs["output"] as tf.Tensor4D;
    const geometry = poolGeometry(input.shape, attributes);
    const { height, width } = geometry;
    const [batch, , , channels] = input.shape;
    // Whole strides, so that a tap is a slice of a grid.
    const steps = ({ size, out, kernel, stride, before }: AxisGeometry) =>
      Math.max(Math.ceil((size + before) / stride), out + Math.floor((kernel - 1) / stride));
    const [rows, columns] = [steps(height), steps(width)];
    const fullHeight = rows * height.stride;
    const fullWidth = columns * width.stride;
    return tf.tidy(() => {
      const full = tf.pad(
        input,
        [
          [0, 0],
          [height.before, fullHeight - height.size - height.before],
          [width.before, fullWidth - width.size - width.before],
          [0, 0],
        ],
        outside,
      );
      const grid = tf.reshape(full, [batch, rows, height.stride, columns, width.stride, channels]);
      let remaining: tf.Tensor4D = dy;
      let total: tf.Tensor4D | undefined;
      for (let i = 0; i < height.kernel; i++) {
        for (let j = 0; j < width.kernel; j++) {
          const [step, held] = tf.tidy(() => {
            const begin = [
              0,
              Math.floor(i / height.stride),
              i % height.stride,
              Math.floor(j / width.stride),
              j % width.stride,
              0,
            ];
            const tap = tf.slice(grid, begin, [batch, height.out, 1, width.out, 1, channels]);
            const below = tf.step(tf.sub(output, tf.reshape(tap, output.shape)));
            const kept = tf.mul(remaining, below) as tf.Tensor4D;
            const given = spreadPixels(tf.sub(remaining, kept) as tf.Tensor4D, [height.stride, width.stride]);
            const placed = place(given, i, j, fullHeight, fullWidth);
            return [total ? (tf.add(total, placed) as tf.Tensor4D) : placed, kept];
          });
          total?.dispose();
          if (remaining !== dy) remaining.dispose();
          [total, remaining] = [step as tf.Tensor4D, held as tf.Tensor4D];
        }
      }
      return tf.slice(total as tf.Tensor4D, [0, height.before, width.before, 0], input.shape);
    });
  },
};

/** `x` moved down by `top` and right by `left` in a field of zeros; what falls over its edges is zero already. */
function place(x: tf.Tensor4D, top: number, left: number, height: number, width: number): tf.Tensor4D {
  const rows = Math.min(x.shape[1], height - top);
  const columns = Math.min(x.shape[2], width - left);
  const isWhole = rows === x.shape[1] && columns === x.shape[2];
  const cut = isWhole ? x : tf.slice(x, [0, 0, 0, 0], [x.shape[0], rows, columns, x.shape[3]]);
  return tf.pad(cut, [
    [0, 0],
    [top, height - top - rows],
    [left, width - left - columns],
    [0, 0],
  ]);
}
