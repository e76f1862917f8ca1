import * as tf from "@tensorflow/tfjs-core";
import { type FusedKernel, runFused } from "./fusedKernel";

/**
 * `y = max(0, x)`, whose gradient `dx = dy · 1(y > 0)` remembers the output, which the next operation mostly keeps
 * anyway, instead of the input. Any shape. Kernels: `BarsRelu`, `BarsReluGrad`.
 */
export function relu<T extends tf.Tensor>(x: T): T {
  return runFused("BarsRelu", { x })[0] as T;
}

/** Input `x`, output `[y]`. */
export const reluKernel: FusedKernel = {
  name: "BarsRelu",
  varying: [],
  compose: ({ x }) => [tf.relu(x as tf.Tensor)],
};

/** Inputs `dy`, `y`; output `[dx]`. */
export const reluGradKernel: FusedKernel = {
  name: "BarsReluGrad",
  varying: [],
  compose: ({ dy, y }) => [tf.mul(dy as tf.Tensor, tf.cast(tf.greater(y as tf.Tensor, 0), "float32"))],
};

export const reluGradient: tf.GradConfig = {
  kernelName: "BarsRelu",
  inputsToSave: [],
  outputsToSave: [true],
  gradFunc: (dy, saved) => ({
    x: () => runFused("BarsReluGrad", { dy: dy as tf.Tensor, y: saved[0] as tf.Tensor })[0] as tf.Tensor,
  }),
};
