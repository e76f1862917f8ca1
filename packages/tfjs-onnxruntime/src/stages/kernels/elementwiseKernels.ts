import type { Expression, Expressions } from "../expression";
import type { KernelLowering } from "../kernelLowering";
import { type Lowering, type Padded, Unsupported, type Value } from "../lowering";
import { besideImages, besideLists, imageOf, listDomain } from "./operands";

type Formula = (
  e: Expressions,
  operands: readonly Expression[],
  attributes: Readonly<Record<string, unknown>>,
) => Expression;

/** A kernel whose result at each place depends on its inputs there. */
function elementwise(names: readonly string[], formula: Formula): KernelLowering {
  return (lowering, call) => {
    const values = names.map((name) => call.value(name));
    return [
      lowerElementwise(lowering, values, call.shape, call.uses(), (operands) =>
        formula(lowering.expressions, operands, call.node.attributes),
      ),
    ];
  };
}

/** Computes a formula of images, lists and numbers. */
export function lowerElementwise(
  lowering: Lowering,
  values: readonly Value[],
  shape: readonly number[],
  uses: number,
  formula: (operands: readonly Expression[]) => Expression,
): Value {
  const bordered = withinBorders(lowering, values, formula);
  if (bordered) return bordered;
  const plain = values.map(
    (value): Exclude<Value, { kind: "padded" }> =>
      value.kind === "padded" ? { kind: "image", ...imageOf(lowering, value) } : value,
  );
  const images = plain.flatMap((value) => (value.kind === "image" ? [value.extents] : []));
  const [extents] = images;
  if (extents) {
    if (shape.slice(1).join() !== [extents.rows, extents.columns, extents.channels].join())
      throw new Unsupported("an image grows where it meets another");
    const value = formula(plain.map((one) => besideImages(lowering, one, extents)));
    if (value.op === "number") return { kind: "number", value: value.value as number, shape };
    const kept = uses > 1 ? lowering.kept(value, extents) : lowering.bounded(value, extents);
    return { kind: "image", value: kept, extents };
  }
  const operands = plain.map((one) =>
    besideLists(lowering, one as Exclude<Value, { kind: "padded" | "image" }>, shape),
  );
  const value = formula(operands);
  if (value.op === "number") return { kind: "number", value: value.value as number, shape };
  const domain = listDomain(shape, operands);
  const target = lowering.array(domain.rows * domain.channels, value.level);
  lowering.listed(value, target, domain);
  return { kind: "array", array: target, shape };
}

/** Images within borders of one width, and lists: the formula of the images within the formula of the borders. */
function withinBorders(
  lowering: Lowering,
  values: readonly Value[],
  formula: (operands: readonly Expression[]) => Expression,
): Value | undefined {
  const padded = values.flatMap((value) => (value.kind === "padded" ? [value] : []));
  const [first] = padded;
  if (!first || values.some(({ kind }) => kind === "image")) return undefined;
  const { top, left, bottom, right } = first.border;
  const alike = padded.every(
    ({ border }) =>
      border.top === top && border.left === left && border.bottom === bottom && border.right === right,
  );
  if (!alike) return undefined;
  const operands = (ofPadded: (value: Padded) => Expression) =>
    formula(
      values.map((value) =>
        value.kind === "padded"
          ? ofPadded(value)
          : besideImages(lowering, value as Exclude<Value, Padded>, first.inner),
      ),
    );
  const value = lowering.bounded(
    operands((one) => one.value),
    first.inner,
  );
  const fill = operands(({ border }) => border.fill);
  return { kind: "padded", value, inner: first.inner, border: { ...first.border, fill } };
}

const unary = (
  formula: (e: Expressions, x: Expression, attributes: Readonly<Record<string, unknown>>) => Expression,
) => elementwise(["x"], (e, [x], attributes) => formula(e, x as Expression, attributes));

const binary = (formula: (e: Expressions, a: Expression, b: Expression) => Expression, a = "a", b = "b") =>
  elementwise([a, b], (e, [x, y]) => formula(e, x as Expression, y as Expression));

const exponential = (e: Expressions, x: Expression) => e.make("exp", x);

const choice = elementwise(["condition", "t", "e"], (e, [condition, first, second]) => {
  const [holds, nothing] = [condition as Expression, e.number(0)];
  const chosen = e.make("keep", first as Expression, e.make("ne", holds, nothing));
  return e.make("add", chosen, e.make("keep", second as Expression, e.make("eq", holds, nothing)));
});

/** `e^x` of images; lists have more digits (`functionKernels.ts`). */
export const exponentialOfImages = unary(exponential);

