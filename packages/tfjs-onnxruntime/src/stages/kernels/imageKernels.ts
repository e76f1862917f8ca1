import { sliceArguments } from "../../kernels/arrangementKernels";
import { type Domain, type Expression, onlyLoads, type View, wholeView } from "../expression";
import type { Call, KernelLowering } from "../kernelLowering";
import { type Lowering, sizeOf, Unsupported, type Value } from "../lowering";
import { arrayOf, imageOf } from "./operands";

const numbers =
  (value: (call: Call) => number): KernelLowering =>
  (_, call) => [{ kind: "number", value: value(call), shape: call.shape }];

/** An image that is the same number throughout where it stands for one. */
export function imageLike({ expressions }: Lowering, value: Value, shape: readonly number[]): Value {
  if (value.kind !== "number") return value;
  const [, rows, columns, channels] = shape as [number, number, number, number];
  return { kind: "image", value: expressions.number(value.value), extents: { rows, columns, channels } };
}

const concatChannels: KernelLowering = (lowering, call) => {
  const [output] = call.node.outputs;
  const shape = output?.shape as readonly number[];
  if (shape.length !== 4) throw new Unsupported("channels of lists are put together");
  const given = call.node.names.map((name) => call.value(name));
  const [first] = given;
  if (first?.kind === "number" && given.every((one) => one.kind === "number" && one.value === first.value))
    return [{ kind: "number", value: first.value, shape }];
  const parts = given.map((one, i) =>
    imageOf(lowering, imageLike(lowering, one, call.node.inputs[i]?.shape as readonly number[])),
  );
  return [besideOneAnother(lowering, parts, shape)];
};

/** Images of the same pixels, their channels one after the other. */
function besideOneAnother(
  lowering: Lowering,
  parts: readonly { readonly value: Expression; readonly extents: Domain }[],
  shape: readonly number[],
): Value {
  const level = Math.max(...parts.map(({ value }) => value.level));
  const [, rows, columns, channels] = shape as [number, number, number, number];
  const extents: Domain = { rows, columns, channels };
  const whole = wholeView(lowering.image(extents, level));
  let origin = 0;
  for (const { value, extents: own } of parts) {
    lowering.store(value, { ...whole, origin, extents: own }, level);
    origin += own.channels;
  }
  return { kind: "image", value: lowering.expressions.load(whole), extents };
}

/** An image whose channels are repeated. */
export function repeated(
  lowering: Lowering,
  value: Value,
  own: readonly number[],
  shape: readonly number[],
): Value {
  if (own.slice(0, 3).join() !== shape.slice(0, 3).join())
    throw new Unsupported("images or pixels are repeated");
  const channels = own[3];
  const image = imageOf(lowering, value);
  const copies = (shape[3] as number) / (channels as number);
  return besideOneAnother(lowering, Array<typeof image>(copies).fill(image), shape);
}

const splitChannels: KernelLowering = (lowering, call) => {
  const x = call.value("x");
  const sizes = call.node.attributes["sizes"] as readonly number[];
  if (x.kind === "number")
    return call.node.outputs.map(({ shape }) => ({ kind: "number", value: x.value, shape }));
  const image = imageOf(lowering, x);
  const { value, extents } = image;
  // What is the same at all pixels is read where it is.
  const view = lowering.stored(value, extents).view as View;
  let origin = view.origin;
  return sizes.map((channels): Value => {
    const part = { ...extents, channels };
    const load = lowering.expressions.load({ ...view, origin, extents: part });
    origin += channels;
    return { kind: "image", value: load, extents: part };
  });
};

const slice: KernelLowering = (lowering, call) => {
  const shape = call.shapeOf("x");
  const [begin] = sliceArguments({ shape }, call.node.attributes);
  if (shape.length !== 4 || call.shape[0] !== shape[0])
    throw new Unsupported("a list, or part of a batch, is cut");
  const { value, extents } = imageOf(lowering, call.value("x"));
  const [, rows, columns, channels] = call.shape as [number, number, number, number];
  const [, row = 0, column = 0, channel = 0] = begin;
  const part = { rows, columns, channels };
  // A sum of images is cut before it is added up: what is cut off need not be computed.
  const isWhole = channels === extents.channels;
  const source = isWhole && onlyLoads(value) ? value : lowering.stored(value, extents);
  const cut = lowering.expressions.moved(source, (view) => ({
    ...view,
    origin: view.origin + row * view.rowStep + column * view.pixelStep + channel,
    extents: part,
  }));
  return [
    {
      kind: "image",
      value: call.uses() > 1 ? lowering.kept(cut, part) : lowering.bounded(cut, part),
      extents: part,
    },
  ];
};

const pad: KernelLowering = (lowering, call) => {
  const pairs = call.node.attributes["paddings"] as readonly [number, number][];
  const x = call.value("x");
  const [batch, [top, bottom] = [0, 0], [left, right] = [0, 0], channels] = pairs;
  if (pairs.length !== 4 || [batch, channels].some((pair) => (pair?.[0] ?? 0) + (pair?.[1] ?? 0) > 0))
    throw new Unsupported("something else than an image gets a border");
  const { value, extents } = imageOf(lowering, imageLike(lowering, x, call.shapeOf("x")));
  const number = call.value("$0");
  const { expressions: e } = lowering;
  const fill =
    number.kind === "array" ? e.scalar(number.array) : e.number((number as { value: number }).value);
  return [{ kind: "padded", value, inner: extents, border: { top, left, bottom, right, fill } }];
};

/** Zeros and ones are part of the graph; another number comes with each call (`varying` of the kernel). */
const fill: KernelLowering = (lowering, call) => {
  const { node, shape } = call;
  if (!node.names.includes("$0"))
    return [{ kind: "number", value: node.attributes["value"] as number, shape }];
  const number = lowering.expressions.scalar(arrayOf(lowering, call.value("$0")));
  return [{ kind: "array", array: lowering.list(number, Math.max(1, sizeOf(shape))), shape }];
};

export const imageKernels: Readonly<Record<string, KernelLowering>> = {
  Fill: fill,
  ZerosLike: numbers(() => 0),
  OnesLike: numbers(() => 1),
  BarsConcatChannels: concatChannels,
  BarsSplitChannels: splitChannels,
  Slice: slice,
  PadV2: pad,
};
