import { backend_util, type TensorInfo, util } from "@tensorflow/tfjs-core";
import type { GraphBuilder } from "../graphBuilder";
import { type GraphTensor, sizeOf } from "../graphTensor";
import type { KernelAttributes, LazyKernel, LazyType, NamedInfos } from "../lazyGraph";

const x0 = (inputs: NamedInfos): TensorInfo => inputs["x"] as TensorInfo;

interface ReductionAttributes {
  /** Max and Min call them otherwise. */
  readonly axis?: number | number[];
  readonly reductionIndices?: number | number[];
  readonly keepDims: boolean;
}

function axesOf(x: { readonly shape: readonly number[] }, attributes: KernelAttributes): number[] {
  const { axis, reductionIndices } = attributes as unknown as ReductionAttributes;
  return util.parseAxisParam((axis ?? reductionIndices) as number | number[], [...x.shape]);
}

/** A reduction over the axes of the attribute `axis`. `prepare` and `finish` go around the ONNX operator. */
function reduction(
  name: string,
  op: string,
  types: readonly LazyType[],
  result: (x: LazyType) => LazyType = (x) => x,
  prepare: (g: GraphBuilder, x: GraphTensor) => GraphTensor = (_, x) => x,
): LazyKernel {
  return {
    name,
    infer(inputs, attributes) {
      const x = x0(inputs);
      const axes = axesOf(x, attributes);
      const [shape] = backend_util.computeOutAndReduceShapes(x.shape, axes);
      const kept = attributes["keepDims"] ? backend_util.expandShapeToKeepDim(shape, axes) : shape;
      return [{ shape: kept, dtype: result(x.dtype as LazyType) }];
    },
    accepts: (inputs) => types.includes(x0(inputs).dtype as LazyType),
    lower(g, inputs, attributes, [output]) {
      const x = prepare(g, inputs["x"] as GraphTensor);
      const spec = output as { shape: readonly number[]; dtype: LazyType };
      return [g.reshape(g.cast(g.reduce(op, x, axesOf(x, attributes)), spec.dtype), spec.shape)];
    },
  };
}

/** Position of the largest or smallest entry along one axis. */
function arg(name: string): LazyKernel {
  return {
    name,
    infer(inputs, { axis }) {
      const x = x0(inputs);
      const [along] = util.parseAxisParam(axis as number, x.shape) as [number];
      return [{ shape: x.shape.filter((_, i) => i !== along), dtype: "int32" }];
    },
    accepts: (inputs) => ["float32", "int32"].includes(x0(inputs).dtype),
    lower(g, inputs, { axis }, [output]) {
      const x = g.plain(inputs["x"] as GraphTensor);
      const [along] = util.parseAxisParam(axis as number, [...x.shape]) as [number];
      const shape = (output as { shape: readonly number[] }).shape;
      const attributes = { axis: { int: along }, keepdims: { int: 0 } };
      return [g.cast(g.emit(name, [x], shape, { type: "int64", attributes }), "int32")];
    },
  };
}

const toInt = (g: GraphBuilder, x: GraphTensor): GraphTensor => (x.type === "bool" ? g.cast(x, "int32") : x);

/** Sums, extremes and positions of extremes along axes. */
export const reductionKernels: readonly LazyKernel[] = [
  reduction("Sum", "ReduceSum", ["float32", "int32", "bool"], (x) => (x === "bool" ? "int32" : x), toInt),
  reduction(
    "Mean",
    "ReduceMean",
    ["float32", "int32", "bool"],
    () => "float32",
    (g, x) => g.cast(x, "float32"),
  ),
  reduction("Max", "ReduceMax", ["float32", "int32"]),
  reduction("Min", "ReduceMin", ["float32", "int32"]),
  reduction("Prod", "ReduceProd", ["float32", "int32"]),
  reduction("All", "ReduceMin", ["bool"], () => "bool", toInt),
  reduction("Any", "ReduceMax", ["bool"], () => "bool", toInt),
  arg("ArgMax"),
  arg("ArgMin"),
  {
    name: "Cumsum",
    infer: (inputs) => [{ shape: x0(inputs).shape, dtype: x0(inputs).dtype as LazyType }],
    accepts: (inputs) => ["float32", "int32"].includes(x0(inputs).dtype),
    lower(g, inputs, attributes) {
      const x = g.plain(inputs["x"] as GraphTensor);
      const { axis, exclusive, reverse } = attributes as Record<"axis", number> &
        Record<"exclusive" | "reverse", boolean>;
      const [along] = util.parseAxisParam(axis, [...x.shape]) as [number];
      return [
        g.emit("CumSum", [x, g.scalar(along, "int32")], x.shape, {
          attributes: { exclusive: { int: Number(exclusive) }, reverse: { int: Number(reverse) } },
        }),
      ];
    },
  },
  {
    name: "Softmax",
    infer: (inputs) => [{ shape: (inputs["logits"] as TensorInfo).shape, dtype: "float32" }],
    lower(g, inputs, { dim }) {
      return [softmax(g, "Softmax", inputs["logits"] as GraphTensor, dim as number)];
    },
  },
  {
    name: "LogSoftmax",
    infer: (inputs) => [{ shape: (inputs["logits"] as TensorInfo).shape, dtype: "float32" }],
    lower(g, inputs, { axis }) {
      return [softmax(g, "LogSoftmax", inputs["logits"] as GraphTensor, axis as number)];
    },
  },
];

/** `Softmax` or `LogSoftmax` along an axis, −1 for the last. */
export function softmax(
  g: GraphBuilder,
  op: "Softmax" | "LogSoftmax",
  logits: GraphTensor,
  axis: number,
): GraphTensor {
  const x = g.plain(logits);
  const along = axis < 0 ? axis + x.shape.length : axis;
  if (op === "Softmax") return g.emit(op, [x], x.shape, { attributes: { axis: { int: along } } });
  if (g.onProcessor) return g.emit(op, [x], x.shape, { attributes: { axis: { int: along } } });
  // Graphics cards lack LogSoftmax.
  const shifted = g.sub(x, g.reduce("ReduceMax", x, [along]));
  return g.sub(shifted, g.unary("Log", g.reduce("ReduceSum", g.unary("Exp", shifted), [along])));
}

/** Pixels a channel has: all entries divided by the last extent. */
export function pixelsOf(x: { readonly shape: readonly number[] }): number {
  return sizeOf(x.shape.slice(0, -1));
}
