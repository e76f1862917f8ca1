import * as tf from "@tensorflow/tfjs-core";
import type { EngineKernel } from "../kernels/engineKernel";
import { copyRun } from "./copyRuns";

/** Tensors side by side along one axis. As the engine's own kernel, with loops that suit narrow last axes. */
export const concat: EngineKernel = {
  kernelName: tf.Concat,
  compute(inputs, attributes, { heap }) {
    const parts = (Object.values(inputs) as tf.Tensor[]).filter(({ size }) => size > 0);
    const first = parts[0];
    if (!first || parts.length < 2 || !["float32", "int32", "bool"].includes(first.dtype)) return null;
    const axis = tf.util.parseAxisParam(attributes["axis"] as number, first.shape)[0] as number;
    const shapes = parts.map(({ shape }) => shape);
    tf.backend_util.assertParamsConsistent(shapes, axis);
    const out = heap.makeOutput(tf.backend_util.computeOutShape(shapes, axis), first.dtype);
    const to = heap.typedArrayFromHeap(out);
    const runs = tf.util.sizeFromShape(first.shape.slice(0, axis));
    const rowLength = tf.util.sizeFromShape(out.shape) / runs;
    let column = 0;
    for (const part of parts) {
      const from = heap.typedArrayFromHeap(part);
      const length = part.size / runs;
      for (let run = 0; run < runs; run++) copyRun(from, run * length, to, run * rowLength + column, length);
      column += length;
    }
    return out;
  },
};
