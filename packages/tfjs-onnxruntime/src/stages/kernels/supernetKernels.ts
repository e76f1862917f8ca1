import type { Expression, Expressions } from "../expression";
import type { Call, KernelLowering } from "../kernelLowering";
import type { Lowering, Value } from "../lowering";
import { lowerElementwise } from "./elementwiseKernels";
import { imageOf } from "./operands";

/** `Σ_k weights_k · values_k`, times a mask of channels. */
function weighted(
  e: Expressions,
  values: readonly Expression[],
  weights: readonly Expression[],
  mask: Expression | undefined,
): Expression {
  const terms = values.map((value, k) => {
    const weight = weights[k] as Expression;
    return e.make("mul", value, mask ? e.make("mul", mask, weight) : weight);
  });
  return terms.reduce((sum, term) => e.make("add", sum, term));
}

const lowered = (
  lowering: Lowering,
  call: Call,
  values: readonly Value[],
  formula: (operands: readonly Expression[]) => Expression,
): Value => lowerElementwise(lowering, values, call.shape, call.uses(), formula);

const weightedSum: KernelLowering = (lowering, call) => {
  const count = call.node.attributes["count"] as number;
  const values = call.node.names.map((name) => call.value(name));
  const sum = (given: readonly Expression[]) =>
    weighted(lowering.expressions, given.slice(0, count), given.slice(count, 2 * count), given[2 * count]);
  return [lowered(lowering, call, values, sum)];
};

const scaleChannels: KernelLowering = (lowering, call) => {
  const values = ["x", "weight", "mask"].filter((name) => call.inputs[name]).map((name) => call.value(name));
  const product = ([x, weight, mask]: readonly Expression[]) =>
    weighted(lowering.expressions, [x as Expression], [weight as Expression], mask);
  return [lowered(lowering, call, values, product)];
};

/** An image as a stage sees it: one with a border is made there and not kept. */
function seenIn(lowering: Lowering, value: Value, stage: number) {
  if (value.kind !== "padded") return imageOf(lowering, value);
  const view = lowering.held(value.value, value.inner, stage, value.border);
  return { value: lowering.expressions.load(view), extents: view.extents };
}

const levelOf = (lowering: Lowering, value: Value): number =>
  value.kind === "padded"
    ? Math.max(value.value.level, value.border.fill.level)
    : imageOf(lowering, value).value.level;

const channelDot: KernelLowering = (lowering, call) => {
  const [first, second] = [call.value("a"), call.value("b")];
  const level = Math.max(levelOf(lowering, first), levelOf(lowering, second));
  const [a, b] = [seenIn(lowering, first, level), seenIn(lowering, second, level)];
  const product = lowering.expressions.make("mul", a.value, b.value);
  const array = lowering.sumAt(product, a.extents, level);
  return [{ kind: "array", array, shape: [a.extents.channels] }];
};

/** Kernels of the supernet; formulas: `lib/backend/fused` of the library. */
export const supernetKernels: Readonly<Record<string, KernelLowering>> = {
  BarsWeightedSum: weightedSum,
  BarsScaleChannels: scaleChannels,
  BarsChannelDot: channelDot,
  AddN(lowering, call) {
    const { expressions: e } = lowering;
    const values = call.node.names.map((name) => call.value(name));
    return [lowered(lowering, call, values, (given) => given.reduce((sum, one) => e.make("add", sum, one)))];
  },
};
