import {
  type BackendValues,
  type DataType,
  findBackend,
  getKernelsForBackend,
  type KernelBackend,
  type KernelConfig,
  registerKernel,
  type TensorInfo,
  util,
} from "@tensorflow/tfjs-core";
import { sizeOf } from "./graphTensor";
import { activatedKernels } from "./kernels/activatedKernels";
import { arrangementKernels, travels } from "./kernels/arrangementKernels";
import { binaryKernels } from "./kernels/binaryKernels";
import { channelKernels } from "./kernels/channelKernels";
import { convolutionKernels } from "./kernels/convolutionKernels";
import { fusedStepKernels } from "./kernels/fusedStepKernels";
import { gateKernels } from "./kernels/gateKernels";
import { matrixKernels } from "./kernels/matrixKernels";
import { poolingKernels } from "./kernels/poolingKernels";
import { reductionKernels } from "./kernels/reductionKernels";
import { segmentKernels } from "./kernels/segmentKernels";
import { unaryKernels } from "./kernels/unaryKernels";
import type { KernelAttributes, LazyKernel, NamedInfos } from "./lazyGraph";
import type { OnnxBackend } from "./onnxBackend";

/** Kernels that are recorded and become parts of graphs. */
export const lazyKernels: readonly LazyKernel[] = [
  ...unaryKernels,
  ...binaryKernels,
  ...reductionKernels,
  ...arrangementKernels,
  ...matrixKernels,
  ...convolutionKernels,
  ...poolingKernels,
  ...activatedKernels,
  ...segmentKernels,
  ...channelKernels,
  ...fusedStepKernels,
  ...gateKernels,
];

type KernelFunction = KernelConfig["kernelFunc"];

/** Kernels of complex numbers; graphs have none, and half a set would only move the error. */
const complex = new Set(["Complex", "Real", "Imag", "ComplexAbs", "FFT", "IFFT"]);
const warned = new Set<string>();

/**
 * Registers every kernel for the back end of the given name: recorded ones, views, and for all else (and for types
 * or settings the recorded form lacks) the kernel of the cpu back end, if that is registered, on materialised values.
 */
export function registerOnnxKernels(backendName: string): void {
  const onCpu = new Map<string, KernelFunction>();
  for (const { kernelName, kernelFunc } of getKernelsForBackend("cpu")) {
    // The library composes its own operations of others, which are recorded; see registerFusedKernels.
    if (kernelName.startsWith("Bars")) continue;
    if (!complex.has(kernelName)) onCpu.set(kernelName, kernelFunc);
  }
  const kernels = new Map<string, KernelFunction>();
  for (const [name, kernelFunc] of onCpu) kernels.set(name, cpuForm(name, kernelFunc));
  for (const kernel of lazyKernels) kernels.set(kernel.name, lazyForm(kernel, kernels.get(kernel.name)));
  kernels.set("Cast", castForm(kernels.get("Cast") as KernelFunction));
  kernels.set("Fill", fillForm(kernels.get("Fill") as KernelFunction));
  for (const [name, view] of Object.entries(views)) kernels.set(name, view);
  for (const [kernelName, kernelFunc] of kernels) registerKernel({ kernelName, backendName, kernelFunc });
}

/** Inputs that are there: optional ones may be null or undefined. */
function present(inputs: Readonly<Record<string, TensorInfo | null | undefined>>): NamedInfos {
  return Object.fromEntries(
    Object.entries(inputs).filter((entry): entry is [string, TensorInfo] => !!entry[1]),
  );
}

const recordable = new Set<string>(["float32", "int32", "bool"]);

function lazyForm(kernel: LazyKernel, otherwise: KernelFunction | undefined): KernelFunction {
  return (call) => {
    const inputs = present(call.inputs);
    const attributes = (call.attrs ?? {}) as KernelAttributes;
    const infos = Object.values(inputs);
    const specs = kernel.infer(inputs, attributes);
    const fits =
      infos.every(({ shape, dtype }) => recordable.has(dtype) && sizeOf(shape) > 0) &&
      specs.every(({ shape }) => sizeOf(shape) > 0) &&
      (kernel.accepts?.(inputs, attributes) ?? true);
    if (!fits && otherwise) return otherwise(call);
    const results = (call.backend as OnnxBackend).record(kernel, inputs, attributes, specs);
    return results.length === 1 && !kernel.several ? (results[0] as TensorInfo) : results;
  };
}

