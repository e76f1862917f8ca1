import * as tf from "@tensorflow/tfjs-core";
import type { EngineKernel } from "../kernels/engineKernel";

/**
 * Sums of the rows that carry the same number: the gradient of `tf.gather`. Inputs `x` `[...rows, ...rest]` and
 * `segmentIds` `[...rows]`; attribute `numSegments`; output `[numSegments, ...rest]`. Rows with a number outside
 * `[0, numSegments)` are left out.
 */
export const unsortedSegmentSum: EngineKernel = {
  kernelName: tf.UnsortedSegmentSum,
  compute(inputs, attributes) {
    const x = inputs["x"] as tf.Tensor;
    const segmentIds = inputs["segmentIds"] as tf.Tensor;
    const numSegments = attributes["numSegments"] as number;
    const rest = x.shape.slice(segmentIds.rank);
    return tf.tidy(() => {
      // tf.oneHot knows no single segment.
      const own = tf.equal(tf.reshape(segmentIds, [-1, 1]), tf.range(0, numSegments, 1, "int32"));
      const members = tf.cast(own, "float32");
      const rows = tf.reshape(tf.cast(x, "float32"), [segmentIds.size, -1]) as tf.Tensor2D;
      const sums = tf.matMul(members as tf.Tensor2D, rows, true, false);
      return tf.cast(tf.reshape(sums, [numSegments, ...rest]), x.dtype);
    });
  },
};
