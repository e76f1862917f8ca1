import type { TensorInfo } from "@tensorflow/tfjs-core";
import { gate } from "../gatedContexts";
import type { GraphTensor } from "../graphTensor";
import type { LazyKernel } from "../lazyGraph";

/**
 * `x` where the scalar `gate` is not 0, else zeros; what only it reads is then not computed. On graphics cards, where a branch
 * would wait for the processor, all is computed. Attribute `share`: of the runs in which it is open, about.
 */
const gateKernel: LazyKernel = {
  name: "BarsGate",
  infer(inputs) {
    const { shape } = inputs["x"] as TensorInfo;
    return [{ shape, dtype: "float32" }];
  },
  lower(g, inputs, { share }) {
    const { x, gate: open } = inputs as Record<"x" | "gate", GraphTensor>;
    const condition = g.cast(g.reshape(open, []), "bool");
    const { shape, channelsFirst } = x;
    if (!g.onProcessor)
      return [g.emit("Where", [condition, x, g.scalar(0)], shape, { type: "float32", channelsFirst })];
    const attributes = { share: { float: share as number } };
    return [g.emit(gate, [condition, x], shape, { type: "float32", channelsFirst, attributes })];
  },
};

/** `x` itself, whose gradient is gated. */
const gateBackKernel: LazyKernel = {
  name: "BarsGateBack",
  infer(inputs) {
    const { shape } = inputs["x"] as TensorInfo;
    return [{ shape, dtype: "float32" }];
  },
  lower: (_, inputs) => [(inputs as Record<"x", GraphTensor>).x],
};

export const gateKernels: readonly LazyKernel[] = [gateKernel, gateBackKernel];
