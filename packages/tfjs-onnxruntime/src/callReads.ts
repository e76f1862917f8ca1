import type { TensorInfo } from "@tensorflow/tfjs-core";
import { describeCall } from "./describeCall";
import { type KernelAttributes, type LazyInput, type LazyKernel, LazyValue } from "./lazyGraph";

/** What a call reads, and what tells it from others. */
interface CallReads {
  readonly names: readonly string[];
  readonly reads: readonly LazyInput[];
  readonly description: string;
}

/** The inputs of a call, and behind them the numbers of its attributes that vary from call to call: they are inputs of the graph. */
export function callReads(
  kernel: LazyKernel,
  inputs: Readonly<Record<string, TensorInfo>>,
  attributes: KernelAttributes,
  held: (dataId: object) => LazyValue,
): CallReads {
  const names = Object.keys(inputs);
  const reads: LazyInput[] = Object.values(inputs).map(({ dataId, shape }) => ({
    value: held(dataId),
    shape,
  }));
  const numbers = kernel.numbers?.(attributes) ?? [];
  for (const [i, number] of numbers.entries()) {
    names.push(`$${i}`);
    const value = new LazyValue([], "float32");
    value.host = Float32Array.of(number);
    value.live = false;
    reads.push({ value, shape: [] });
  }
  return { names, reads, description: describeCall(kernel, names, reads, attributes, numbers.length > 0) };
}
