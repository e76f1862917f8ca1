import type * as tf from "@tensorflow/tfjs-core";

/**
 * The numbers of tensors as the engine itself holds them, without a copy. Only for engines that keep them in this
 * process: "cpu" (JavaScript arrays) and "wasm" (the module's memory).
 */
export interface FloatArrays {
  /** New float32 tensors. Make all outputs before reading: making one may move the memory. */
  make(shape: readonly number[]): tf.TensorInfo;
  /** The live numbers of a float32 tensor. */
  of(tensor: tf.TensorInfo): Float32Array;
}

interface CpuBackend {
  readonly data: { get(dataId: object): { values: Float32Array } };
  makeTensorInfo(shape: number[], dtype: "float32", values: Float32Array): tf.TensorInfo;
}

interface WasmBackend {
  makeOutput(shape: number[], dtype: "float32"): tf.TensorInfo;
  typedArrayFromHeap(tensor: tf.TensorInfo): Float32Array;
}

/** Access for each engine that allows it, by the name tfjs knows it by. */
export const floatArrays: Readonly<Record<"cpu" | "wasm", (backend: unknown) => FloatArrays>> = {
  cpu: (backend) => {
    const cpu = backend as CpuBackend;
    return {
      make: (shape) =>
        cpu.makeTensorInfo([...shape], "float32", new Float32Array(shape.reduce((a, b) => a * b, 1))),
      of: (tensor) => cpu.data.get(tensor.dataId).values,
    };
  },
  wasm: (backend) => {
    const wasm = backend as WasmBackend;
    return {
      make: (shape) => wasm.makeOutput([...shape], "float32"),
      of: (tensor) => wasm.typedArrayFromHeap(tensor),
    };
  },
};