function hyperbolicCosine(e: Expressions, x: Expression): Expression {
  // By halves: e^|x| itself may be more than a number can be where the result is not.
  const size = e.make("abs", x);
  const root = exponential(e, e.make("mul", size, e.number(0.5)));
  const rising = e.make("mul", e.make("mul", root, e.number(0.5)), root);
  return e.make("add", rising, e.make("mul", exponential(e, e.make("neg", size)), e.number(0.5)));
}

const add = binary((e, a, b) => e.make("add", a, b));
const relu = unary((e, x) => e.make("relu", x));

export const elementwiseKernels: Readonly<Record<string, KernelLowering>> = {
  Add: add,
  BarsAdd: add,
  Sub: binary((e, a, b) => e.make("sub", a, b)),
  Multiply: binary((e, a, b) => e.make("mul", a, b)),
  Maximum: binary((e, a, b) => e.make("max", a, b)),
  Minimum: binary((e, a, b) => e.make("min", a, b)),
  RealDiv: binary((e, a, b) => e.make("div", a, b)),
  BarsAddRelu: binary((e, a, b) => e.make("relu", e.make("add", a, b))),
  Abs: unary((e, x) => e.make("abs", x)),
  Neg: unary((e, x) => e.make("neg", x)),
  Sqrt: unary((e, x) => e.make("sqrt", x)),
  Rsqrt: unary((e, x) => e.make("div", e.number(1), e.make("sqrt", x))),
  Round: unary((e, x) => e.make("nearest", x)),
  Ceil: unary((e, x) => e.make("ceil", x)),
  Floor: unary((e, x) => e.make("floor", x)),
  Tanh: unary((e, x) => e.make("tanh", x)),
  Sigmoid: unary((e, x) =>
    e.make("div", e.number(1), e.make("add", exponential(e, e.make("neg", x)), e.number(1))),
  ),
  Cosh: unary(hyperbolicCosine),
  // Near 0 the difference of exponentials would lose digits.
  Sinh: unary((e, x) => e.make("mul", hyperbolicCosine(e, x), e.make("tanh", x))),
  Square: unary((e, x) => e.make("mul", x, x)),
  Relu: relu,
  BarsRelu: relu,
  Step: unary((e, x, { alpha = 0 }) => {
    const below = alpha as number;
    const above = e.make("bit", e.make("gt", x, e.number(0)));
    return e.make("add", e.make("mul", above, e.number(1 - below)), e.number(below));
  }),
  BarsSignWindow: unary((e, x) => e.make("sign", x)),
  BarsReluGrad: binary((e, dy, y) => e.make("keep", dy, e.make("gt", y, e.number(0))), "dy", "y"),
  BarsSignWindowGrad: elementwise(["dy", "x"], (e, [dy, x], { clip }) =>
    e.make("keep", dy as Expression, e.make("le", e.make("abs", x as Expression), e.number(clip as number))),
  ),
  ClipByValue(lowering, call) {
    const { clipValueMin, clipValueMax } = call.node.attributes as Record<string, number>;
    // Of whole numbers the result is whole.
    const isWhole = call.inputs["x"]?.value.dtype === "int32";
    const [least, most] = [clipValueMin as number, clipValueMax as number].map((limit) =>
      isWhole ? Math.trunc(limit) : limit,
    ) as [number, number];
    return unary((e, x) => e.make("min", e.make("max", x, e.number(least)), e.number(most)))(lowering, call);
  },
  LogicalAnd: binary((e, a, b) => e.make("mul", a, b)),
  LogicalNot: unary((e, x) => e.make("bit", e.make("eq", x, e.number(0)))),
  Select(lowering, call) {
    // Such a condition chooses whole entries of the first axis.
    if (call.shapeOf("condition").length === 1 && call.shapeOf("t").length > 1)
      throw new Unsupported("it chooses entries of the first axis");
    return choice(lowering, call);
  },
  Equal: binary((e, a, b) => e.make("bit", e.make("eq", a, b))),
  LessEqual: binary((e, a, b) => e.make("bit", e.make("le", a, b))),
  GreaterEqual: binary((e, a, b) => e.make("bit", e.make("ge", a, b))),
  Less: binary((e, a, b) => e.make("bit", e.make("lt", a, b))),
  Greater: binary((e, a, b) => e.make("bit", e.make("gt", a, b))),
  Cast(_, call) {
    // All numbers are floats here; those that are not whole would have to be cut.
    const from = call.inputs["x"]?.value.dtype;
    const { dtype } = call.node.attributes;
    if (from === "float32" && dtype !== "float32") throw new Unsupported(`it casts to ${dtype}`);
    if (dtype === "bool" && from !== "bool") throw new Unsupported("it casts to bool");
    return [call.value("x")];
  },
};
