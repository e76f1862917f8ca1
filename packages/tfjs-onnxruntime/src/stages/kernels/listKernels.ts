import { sliceArguments } from "../../kernels/arrangementKernels";
import type { KernelLowering } from "../kernelLowering";
import { sizeOf, Unsupported, type Value } from "../lowering";
import { imageKernels, repeated } from "./imageKernels";
import { type Move, moved, stepsOf } from "./listMoves";
import { listTask, rowStatistics } from "./listTask";
import { arrayOf } from "./operands";

const slice: KernelLowering = (lowering, call) => {
  const x = call.value("x");
  if (x.kind === "image" || x.kind === "padded")
    return (imageKernels["Slice"] as KernelLowering)(lowering, call);
  const shape = call.shapeOf("x");
  const made = call.shape;
  if (x.kind === "number") return [{ ...x, shape: made }];
  const [begin] = sliceArguments({ shape }, call.node.attributes);
  const steps = stepsOf(shape);
  const first = steps.reduce((sum, step, axis) => sum + step * (begin[axis] ?? 0), 0);
  const write = { first: 0, steps: stepsOf(made) };
  const array = moved(lowering, Math.max(1, sizeOf(made)), [
    { from: x.array, extents: made, read: { first, steps }, write },
  ]);
  return [{ kind: "array", array, shape: made }];
};

const pad: KernelLowering = (lowering, call) => {
  const shape = call.shapeOf("x");
  const x = call.value("x");
  const ofImages = x.kind === "image" || x.kind === "padded" || (x.kind === "number" && shape.length === 4);
  if (ofImages) return (imageKernels["PadV2"] as KernelLowering)(lowering, call);
  const made = call.shape;
  const pairs = call.node.attributes["paddings"] as readonly (readonly [number, number])[];
  const steps = stepsOf(made);
  const first = steps.reduce((sum, step, axis) => sum + step * (pairs[axis]?.[0] ?? 0), 0);
  const move = { extents: shape, read: { first: 0, steps: stepsOf(shape) }, write: { first, steps } };
  const from = arrayOf(lowering, x);
  const fill = arrayOf(lowering, call.value("$0"));
  return [
    { kind: "array", array: moved(lowering, sizeOf(made), [{ from, ...move }], { fill }), shape: made },
  ];
};

const along = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

/** Lists one behind the other along an axis; `isNew` where they have no such axis yet. */
const joined =
  (isNew: boolean): KernelLowering =>
  (lowering, call) => {
    const { shape } = call;
    const axis = along(call.node.attributes["axis"] as number, shape.length);
    const steps = stepsOf(shape);
    let done = 0;
    const moves = call.node.names.map((name): Move => {
      const extents = isNew ? shape.map((extent, i) => (i === axis ? 1 : extent)) : call.shapeOf(name);
      const move = {
        from: arrayOf(lowering, call.value(name)),
        extents,
        read: { first: 0, steps: stepsOf(extents) },
        write: { first: done * (steps[axis] as number), steps },
      };
      done += extents[axis] as number;
      return move;
    });
    return [{ kind: "array", array: moved(lowering, Math.max(1, sizeOf(shape)), moves), shape }];
  };

/** Parts of the list `name` along an axis; `isLost` where they have no such axis any more, and each is one entry of it. */
const parted =
  (name: string, isLost: boolean): KernelLowering =>
  (lowering, call) => {
    const from = arrayOf(lowering, call.value(name));
    const whole = call.shapeOf(name);
    const axis = along(call.node.attributes["axis"] as number, whole.length);
    const steps = stepsOf(whole);
    let done = 0;
    return call.node.outputs.map(({ shape }): Value => {
      const size = isLost ? 1 : (shape[axis] as number);
      const extents = whole.map((extent, k) => (k === axis ? size : extent));
      const read = { first: done * (steps[axis] as number), steps };
      done += size;
      const move = { from, extents, read, write: { first: 0, steps: stepsOf(extents) } };
      return { kind: "array", array: moved(lowering, Math.max(1, sizeOf(extents)), [move]), shape };
    });
  };

const tile: KernelLowering = (lowering, call) => {
  const x = call.value("x");
  const own = call.shapeOf("x");
  const shape = call.shape;
  if (x.kind === "number") return [{ ...x, shape }];
  if (x.kind !== "array") return [repeated(lowering, x, own, shape)];
  const ofImages = own.length === 4 && own[0] === lowering.batch && own[1] === 1 && own[2] === 1;
  if (ofImages && own[3] === shape[3] && own[0] === shape[0]) {
    const [, rows, columns, channels] = shape as [number, number, number, number];
    const value = lowering.expressions.of(x.array, "imageChannel");
    return [{ kind: "image", value, extents: { rows, columns, channels } }];
  }
  const repeats = call.node.attributes["reps"] as readonly number[];
  // Each axis is two: its repeats, and its entries.
  const extents = own.flatMap((extent, axis) => [repeats[axis] as number, extent]);
  const [read, write] = [stepsOf(own), stepsOf(shape)];
  const array = moved(lowering, Math.max(1, sizeOf(shape)), [
    {
      from: x.array,
      extents,
      read: { first: 0, steps: own.flatMap((_, axis) => [0, read[axis] as number]) },
      write: {
        first: 0,
        steps: own.flatMap((extent, axis) => [(write[axis] as number) * extent, write[axis] as number]),
      },
    },
  ]);
  return [{ kind: "array", array, shape }];
};

const softmax: KernelLowering = (lowering, call) => {
  const shape = call.shapeOf("logits");
  if (along(call.node.attributes["dim"] as number, shape.length) !== shape.length - 1)
    throw new Unsupported("along another axis than the last");
  const x = arrayOf(lowering, call.value("logits"));
  const classes = shape.at(-1) as number;
  const array = listTask(lowering, [x], x.length, (code, [from, to], place) => {
    const column = code.local();
    const [source, target] = [from, to] as [typeof column, typeof column];
    code.loop(x.length / classes, 1, () => {
      const { most, total } = rowStatistics(place, source, classes);
      code.int(0).set(column);
      code.repeat(column, classes, 1, () => {
        code.get(target).get(source).loadFloat().get(most).floatOp("sub", false).raw(0xbb);
        code.call(place.module.outside("exp")).get(total).raw(0xa3, 0xb6).storeFloat();
        code.advance(source, 4).advance(target, 4);
      });
    });
  });
  return [{ kind: "array", array, shape }];
};

export const listKernels: Readonly<Record<string, KernelLowering>> = {
  Slice: slice,
  PadV2: pad,
  Pack: joined(true),
  Concat: joined(false),
  Unpack: parted("value", true),
  SplitV: parted("x", false),
  Tile: tile,
  Softmax: softmax,
};
