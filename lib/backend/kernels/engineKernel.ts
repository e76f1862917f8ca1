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

/** What a kernel may use besides its inputs. */
export interface KernelContext {
  /** On the wasm engine only. */
  readonly heap: WasmHeap;
  /** Runs the kernel that the engine brought itself, on these inputs. */
  builtin(inputs: KernelInputs): tf.TensorInfo | tf.TensorInfo[];
}

/**
 * A kernel of this library for one of tfjs's engines: a missing one, a corrected one, or a faster form.
 *
 * `compute` returns null for cases it does not treat; those go to the engine's own kernel.
 */
export interface EngineKernel {
  readonly kernelName: string;
  compute(
    inputs: KernelInputs,
    attributes: KernelAttributes,
    context: KernelContext,
  ): tf.TensorInfo | tf.TensorInfo[] | null;
}

/** Marks our registrations, so that registering twice does not wrap them in themselves. */
const ours = Symbol.for("bars.engineKernel");
type MarkedConfig = tf.KernelConfig & { [ours]?: true };

/** Registers `kernel` for the engine called `backendName`, in front of the engine's own one if there is one. */
export function registerEngineKernel(kernel: EngineKernel, backendName: string): void {
  const present = tf.getKernel(kernel.kernelName, backendName) as MarkedConfig | undefined;
  if (present?.[ours]) return;
  if (present) tf.unregisterKernel(kernel.kernelName, backendName);
  const config: MarkedConfig = {
    kernelName: kernel.kernelName,
    backendName,
    [ours]: true,
    ...(present?.setupFunc ? { setupFunc: present.setupFunc } : {}),
    kernelFunc: (args) => {
      const builtin = (inputs: object) => {
        if (present) return present.kernelFunc({ ...args, inputs: inputs as typeof args.inputs });
        throw new BackendError(`${backendName}: ${kernel.kernelName} has no form for these inputs.`);
      };
      const inputs = args.inputs as unknown as KernelInputs;
      const heap = args.backend as unknown as WasmHeap;
      return kernel.compute(inputs, args.attrs ?? {}, { heap, builtin }) ?? builtin(inputs);
    },
  };
  tf.registerKernel(config);
}
