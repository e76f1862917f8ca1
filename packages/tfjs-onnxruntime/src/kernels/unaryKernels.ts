import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { GraphBuilder } from "../graphBuilder";
import type { GraphTensor } from "../graphTensor";
import type { KernelAttributes, LazyKernel, LazyType, NamedInfos } from "../lazyGraph";

type Lower = (g: GraphBuilder, x: GraphTensor, attributes: KernelAttributes) => GraphTensor;

/** Name of the only input. */
const only = (inputs: NamedInfos): TensorInfo => Object.values(inputs)[0] as TensorInfo;

/** A kernel of one input that keeps the shape, for the given types; other types go to the cpu kernel. */
function unary(name: string, types: readonly LazyType[], lower: Lower, result?: LazyType): LazyKernel {
  return {
    name,
    infer: (inputs) => [{ shape: only(inputs).shape, dtype: result ?? (only(inputs).dtype as LazyType) }],
    accepts: (inputs) => types.includes(only(inputs).dtype as LazyType),
    lower: (g, inputs, attributes) => [lower(g, Object.values(inputs)[0] as GraphTensor, attributes)],
  };
}

const float = ["float32"] as const;
const numeric = ["float32", "int32"] as const;
const any = ["float32", "int32", "bool"] as const;

/** tfjs kernels that are one ONNX operator on float32: tfjs name, ONNX name. */
const direct: Readonly<Record<string, string>> = {
  Acos: "Acos",
  Acosh: "Acosh",
  Asin: "Asin",
  Asinh: "Asinh",
  Atan: "Atan",
  Atanh: "Atanh",
  Cos: "Cos",
  Cosh: "Cosh",
  Erf: "Erf",
  Exp: "Exp",
  Log: "Log",
  Sigmoid: "Sigmoid",
  Sin: "Sin",
  Sinh: "Sinh",
  Sqrt: "Sqrt",
  Tan: "Tan",
  Tanh: "Tanh",
};

const seluScale = 1.0507009873554805;
const seluAlpha = 1.6732632423543772;

/** Kernels of one input, computed entry by entry. */
export const unaryKernels: readonly LazyKernel[] = [
  ...Object.entries(direct).map(([name, op]) => unary(name, float, (g, x) => g.unary(op, x))),
  ...["Ceil", "Floor", "Round"].map((op) => unary(op, float, (g, x) => g.unary(op, x))),
  ...["Abs", "Neg", "Sign"].map((op) => unary(op, numeric, (g, x) => g.unary(op, x))),
  unary("Relu", numeric, (g, x) =>
    x.type === "float32" ? g.unary("Relu", x) : g.elementwise("Max", [x, g.scalar(0, x.type)]),
  ),
  unary("Relu6", float, (g, x) => clip(g, x, 0, 6)),
  unary("Square", numeric, (g, x) => g.mul(x, x)),
  unary("Reciprocal", float, (g, x) => g.unary("Reciprocal", x)),
  unary("Rsqrt", float, (g, x) => g.unary("Reciprocal", g.unary("Sqrt", x))),
  unary("Expm1", float, expm1),
  unary("Log1p", float, log1p),
  unary("Elu", float, (g, x) => g.unary("Elu", x, { alpha: { float: 1 } })),
  unary("Selu", float, (g, x) =>
    g.unary("Selu", x, { alpha: { float: seluAlpha }, gamma: { float: seluScale } }),
  ),
  unary("LeakyRelu", float, (g, x, { alpha }) =>
    g.unary("LeakyRelu", x, { alpha: { float: alpha as number } }),
  ),
  unary("Softplus", float, softplus),
  unary("Step", float, step),
  unary("ClipByValue", numeric, (g, x, { clipValueMin, clipValueMax }) =>
    clip(g, x, clipValueMin as number, clipValueMax as number),
  ),
  unary("LogicalNot", ["bool"], (g, x) => g.unary("Not", x), "bool"),
  unary("IsNan", float, (g, x) => truth(g, "IsNaN", x), "bool"),
  unary("IsInf", float, (g, x) => truth(g, "IsInf", x), "bool"),
  unary("IsFinite", float, (g, x) => finite(g, x), "bool"),
  {
    name: "Cast",
    infer: (inputs, { dtype }) => [{ shape: only(inputs).shape, dtype: dtype as LazyType }],
    accepts: (inputs, { dtype }) =>
      any.includes(dtype as LazyType) && any.includes(only(inputs).dtype as LazyType),
    lower: (g, inputs, { dtype }) => [castValue(g, inputs["x"] as GraphTensor, dtype as LazyType)],
  },
];

