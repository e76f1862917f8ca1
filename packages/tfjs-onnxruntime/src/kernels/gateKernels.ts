import type { TensorInfo } from "@tensorflow/tfjs-core";
import { choose, gate } from "../gatedContexts";
import type { GraphBuilder } from "../graphBuilder";
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

/** Whether gate `i` of several is open. */
const openAt = (g: GraphBuilder, gates: GraphTensor, i: number): GraphTensor =>
  g.cast(g.reshape(g.slice(gates, [i], [1]), []), "bool");

/** Of several values the one whose gate is open: each in a branch of its own, the open one's handed on. Attribute `count`. */
const selectKernel: LazyKernel = {
  name: "BarsSelect",
  infer(inputs) {
    const { shape } = inputs["part0"] as TensorInfo;
    return [{ shape, dtype: "float32" }];
  },
  lower(g, inputs, { count }) {
    const gates = inputs["gates"] as GraphTensor;
    const given = Array.from({ length: count as number }, (_, i) => inputs[`part${i}`] as GraphTensor);
    const channelsFirst = given.some((part) => part.channelsFirst);
    const parts = given.map((part) => (channelsFirst ? g.first(part) : part));
    const { shape } = parts[0] as GraphTensor;
    const options = { type: "float32", channelsFirst } as const;
    if (!g.onProcessor)
      return [
        parts.reduceRight(
          (rest, part, i) => g.emit("Where", [openAt(g, gates, i), part, rest], shape, options),
          g.scalar(0),
        ),
      ];
    const attributes = { share: { float: 1 / parts.length } };
    const choices = parts.flatMap((part, i) => {
      const condition = openAt(g, gates, i);
      return [condition, g.emit(gate, [condition, part], shape, { ...options, attributes })];
    });
    return [g.emit(choose, choices, shape, options)];
  },
};

/** `x` as many times as there are gates. */
const forkKernel: LazyKernel = {
  name: "BarsFork",
  several: true,
  infer(inputs, { count }) {
    const { shape } = inputs["x"] as TensorInfo;
    return Array.from({ length: count as number }, () => ({ shape, dtype: "float32" as const }));
  },
  lower: (_, inputs, { count }) =>
    Array.from({ length: count as number }, () => (inputs as Record<"x", GraphTensor>).x),
};

export const gateKernels: readonly LazyKernel[] = [gateKernel, gateBackKernel, selectKernel, forkKernel];
