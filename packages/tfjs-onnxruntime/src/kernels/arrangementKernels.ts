import { backend_util, slice_util, type TensorInfo, util } from "@tensorflow/tfjs-core";
import type { GraphTensor } from "../graphTensor";
import type { LazyKernel, LazySpec, LazyType, NamedInfos } from "../lazyGraph";

const x0 = (inputs: NamedInfos): TensorInfo => inputs["x"] as TensorInfo;
const typeOf = (x: TensorInfo): LazyType => x.dtype as LazyType;
const first = <T>(values: Readonly<Record<string, T>>): T => Object.values(values)[0] as T;
const specOf = (outputs: readonly LazySpec[]): LazySpec => outputs[0] as LazySpec;

/** Where a slice begins and its extents, for all axes: tfjs takes a number, too, or leaves axes out. */
export function sliceArguments(
  x: { readonly shape: readonly number[] },
  attributes: Readonly<Record<string, unknown>>,
) {
  const { begin, size } = attributes as Record<"begin" | "size", number[]>;
  const info = { shape: [...x.shape] } as TensorInfo;
  return slice_util.parseSliceParams(info as never, begin, size) as [number[], number[]];
}

/** ONNX joins tensors of one type alone. */
function ofOneType(inputs: NamedInfos): boolean {
  return Object.values(inputs).every(({ dtype }) => dtype === first(inputs).dtype);
}

interface StridedSliceAttributes {
  readonly begin: number[];
  readonly end: number[];
  readonly strides: number[];
  readonly beginMask: number;
  readonly endMask: number;
  readonly ellipsisMask: number;
  readonly newAxisMask: number;
  readonly shrinkAxisMask: number;
}

function stridedSlice(
  x: { readonly shape: readonly number[] },
  attributes: Readonly<Record<string, unknown>>,
) {
  const a = attributes as unknown as StridedSliceAttributes;
  return slice_util.sliceInfo(
    [...x.shape],
    a.begin,
    a.end,
    a.strides,
    a.beginMask,
    a.endMask,
    a.ellipsisMask,
    a.newAxisMask,
    a.shrinkAxisMask,
  );
}

/** Whether a whole number is the same as float32, as which numbers come with a call. */
export const travels = (value: number): boolean => Math.abs(value) <= 2 ** 24;

/** Equal entries, repeated only where nothing else does it. */
export const fillKernel: LazyKernel = {
  name: "Fill",
  infer: (_, { shape, dtype, value }) => [
    { shape: shape as number[], dtype: (dtype ?? util.inferDtype(value as number)) as LazyType },
  ],
  accepts: (_, { dtype, value }) =>
    typeof value === "number" &&
    (dtype === "int32" ? travels(value) : dtype !== "string" && dtype !== "bool"),
  // Zeros and ones are constants of the graph: much of what gradients multiply by.
  numbers: ({ value }) => (isPlain(value) ? [] : [value as number]),
  varying: ["value"],
  lower(g, inputs, { value }, outputs) {
    const { shape, dtype } = specOf(outputs);
    const scalar = isPlain(value) ? g.scalar(value, dtype) : g.cast(inputs["$0"] as GraphTensor, dtype);
    return [g.expand(scalar, shape)];
  },
};

