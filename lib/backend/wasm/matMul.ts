import * as tf from "@tensorflow/tfjs-core";
import type { EngineKernel } from "../kernels/engineKernel";
import { transposeMatrix } from "./transposeMatrix";

/**
 * Matrix product with transposed factors. The engine's own kernel leaves its fast library for them (2 instead of
 * 30 GFLOP/s); here the factor is transposed first. Stacks of matrices go to the engine's own kernel.
 */
export const matMul: EngineKernel = {
  kernelName: tf.BatchMatMul,
  compute(inputs, attributes) {
    const { transposeA, transposeB } = attributes as { transposeA: boolean; transposeB: boolean };
    const a = inputs["a"] as tf.Tensor;
    const b = inputs["b"] as tf.Tensor;
    const isStack = [a, b].some(({ shape }) => shape.slice(0, -2).some((length) => length !== 1));
    if (isStack || !(transposeA || transposeB)) return null;
    return tf.tidy(() => {
      const [left, right] = [asMatrix(a, transposeA), asMatrix(b, transposeB)];
      const product = tf.matMul(left, right);
      const rank = Math.max(a.rank, b.rank);
      return tf.reshape(product, [...new Array<number>(rank - 2).fill(1), ...product.shape]);
    });
  },
};

function asMatrix(x: tf.Tensor, transposed: boolean): tf.Tensor2D {
  const matrix = tf.reshape<tf.Rank>(x, x.shape.slice(-2)) as tf.Tensor2D;
  return transposed ? transposeMatrix(matrix) : matrix;
}
