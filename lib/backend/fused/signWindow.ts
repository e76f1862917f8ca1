import * as tf from "@tensorflow/tfjs-core";
import { type FusedKernel, runFused } from "./fusedKernel";

/**
 * `y = +1 where x ≥ 0, −1 elsewhere`, so `sign(0) = +1`; the gradient is the clipped identity,
 * `dx = dy · 1(|x| ≤ clip)`.
 *
 * Any shape, float32. What becomes of a NaN depends on the engine. Kernels: `BarsSignWindow`, `BarsSignWindowGrad`.
 *
 * Reference: Hubara et al. 2016, "Binarized Neural Networks", arXiv:1602.02830.
 */
export function signWindow<T extends tf.Tensor>(x: T, clip: number): T {
  return runFused("BarsSignWindow", { x }, { clip })[0] as T;
}

/** Input `x`; attribute `clip` (used by the gradient); output `[y]`. */
export const signWindowKernel: FusedKernel = {
  name: "BarsSignWindow",
  varying: [],
  compose({ x }) {
    // Not by tf.step, which takes some engines five operations.
    const above = tf.cast(tf.greaterEqual(x as tf.Tensor, 0), "float32");
    return [tf.sub(tf.mul(above, 2), 1)];
  },
};

/** Inputs `dy`, `x`; attribute `clip`; output `[dx]`. */
export const signWindowGradKernel: FusedKernel = {
  name: "BarsSignWindowGrad",
  varying: [],
  compose({ dy, x }, { clip }) {
    const inside = tf.lessEqual(tf.abs(x as tf.Tensor), clip as number);
    return [tf.mul(dy as tf.Tensor, tf.cast(inside, "float32"))];
  },
};

export const signWindowGradient: tf.GradConfig = {
  kernelName: "BarsSignWindow",
  inputsToSave: ["x"],
  gradFunc: (dy, saved, attrs) => ({
    x: () =>
      runFused(
        "BarsSignWindowGrad",
        { dy: dy as tf.Tensor, x: saved[0] as tf.Tensor },
        { clip: (attrs as unknown as { clip: number }).clip },
      )[0] as tf.Tensor,
  }),
};
