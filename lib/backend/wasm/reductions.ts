import * as tf from "@tensorflow/tfjs-core";
import type { EngineKernel, KernelAttributes, KernelInputs } from "../kernels/engineKernel";

/** Longest stretch averaged in one go. Stretches of stretches keep the rounding errors of long sums small. */
const longestStretch = 1024;

/** The largest divisor of `length` that is at most `longestStretch`. */
function stretchOf(length: number): number {
  for (let divisor = Math.min(length, longestStretch); divisor > 1; divisor--) {
    if (length % divisor === 0) return divisor;
  }
  return 1;
}

/** Mean over the middle axis, `[outer, length, inner]` to `[outer, inner]`, or null where it cannot be cut in stretches. */
function meanOfStretches(x: tf.Tensor3D): tf.Tensor2D | null {
  const [outer, length, inner] = x.shape;
  if (length === 1) return tf.reshape(x, [outer, inner]);
  const stretch = stretchOf(length);
  if (stretch < 8 && length > longestStretch) return null;
  const rows = outer * (length / stretch);
  const means = tf.avgPool(tf.reshape(x, [rows, stretch, 1, inner]) as tf.Tensor4D, [stretch, 1], 1, "valid");
  return meanOfStretches(tf.reshape(means, [outer, length / stretch, inner]));
}

/**
 * The mean over neighbouring axes that are not the last one: average pooling is ten times as fast as the engine's
 * own sums, which transpose first. Null for other axes and types.
 */
function fastMean(
  inputs: KernelInputs,
  attributes: KernelAttributes,
): { mean: tf.Tensor; count: number } | null {
  const x = inputs["x"] as tf.Tensor;
  const axes = tf.util.parseAxisParam(attributes["axis"] as number | number[], x.shape).sort((a, b) => a - b);
  const first = axes[0];
  const last = axes[axes.length - 1];
  if (x.dtype !== "float32" || first === undefined || last === undefined) return null;
  if (last - first + 1 !== axes.length || last === x.rank - 1) return null;
  const lengths = (from: number, to: number) => tf.util.sizeFromShape(x.shape.slice(from, to));
  const count = lengths(first, last + 1);
  if (x.size < 4096 || count < 8) return null;
  const mean = meanOfStretches(tf.reshape(x, [lengths(0, first), count, lengths(last + 1, x.rank)]));
  if (!mean) return null;
  const keepDims = attributes["keepDims"] === true;
  const shape = x.shape.flatMap((length, axis) => (axes.includes(axis) ? (keepDims ? [1] : []) : [length]));
  return { mean: tf.reshape(mean, shape), count };
}

/** Sum over axes. The engine's own kernel does what {@link fastMean} does not treat. */
export const sum: EngineKernel = {
  kernelName: tf.Sum,
  compute(inputs, attributes) {
    return tidyOrNull(() => {
      const fast = fastMean(inputs, attributes);
      return fast && tf.mul(fast.mean, fast.count);
    });
  },
};

/** Mean over axes. The engine's own kernel does what {@link fastMean} does not treat. */
export const mean: EngineKernel = {
  kernelName: tf.Mean,
  compute(inputs, attributes) {
    return tidyOrNull(() => fastMean(inputs, attributes)?.mean ?? null);
  },
};

function tidyOrNull(body: () => tf.Tensor | null): tf.Tensor | null {
  const results = tf.tidy(() => {
    const result = body();
    return result ? [result] : [];
  });
  return results[0] ?? null;
}
