import * as tf from "@tensorflow/tfjs-core";
import type { EngineKernel } from "../kernels/engineKernel";

/**
 * A tensor cut in parts along one axis. Input `x`; attributes `numOrSizeSplits` (a number of equal parts, or their
 * lengths) and `axis`. The engine's own kernel copies the whole tensor for every part.
 */
export const splitV: EngineKernel = {
  kernelName: tf.SplitV,
  compute(inputs, attributes) {
    const x = inputs["x"] as tf.Tensor;
    const { numOrSizeSplits, axis } = attributes as { numOrSizeSplits: number | number[]; axis: number };
    const along = tf.util.parseAxisParam(axis, x.shape)[0] as number;
    const begin = new Array<number>(x.rank).fill(0);
    return tf.backend_util.prepareSplitSize(x, numOrSizeSplits, along).map((length) => {
      const part = tf.slice(
        x,
        begin,
        x.shape.map((full, at) => (at === along ? length : full)),
      );
      begin[along] = (begin[along] as number) + length;
      return part;
    });
  },
};