/** Kernels that move entries and compute nothing. Reshape, ExpandDims and Identity are views and never recorded. */
export const arrangementKernels: readonly LazyKernel[] = [
  {
    name: "Transpose",
    infer: (inputs, { perm }) => [
      {
        shape: (perm as number[]).map((axis) => x0(inputs).shape[axis] as number),
        dtype: typeOf(x0(inputs)),
      },
    ],
    lower: (g, inputs, { perm }) => [g.transpose(inputs["x"] as GraphTensor, perm as number[])],
  },
  {
    name: "Slice",
    infer(inputs, attributes) {
      const [begin, size] = sliceArguments(x0(inputs), attributes);
      slice_util.assertParamsValid(x0(inputs), begin, size);
      return [{ shape: size, dtype: typeOf(x0(inputs)) }];
    },
    lower(g, inputs, attributes, outputs) {
      const x = inputs["x"] as GraphTensor;
      return [g.slice(x, sliceArguments(x, attributes)[0], specOf(outputs).shape)];
    },
  },
  {
    name: "StridedSlice",
    infer: (inputs, attributes) => [
      { shape: stridedSlice(x0(inputs), attributes).finalShape, dtype: typeOf(x0(inputs)) },
    ],
    lower(g, inputs, attributes, outputs) {
      const x = inputs["x"] as GraphTensor;
      const info = stridedSlice(x, attributes);
      const dense = slice_util.computeOutShape(info.begin, info.end, info.strides);
      const source = g.reshape(x, x.shape);
      const taken = info.isIdentity ? source : g.slice(source, info.begin, dense, info.strides);
      return [g.reshape(taken, specOf(outputs).shape)];
    },
  },
  {
    name: "Reverse",
    infer: (inputs) => [{ shape: x0(inputs).shape, dtype: typeOf(x0(inputs)) }],
    lower(g, inputs, { dims }) {
      const x = inputs["x"] as GraphTensor;
      const axes = util.parseAxisParam(dims as number[], [...x.shape]);
      const starts = x.shape.map((extent, axis) => (axes.includes(axis) ? extent - 1 : 0));
      const steps = x.shape.map((_, axis) => (axes.includes(axis) ? -1 : 1));
      return [x.shape.length === 0 ? x : g.slice(x, starts, x.shape, steps)];
    },
  },
  {
    name: "Concat",
    accepts: ofOneType,
    infer(inputs, { axis }) {
      const parts = Object.values(inputs);
      const along = util.parseAxisParam(axis as number, (parts[0] as TensorInfo).shape)[0] as number;
      const shapes = parts.map((part) => part.shape);
      backend_util.assertParamsConsistent(shapes, along);
      return [{ shape: backend_util.computeOutShape(shapes, along), dtype: typeOf(parts[0] as TensorInfo) }];
    },
    lower(g, inputs, { axis }, outputs) {
      const along = util.parseAxisParam(axis as number, [...specOf(outputs).shape])[0] as number;
      return [g.concat(Object.values(inputs), along)];
    },
  },
  {
    name: "Pack",
    accepts: ofOneType,
    infer(inputs, { axis }) {
      const parts = Object.values(inputs);
      const shape = [...(parts[0] as TensorInfo).shape];
      for (const part of parts) {
        util.assertShapesMatch(shape, part.shape, "All tensors passed to stack must have matching shapes");
      }
      shape.splice(newAxis(axis as number, shape.length), 0, parts.length);
      return [{ shape, dtype: typeOf(parts[0] as TensorInfo) }];
    },
    lower(g, inputs, { axis }) {
      const given = Object.values(inputs);
      const along = newAxis(axis as number, (given[0] as GraphTensor).shape.length);
      const parts = given.map((part) => {
        const shape = [...part.shape];
        shape.splice(along, 0, 1);
        return g.reshape(part, shape);
      });
      return [g.concat(parts, along)];
    },
  },
  {
    name: "Unpack",
    several: true,
    infer(inputs, { axis }) {
      const value = inputs["value"] as TensorInfo;
      const along = util.parseAxisParam(axis as number, value.shape)[0] as number;
      const shape = value.shape.filter((_, i) => i !== along);
      return Array.from({ length: value.shape[along] as number }, () => ({ shape, dtype: typeOf(value) }));
    },
    lower(g, inputs, { axis }, outputs) {
      const value = inputs["value"] as GraphTensor;
      const along = util.parseAxisParam(axis as number, [...value.shape])[0] as number;
      const sizes = outputs.map(() => 1);
      return g.split(value, sizes, along).map((part) => g.reshape(part, specOf(outputs).shape));
    },
  },
  {
    name: "SplitV",
    several: true,
    infer(inputs, { numOrSizeSplits, axis }) {
      const x = x0(inputs);
      const along = util.parseAxisParam(axis as number, x.shape)[0] as number;
      const sizes = backend_util.prepareSplitSize(x as never, numOrSizeSplits as number[], along);
      return sizes.map((size) => ({
        shape: x.shape.map((extent, i) => (i === along ? size : extent)),
        dtype: typeOf(x),
      }));
    },
    lower(g, inputs, { axis }, outputs) {
      const x = inputs["x"] as GraphTensor;
      const along = util.parseAxisParam(axis as number, [...x.shape])[0] as number;
      const sizes = outputs.map(({ shape }) => shape[along] as number);
      return g.split(x, sizes, along);
    },
  },
  {
    name: "Tile",
    infer: (inputs, { reps }) => [
      {
        shape: x0(inputs).shape.map((extent, i) => extent * ((reps as number[])[i] as number)),
        dtype: typeOf(x0(inputs)),
      },
    ],
    lower(g, inputs, { reps }, outputs) {
      const x = g.plain(inputs["x"] as GraphTensor);
      if ((reps as number[]).length === 0) return [x];
      const repeats = x.shape.every((extent, i) => extent === 1 || (reps as number[])[i] === 1);
      if (repeats) return [g.expand(x, specOf(outputs).shape)];
      return [g.emit("Tile", [x, g.ints(reps as number[])], specOf(outputs).shape)];
    },
  },
  {
    name: "PadV2",
    infer: (inputs, { paddings }) => [
      { shape: padded(x0(inputs).shape, paddings as [number, number][]), dtype: typeOf(x0(inputs)) },
    ],
    accepts: (inputs, { constantValue }) =>
      typeOf(x0(inputs)) === "float32" ||
      (typeOf(x0(inputs)) === "int32" && travels(constantValue as number)),
    numbers: ({ constantValue }) => [constantValue as number],
    varying: ["constantValue"],
    lower(g, inputs, { paddings }) {
      const x = inputs["x"] as GraphTensor;
      const pairs = paddings as [number, number][];
      const value = g.cast(inputs["$0"] as GraphTensor, x.type);
      return [
        g.pad(
          x,
          pairs.map(([before]) => before),
          pairs.map(([, after]) => after),
          value,
        ),
      ];
    },
  },
  {
    name: "MirrorPad",
    infer: (inputs, { paddings }) => [
      { shape: padded(x0(inputs).shape, paddings as [number, number][]), dtype: typeOf(x0(inputs)) },
    ],
    accepts: (inputs, { mode }) => mode === "reflect" && x0(inputs).dtype === "float32",
    lower(g, inputs, { paddings }) {
      const pairs = paddings as [number, number][];
      const [before, after] = [pairs.map(([count]) => count), pairs.map(([, count]) => count)];
      return [g.pad(inputs["x"] as GraphTensor, before, after, g.scalar(0), "reflect")];
    },
  },
  {
    name: "GatherV2",
    infer(inputs, { axis, batchDims }) {
      const { x, indices } = inputs as Record<"x" | "indices", TensorInfo>;
      const along = util.parseAxisParam(axis as number, x.shape)[0] as number;
      const info = backend_util.segment_util.collectGatherOpShapeInfo(
        x as never,
        indices as never,
        along,
        (batchDims as number | undefined) ?? 0,
      );
      return [{ shape: info.outputShape, dtype: typeOf(x) }];
    },
    accepts: (inputs, { batchDims }) => !batchDims && (inputs["indices"] as TensorInfo).dtype === "int32",
    lower(g, inputs, { axis }, outputs) {
      const x = g.plain(inputs["x"] as GraphTensor);
      const indices = g.plain(inputs["indices"] as GraphTensor);
      const along = util.parseAxisParam(axis as number, [...x.shape])[0] as number;
      const attributes = { axis: { int: along } };
      return [g.emit("Gather", [x, indices], specOf(outputs).shape, { attributes })];
    },
  },
  {
    name: "OneHot",
    infer: (inputs, { depth, dtype }) => [
      { shape: [...(inputs["indices"] as TensorInfo).shape, depth as number], dtype: dtype as LazyType },
    ],
    accepts: (inputs, { dtype }) =>
      (inputs["indices"] as TensorInfo).dtype === "int32" && ["float32", "int32"].includes(dtype as string),
    numbers: ({ onValue, offValue }) => [onValue as number, offValue as number],
    varying: ["onValue", "offValue"],
    lower(g, inputs, { depth, dtype }) {
      const indices = g.plain(inputs["indices"] as GraphTensor);
      const column = g.reshape(indices, [...indices.shape, 1]);
      const hit = g.elementwise("Equal", [column, g.range(depth as number)], { type: "bool" });
      const [on, off] = ["$0", "$1"].map((name) => g.cast(inputs[name] as GraphTensor, dtype as LazyType));
      return [
        g.elementwise("Where", [hit, on as GraphTensor, off as GraphTensor], { type: dtype as LazyType }),
      ];
    },
  },
  fillKernel,
  ...[0, 1].map(
    (value): LazyKernel => ({
      name: value === 0 ? "ZerosLike" : "OnesLike",
      infer: (inputs) => [{ shape: first(inputs).shape, dtype: typeOf(first(inputs)) }],
      lower: (g, _, __, outputs) => {
        const { shape, dtype } = specOf(outputs);
        if (dtype === "bool") return [g.fill(value, shape, "bool")];
        return [g.expand(g.scalar(value, dtype), shape)];
      },
    }),
  ),
];

/** Where an axis that is put in stands; −1 is behind all others. */
const newAxis = (axis: number, rank: number): number => (axis < 0 ? axis + rank + 1 : axis);

function isPlain(value: unknown): value is number {
  return value === 1 || Object.is(value, 0);
}

function padded(shape: readonly number[], paddings: readonly (readonly [number, number])[]): number[] {
  return paddings.map(([before, after], i) => before + (shape[i] as number) + after);
}
