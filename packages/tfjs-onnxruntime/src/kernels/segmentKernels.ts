import { type TensorInfo, util } from "@tensorflow/tfjs-core";
import type { GraphBuilder } from "../graphBuilder";
import { type GraphTensor, sizeOf } from "../graphTensor";
import type { LazyKernel, LazyType } from "../lazyGraph";

/** `steps` entries of ones before the axis, its last `steps` entries gone; backwards the other way round. */
function shifted(
  g: GraphBuilder,
  x: GraphTensor,
  axis: number,
  steps: number,
  backwards: boolean,
): GraphTensor {
  const shape = x.shape.map((extent, i) => (i === axis ? extent - steps : extent));
  const starts = x.shape.map((_, i) => (i === axis && backwards ? steps : 0));
  const counts = x.shape.map((_, i) => (i === axis ? steps : 0));
  const none = x.shape.map(() => 0);
  const one = g.scalar(1, x.type);
  const rest = g.slice(x, starts, shape);
  return backwards ? g.pad(rest, none, counts, one) : g.pad(rest, counts, none, one);
}

/** Running products by doubling: after step k every entry holds the product of the last 2^k ones. */
const cumprod: LazyKernel = {
  name: "Cumprod",
  infer(inputs) {
    const { shape, dtype } = inputs["x"] as TensorInfo;
    return [{ shape, dtype: dtype as LazyType }];
  },
  accepts: (inputs) => ["float32", "int32"].includes((inputs["x"] as TensorInfo).dtype),
  lower(g, inputs, attributes) {
    let x = g.plain(inputs["x"] as GraphTensor);
    const { axis, exclusive, reverse } = attributes as { axis: number; exclusive: boolean; reverse: boolean };
    const [along] = util.parseAxisParam(axis, [...x.shape]) as [number];
    const extent = x.shape[along] as number;
    if (exclusive && extent === 1) return [g.expand(g.scalar(1, x.type), x.shape)];
    if (exclusive) x = shifted(g, x, along, 1, reverse);
    for (let steps = 1; steps < extent; steps *= 2) x = g.mul(x, shifted(g, x, along, steps, reverse));
    return [x];
  },
};

/** Sums of the entries of each segment: a matrix of who belongs where, times the entries. Other numbers belong nowhere. */
const unsortedSegmentSum: LazyKernel = {
  name: "UnsortedSegmentSum",
  infer(inputs, { numSegments }) {
    const { x, segmentIds } = inputs as Record<"x" | "segmentIds", TensorInfo>;
    const inner = x.shape.slice(segmentIds.shape.length);
    return [{ shape: [numSegments as number, ...inner], dtype: x.dtype as LazyType }];
  },
  accepts: (inputs) =>
    inputs["x"]?.dtype === "float32" &&
    inputs["segmentIds"]?.dtype === "int32" &&
    inputs["segmentIds"].shape.length === 1,
  lower(g, inputs, { numSegments }, [output]) {
    const { x, segmentIds } = inputs as Record<"x" | "segmentIds", GraphTensor>;
    const count = sizeOf(segmentIds.shape);
    const rows = g.reshape(x, [count, sizeOf(x.shape) / count]);
    const segments = g.reshape(g.range(numSegments as number), [numSegments as number, 1]);
    const member = g.elementwise("Equal", [segments, g.reshape(segmentIds, [1, count])], { type: "bool" });
    const sums = g.matMul(g.cast(member, "float32"), rows);
    return [g.reshape(sums, (output as { shape: readonly number[] }).shape)];
  },
};

/** Running products, and sums over segments (the gradient of gather). */
export const segmentKernels: readonly LazyKernel[] = [cumprod, unsortedSegmentSum];
