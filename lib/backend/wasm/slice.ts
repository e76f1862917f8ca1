import * as tf from "@tensorflow/tfjs-core";
import type { EngineKernel, WasmHeap } from "../kernels/engineKernel";
import { copyRun } from "./copyRuns";

/**
 * A block of a tensor, copied straight inside the engine's heap. The engine's own kernel copies the whole tensor
 * out of the heap first, for every slice.
 */
function sliceInHeap(
  x: tf.TensorInfo,
  begin: readonly number[],
  size: readonly number[],
  heap: WasmHeap,
): tf.TensorInfo {
  const out = heap.makeOutput(size, x.dtype);
  if (tf.util.sizeFromShape(size as number[]) === 0) return out;
  const from = heap.typedArrayFromHeap(x);
  const to = heap.typedArrayFromHeap(out);
  const strides = [...tf.util.computeStrides(x.shape), 1];
  // The innermost axis that is cut; everything from there on is one run.
  let cut = x.shape.length - 1;
  while (cut > 0 && size[cut] === x.shape[cut]) cut--;
  const run = (size[cut] as number) * (strides[cut] as number);
  const position = new Array<number>(cut).fill(0);
  let offset = begin.reduce((sum, start, axis) => sum + start * (strides[axis] as number), 0);
  for (let written = 0; ; written += run) {
    copyRun(from, offset, to, written, run);
    let axis = cut - 1;
    for (; axis >= 0; axis--) {
      const stride = strides[axis] as number;
      const next = (position[axis] as number) + 1;
      offset += stride;
      if (next < (size[axis] as number)) {
        position[axis] = next;
        break;
      }
      offset -= next * stride;
      position[axis] = 0;
    }
    if (axis < 0) return out;
  }
}

/** A block of a tensor. Input `x`; attributes `begin` and `size`, where −1 means to the end. */
export const slice: EngineKernel = {
  kernelName: tf.Slice,
  compute(inputs, attributes, { heap }) {
    const x = inputs["x"] as tf.Tensor;
    if (!["float32", "int32", "bool"].includes(x.dtype) || x.rank === 0) return null;
    const { begin, size } = attributes as { begin: number | number[]; size: number | number[] };
    const [from, lengths] = tf.slice_util.parseSliceParams(x, begin, size);
    tf.slice_util.assertParamsValid(x, from as number[], lengths as number[]);
    return sliceInHeap(x, from as number[], lengths as number[], heap);
  },
};
