import { includes } from "../context";
import { type ArrayMemory, type Expression, type View, wholeView } from "../expression";
import type { Call, KernelLowering } from "../kernelLowering";
import type { Lowering, Value } from "../lowering";
import { lowerElementwise } from "./elementwiseKernels";
import { imageLike } from "./imageKernels";
import { moved } from "./listMoves";
import { arrayOf, imageOf } from "./operands";

const same: KernelLowering = (_, call) => {
  const x = call.value("x");
  return call.node.outputs.map(() => x);
};

/** `x` where the gate is not 0, else zeros; under the gate, `x`. */
const gate: KernelLowering = (lowering, call) => {
  const x = call.value("x");
  const condition = call.condition("gate");
  if (includes(lowering.context, condition)) return [x];
  const { expressions: e } = lowering;
  const test = e.make("ne", e.scalar(condition.list, condition.entry), e.number(0));
  const kept = ([one]: readonly Expression[]) => e.make("keep", one as Expression, test);
  return [lowerElementwise(lowering, [x], call.shape, call.uses(), kept)];
};

/** The part whose gate is not 0. */
const select: KernelLowering = (lowering, call) => {
  const names = call.node.names.filter((name) => name !== "gates");
  const given = names.map((name) => call.value(name));
  const conditions = names.map((name) => call.condition("gates", Number(name.slice("part".length))));
  for (const list of new Set(conditions.map((one) => one.list)))
    lowering.exclusive.set(list, [...(lowering.exclusive.get(list) ?? []), lowering.context]);
  const { expressions: e } = lowering;
  const [first] = given as [Value];
  if (first.kind === "number" && given.every((one) => one.kind === "number" && one.value === first.value))
    return [{ ...first, shape: call.shape }];
  if (given.some(({ kind }) => kind === "image" || kind === "padded")) {
    const images = given.map((one) => imageOf(lowering, imageLike(lowering, one, call.shape)));
    const { extents } = images[0] as (typeof images)[number];
    const parts = images.map(({ value }) => value);
    return [{ kind: "image", value: lowering.chosenImage(parts, conditions, extents), extents }];
  }
  const arrays = given.map((one) => arrayOf(lowering, one));
  const { length } = arrays[0] as ArrayMemory;
  const lists = arrays.map((array) => e.of(array, "array"));
  return [{ kind: "array", array: lowering.chosenList(lists, conditions, length), shape: call.shape }];
};

/** Copies channels from each of several nodes to another's, side by side; the rest of what it makes are zeros. */
function betweenNodes(
  lowering: Lowering,
  call: Call,
  { nodes, from, to }: { readonly nodes: number; readonly from: number; readonly to: number },
): readonly Value[] {
  const x = call.value("x");
  const shape = call.shape;
  const { expressions: e } = lowering;
  if (from === to || (x.kind === "number" && x.value === 0))
    return [x.kind === "number" || x.kind === "array" ? { ...x, shape } : x];
  const channels = Math.min(from, to);
  if (x.kind === "image" || x.kind === "padded") {
    const { value, extents } = imageOf(lowering, x);
    const given = lowering.stored(value, extents).view as View;
    const part = { ...extents, channels };
    const parts = Array.from({ length: nodes }, (_, node) =>
      e.load({ ...given, origin: given.origin + node * from, extents: part }),
    );
    const made = { ...extents, channels: nodes * to };
    if (nodes === 1 && to < from) return [{ kind: "image", value: parts[0] as Expression, extents: made }];
    const { level } = value;
    const whole = wholeView(lowering.image(made, level));
    parts.forEach((one, node) => {
      const origin = node * to;
      lowering.store(one, { ...whole, origin, extents: part }, level);
      const zeros = { ...extents, channels: to - channels };
      if (zeros.channels > 0)
        lowering.store(e.number(0), { ...whole, origin: origin + channels, extents: zeros }, level);
    });
    return [{ kind: "image", value: e.load(whole), extents: made }];
  }
  const list = arrayOf(lowering, x);
  const rows = list.length / (nodes * from);
  const walk = (width: number) => ({ first: 0, steps: [nodes * width, width, 1] });
  const move = { from: list, extents: [rows, nodes, channels], read: walk(from), write: walk(to) };
  const fill = to > from ? { fill: lowering.list(e.number(0), 1) } : {};
  return [{ kind: "array", array: moved(lowering, rows * nodes * to, [move], fill), shape }];
}

const lastOf = (shape: readonly number[]): number => shape.at(-1) as number;

export const gateKernels: Readonly<Record<string, KernelLowering>> = {
  BarsGateBack: same,
  BarsFork: same,
  BarsGate: gate,
  BarsSelect: select,
  BarsLeadingChannels(lowering, call) {
    const { nodes, kept } = call.node.attributes as Record<"nodes" | "kept", number>;
    return betweenNodes(lowering, call, { nodes, from: lastOf(call.shapeOf("x")) / nodes, to: kept });
  },
  BarsSpreadChannels(lowering, call) {
    const { nodes, channels } = call.node.attributes as Record<"nodes" | "channels", number>;
    return betweenNodes(lowering, call, { nodes, from: lastOf(call.shapeOf("x")) / nodes, to: channels });
  },
};
