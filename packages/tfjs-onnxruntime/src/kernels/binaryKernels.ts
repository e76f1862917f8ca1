import { backend_util, type TensorInfo } from "@tensorflow/tfjs-core";
import type { GraphBuilder } from "../graphBuilder";
import type { GraphTensor } from "../graphTensor";
import type { LazyKernel, LazyType, NamedInfos } from "../lazyGraph";

type Lower = (g: GraphBuilder, a: GraphTensor, b: GraphTensor) => GraphTensor;

const shapeOf = (a: TensorInfo, b: TensorInfo): number[] =>
  backend_util.assertAndGetBroadcastShape(a.shape, b.shape);

/** A kernel of two inputs that broadcast, for the given types; other types go to the cpu kernel. */
function binary(
  name: string,
  types: readonly LazyType[],
  lower: Lower,
  result?: LazyType,
  names: readonly [string, string] = ["a", "b"],
): LazyKernel {
  const pair = (inputs: NamedInfos) => names.map((key) => inputs[key]) as [TensorInfo, TensorInfo];
  return {
    name,
    infer(inputs) {
      const [a, b] = pair(inputs);
      return [{ shape: shapeOf(a, b), dtype: result ?? (a.dtype as LazyType) }];
    },
    accepts(inputs) {
      const [a, b] = pair(inputs);
      return a.dtype === b.dtype && types.includes(a.dtype as LazyType);
    },
    lower: (g, inputs) => [lower(g, inputs[names[0]] as GraphTensor, inputs[names[1]] as GraphTensor)],
  };
}

const float = ["float32"] as const;
const numeric = ["float32", "int32"] as const;
const any = ["float32", "int32", "bool"] as const;

const direct =
  (op: string): Lower =>
  (g, a, b) =>
    g.elementwise(op, [a, b]);

/** A comparison; ONNX has no order of truth values, so they are compared as integers. */
function comparison(op: string): Lower {
  return (g, a, b) => {
    const ordered = [a, b].map((x) => (x.type === "bool" ? g.cast(x, "int32") : x));
    return g.elementwise(op, ordered, { type: "bool" });
  };
}

const truths =
  (op: string): Lower =>
  (g, a, b) =>
    g.elementwise(op, [a, b], { type: "bool" });
const where = (g: GraphBuilder, condition: GraphTensor, a: GraphTensor, b: GraphTensor): GraphTensor =>
  g.elementwise("Where", [condition, a, b], { type: a.type });

/** Kernels of two (AddN: several) inputs, computed entry by entry. */
export const binaryKernels: readonly LazyKernel[] = [
  binary("Add", numeric, direct("Add")),
  binary("Sub", numeric, direct("Sub")),
  binary("Multiply", numeric, direct("Mul")),
  binary("RealDiv", float, direct("Div")),
  binary("Maximum", numeric, direct("Max")),
  binary("Minimum", numeric, direct("Min")),
  binary("Pow", float, direct("Pow")),
  binary("SquaredDifference", numeric, (g, a, b) => {
    const difference = g.sub(a, b);
    return g.mul(difference, difference);
  }),
  binary("FloorDiv", numeric, floorDiv, "int32"),
  binary("Mod", float, floorMod),
  binary("Equal", any, truths("Equal"), "bool"),
  binary("NotEqual", any, (g, a, b) => g.unary("Not", truths("Equal")(g, a, b)), "bool"),
  binary("Less", any, comparison("Less"), "bool"),
  binary("LessEqual", any, comparison("LessOrEqual"), "bool"),
  binary("Greater", any, comparison("Greater"), "bool"),
  binary("GreaterEqual", any, comparison("GreaterOrEqual"), "bool"),
  binary("LogicalAnd", ["bool"], truths("And"), "bool"),
  binary("LogicalOr", ["bool"], truths("Or"), "bool"),
  binary(
    "Prelu",
    float,
    (g, x, alpha) => where(g, g.elementwise("Less", [x, g.scalar(0)], { type: "bool" }), g.mul(x, alpha), x),
    "float32",
    ["x", "alpha"],
  ),
  binary(
    "EluGrad",
    float,
    (g, dy, y) => {
      const above = g.elementwise("GreaterOrEqual", [y, g.scalar(0)], { type: "bool" });
      return where(g, above, dy, g.mul(dy, g.add(y, g.scalar(1))));
    },
    "float32",
    ["dy", "y"],
  ),
  {
    name: "AddN",
    infer(inputs) {
      const [one] = Object.values(inputs) as [TensorInfo];
      return [{ shape: one.shape, dtype: one.dtype as LazyType }];
    },
    accepts: (inputs) => {
      const [one, ...others] = Object.values(inputs) as [TensorInfo, ...TensorInfo[]];
      return (
        numeric.includes(one.dtype as "int32") &&
        others.every((other) => other.dtype === one.dtype && other.shape.join() === one.shape.join())
      );
    },
    lower: (g, inputs) => [Object.values(inputs).reduce((sum, x) => g.add(sum, x))],
  },
  {
    name: "Select",
    infer(inputs) {
      const { t } = inputs as Record<"t", TensorInfo>;
      return [{ shape: t.shape, dtype: t.dtype as LazyType }];
    },
    accepts(inputs) {
      const { t, e, condition } = inputs as Record<"condition" | "t" | "e", TensorInfo>;
      return condition.dtype === "bool" && t.dtype === e.dtype && any.includes(t.dtype as LazyType);
    },
    lower(g, inputs) {
      const { t, e, condition } = inputs as Record<"condition" | "t" | "e", GraphTensor>;
      // A condition of rank 1 chooses whole entries of the first axis.
      const rows = condition.shape.length === 1 && t.shape.length > 1;
      const chosen = rows
        ? g.reshape(condition, [...condition.shape, ...t.shape.slice(1).map(() => 1)])
        : condition;
      if (t.type !== "bool") return [where(g, chosen, t, e)];
      const [a, b] = [t, e].map((x) => g.cast(x, "int32")) as [GraphTensor, GraphTensor];
      return [g.cast(where(g, chosen, a, b), "bool")];
    },
  },
];

/** The largest integer below the quotient, int32 as in tfjs. Integers go by way of float64, which holds all of them. */
function floorDiv(g: GraphBuilder, a: GraphTensor, b: GraphTensor): GraphTensor {
  const [x, y] = [a, b].map((v) => (v.type === "int32" ? g.cast(v, "float64") : v)) as [
    GraphTensor,
    GraphTensor,
  ];
  return g.cast(g.unary("Floor", g.div(x, y)), "int32");
}

/** The remainder with the sign of the divisor: C's remainder, plus the divisor where the signs differ. */
function floorMod(g: GraphBuilder, a: GraphTensor, b: GraphTensor): GraphTensor {
  const remainder = (x: GraphTensor) => g.elementwise("Mod", [x, b], { attributes: { fmod: { int: 1 } } });
  const negative = (x: GraphTensor) => g.elementwise("Less", [x, g.scalar(0)], { type: "bool" });
  const once = remainder(a);
  const differ = g.elementwise("Xor", [negative(a), negative(b)], { type: "bool" });
  return where(g, differ, remainder(g.add(once, b)), once);
}
