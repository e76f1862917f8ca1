import * as tf from "@tensorflow/tfjs-core";
import { BackendError } from "../../util/errors";

/** Inputs of a kernel by name, as tfjs names them. */
export type KernelInputs = Readonly<Record<string, tf.Tensor>>;

/** Attributes of a kernel by name, as tfjs names them. */
export type KernelAttributes = Readonly<Record<string, unknown>>;

/** What is used of the wasm back end object: its heap. */
export interface WasmHeap {
  makeOutput(shape: readonly number[], dtype: tf.DataType): tf.TensorInfo;
  /** A view. The heap may move whenever something is made, so a view is taken after the last `makeOutput`. */
  typedArrayFromHeap(info: tf.TensorInfo): Float32Array | Int32Array | Uint8Array;
}

/**
 * A kernel of this library for the wasm engine: a missing one, or a faster form of one it has.
 *
 * `compute` returns null for cases it does not treat; those go to the engine's own kernel.
 */
export interface WasmKernel {
  readonly kernelName: string;
  compute(
    inputs: KernelInputs,
    attributes: KernelAttributes,
    heap: WasmHeap,
  ): tf.TensorInfo | tf.TensorInfo[] | null;
}

/** Marks our registrations, so that registering twice does not wrap them in themselves. */
const ours = Symbol.for("bars.wasmKernel");
type MarkedConfig = tf.KernelConfig & { [ours]?: true };

/** Registers `kernel` for the wasm engine, in front of the engine's own one if there is one. */
export function registerWasmKernel(kernel: WasmKernel): void {
  const builtin = tf.getKernel(kernel.kernelName, "wasm") as MarkedConfig | undefined;
  if (builtin?.[ours]) return;
  if (builtin) tf.unregisterKernel(kernel.kernelName, "wasm");
  const config: MarkedConfig = {
    kernelName: kernel.kernelName,
    backendName: "wasm",
    [ours]: true,
    ...(builtin?.setupFunc ? { setupFunc: builtin.setupFunc } : {}),
    kernelFunc: (args) => {
      const { inputs, attrs, backend } = args;
      const computed = kernel.compute(
        inputs as unknown as KernelInputs,
        attrs ?? {},
        backend as unknown as WasmHeap,
      );
      if (computed) return computed;
      if (builtin) return builtin.kernelFunc(args);
      throw new BackendError(`wasm: ${kernel.kernelName} has no form for these inputs.`);
    },
  };
  tf.registerKernel(config);
}