/** A kernel of the cpu back end on values that are computed, read and sent back. */
function cpuForm(name: string, kernelFunc: KernelFunction): KernelFunction {
  return ({ inputs, attrs, backend }) => {
    const onnx = backend as OnnxBackend;
    const cpu = findBackend("cpu") as KernelBackend;
    const given = present(inputs as NamedInfos);
    if (Object.keys(given).length > 0 && !warned.has(name)) {
      warned.add(name);
      console.warn(`onnx: ${name} runs on tfjs's cpu back end, which is slow.`);
    }
    const made: object[] = [];
    const moved = Object.entries(given).map(([key, { dataId, shape, dtype }]) => {
      const copy = cpu.write(onnx.readSync(dataId) as BackendValues, shape, dtype);
      made.push(copy);
      return [key, { dataId: copy, shape, dtype }] as const;
    });
    const cpuInputs = Array.isArray(inputs) ? moved.map(([, info]) => info) : Object.fromEntries(moved);
    const result = kernelFunc({ inputs: cpuInputs as never, attrs: attrs as never, backend: cpu });
    const send = ({ dataId, shape, dtype }: TensorInfo): TensorInfo => {
      const copy = onnx.write(cpu.readSync(dataId) as BackendValues, shape, dtype);
      made.push(dataId);
      return { dataId: copy, shape, dtype };
    };
    const sent = Array.isArray(result) ? result.map(send) : send(result as TensorInfo);
    for (const dataId of new Set(made)) cpu.disposeData(dataId, true);
    return sent;
  };
}

/** A cast to the type a tensor has is a view. */
function castForm(recorded: KernelFunction): KernelFunction {
  return (call) => {
    const { x } = call.inputs as Record<"x", TensorInfo>;
    const { dtype } = call.attrs as unknown as { dtype: DataType };
    return x.dtype === dtype ? (call.backend as OnnxBackend).view(x, x.shape) : recorded(call);
  };
}

/**
 * Fills of moderate size are made here, as if they came from outside: a state that starts as a fill and is computed
 * later has the same place in a graph from the first step on, so that the second step finds the first one's graph.
 */
const filledHere = 2 ** 16;

function fillForm(recorded: KernelFunction): KernelFunction {
  return (call) => {
    const { shape, value, dtype } = call.attrs as unknown as {
      shape: number[];
      value: number;
      dtype?: DataType;
    };
    const type = dtype ?? util.inferDtype(value);
    const size = sizeOf(shape);
    const here = size <= filledHere || (type === "int32" && !travels(value));
    if (type === "string" || !here) return recorded(call);
    const values = util.makeZerosTypedArray(size, type as "float32").fill(value);
    return { dataId: (call.backend as OnnxBackend).write(values, shape, type), shape, dtype: type };
  };
}

/** Kernels whose result has the numbers of their input: nothing is computed. */
const views: Readonly<Record<string, KernelFunction>> = {
  Identity: ({ inputs, backend }) => {
    const { x } = inputs as Record<"x", TensorInfo>;
    return (backend as OnnxBackend).view(x, x.shape);
  },
  Reshape: ({ inputs, attrs, backend }) => {
    const { x } = inputs as Record<"x", TensorInfo>;
    const size = sizeOf(x.shape);
    const shape = util.inferFromImplicitShape((attrs as unknown as { shape: number[] }).shape, size);
    util.assert(
      sizeOf(shape) === size,
      () =>
        `The new shape (${shape}) has ${sizeOf(shape)} elements and the old shape (${x.shape}) has ${size} ` +
        "elements. The new shape and old shape must have the same number of elements.",
    );
    return (backend as OnnxBackend).view(x, shape);
  },
  ExpandDims: ({ inputs, attrs, backend }) => {
    const { input } = inputs as Record<"input", TensorInfo>;
    const { dim } = attrs as unknown as { dim: number };
    const shape = [...input.shape];
    shape.splice(dim < 0 ? dim + shape.length + 1 : dim, 0, 1);
    return (backend as OnnxBackend).view(input, shape);
  },
};