/** tfjs truncates towards zero; anything but zero is true. */
function castValue(g: GraphBuilder, x: GraphTensor, type: LazyType): GraphTensor {
  if (type !== "bool" || x.type === "bool") return g.cast(x, type);
  return g.unary("Not", truthOf(g, "Equal", [x, g.scalar(0, x.type)]));
}

function truthOf(g: GraphBuilder, op: string, inputs: GraphTensor[]): GraphTensor {
  return g.elementwise(op, inputs, { type: "bool" });
}

function truth(g: GraphBuilder, op: string, x: GraphTensor): GraphTensor {
  return truthOf(g, op, [x]);
}

function finite(g: GraphBuilder, x: GraphTensor): GraphTensor {
  const wrong = truthOf(g, "Or", [truth(g, "IsNaN", x), truth(g, "IsInf", x)]);
  return g.unary("Not", wrong);
}

export function clip(g: GraphBuilder, x: GraphTensor, least: number, most: number): GraphTensor {
  const aligned = g.align([x], x.shape.length);
  return g.emit(
    "Clip",
    [aligned.inputs[0] as GraphTensor, g.scalar(least, x.type), g.scalar(most, x.type)],
    x.shape,
    {
      channelsFirst: aligned.channelsFirst,
    },
  );
}

/** `tanh(x/2) · (exp(x) + 1)` is `exp(x) − 1` without the loss of digits near 0; far from 0 the plain form. */
function expm1(g: GraphBuilder, x: GraphTensor): GraphTensor {
  const power = g.unary("Exp", x);
  const near = g.mul(g.unary("Tanh", g.mul(x, g.scalar(0.5))), g.add(power, g.scalar(1)));
  const isNear = truthOf(g, "Less", [g.unary("Abs", x), g.scalar(1)]);
  return g.elementwise("Where", [isNear, near, g.sub(power, g.scalar(1))], { type: "float32" });
}

/** `log(1 + x)`, with Kahan's correction for the rounding of `1 + x`. */
function log1p(g: GraphBuilder, x: GraphTensor): GraphTensor {
  const one = g.scalar(1);
  const u = g.add(x, one);
  const rounded = g.sub(u, one);
  const corrected = g.div(g.mul(g.unary("Log", u), x), rounded);
  const isTiny = truthOf(g, "Equal", [rounded, g.scalar(0)]);
  const isFar = truthOf(g, "Greater", [g.unary("Abs", x), g.scalar(1)]);
  const near = g.elementwise("Where", [isTiny, x, corrected], { type: "float32" });
  return g.elementwise("Where", [isFar, g.unary("Log", u), near], { type: "float32" });
}

/** `max(x, 0) + log(1 + exp(−|x|))`: never overflows. */
function softplus(g: GraphBuilder, x: GraphTensor): GraphTensor {
  const tail = log1p(g, g.unary("Exp", g.unary("Neg", g.unary("Abs", x))));
  return g.add(g.unary("Relu", x), tail);
}

/** 1 where `x > 0`, `alpha` elsewhere (NaN included, unlike tfjs: this is half of every ReLU's gradient). */
function step(g: GraphBuilder, x: GraphTensor, { alpha }: KernelAttributes): GraphTensor {
  const above = g.cast(truthOf(g, "Greater", [x, g.scalar(0)]), "float32");
  if (alpha === 0) return above;
  return g.add(g.mul(above, g.scalar(1 - (alpha as number))), g.scalar(alpha as number));
}
