import * as tf from "@tensorflow/tfjs-core";
import type { EngineKernel } from "../kernels/engineKernel";

/**
 * Rows with one value set. The engine's own kernel writes integers, whatever type it says the result has; other
 * types are converted here.
 */
export const oneHot: EngineKernel = {
  kernelName: tf.OneHot,
  compute(inputs, attributes) {
    const { dtype, depth, onValue, offValue } = attributes as unknown as tf.OneHotAttrs;
    if (dtype === "int32") return null;
    return tf.tidy(() => {
      const hits = tf.oneHot(inputs["indices"] as tf.Tensor, depth, 1, 0, "int32");
      const values = tf.add(tf.mul(tf.cast(hits, "float32"), onValue - offValue), offValue);
      return tf.cast(values, dtype);
    });
  },
};
