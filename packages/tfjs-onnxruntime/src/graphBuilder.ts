import { foldAffine } from "./foldAffine";
import type { FoldGraph } from "./foldGraph";
import { foldReduction } from "./foldReduction";
import {
  axisInFirst,
  broadcast,
  type GraphTensor,
  memoryShape,
  orderIsFree,
  sizeOf,
  toFirst,
} from "./graphTensor";
import { type EmitOptions, GraphValues } from "./graphValues";
import { formOf, type ImageForms, imageForms } from "./imageForms";
import { type OnnxType, onnxTypes } from "./onnxModel";

interface Border {
  readonly image: GraphTensor;
  readonly before: readonly number[];
  readonly after: readonly number[];
  readonly value: GraphTensor;
}

/** See {@link GraphBuilder.bordered}. */
export interface Bordered {
  readonly base: GraphTensor;
  readonly gain: number;
  readonly level: number;
  /** Rows and columns of the border, by axis of tfjs. */
  readonly before: readonly number[];
  readonly after: readonly number[];
}

/**
 * Collects the operators of one graph. Changes the order of axes only where an operator needs it.
 */
export class GraphBuilder extends GraphValues implements FoldGraph {
  /** What a repeated value repeats, by name. */
  readonly #repeated = new Map<string, GraphTensor>();
  readonly #forms: ImageForms = imageForms();
  /** What was put around an image, by the name of the larger one. */
  readonly #borders = new Map<string, Border>();
  /** What a value is under other extents, by its name. */
  readonly #viewed = new Map<string, GraphTensor>();

  /**
   * @param onProcessor whether every operator runs; graphics cards lack some, and others have limits there.
   * @param channelBlock channels in a block of the operators on images in blocks, 0 where there are none.
   * @param frozen whether kernels are constants: what is done to them is done once.
   */
  constructor(
    readonly onProcessor: boolean,
    readonly channelBlock: number = 0,
    readonly frozen: boolean = false,
  ) {
    super();
  }

  /** The same value in tfjs's order of axes. */
  plain(x: GraphTensor): GraphTensor {
    if (!x.channelsFirst) return x;
    if (orderIsFree(x.shape)) return this.#reinterpret(x, x.shape, false);
    return this.emit("Transpose", [x], x.shape, { attributes: { perm: { ints: axisInFirst } } });
  }

  /** The same value of rank 4 with the channels before height and width. */
  first(x: GraphTensor): GraphTensor {
    if (x.channelsFirst) return x;
    if (orderIsFree(x.shape)) return this.#reinterpret(x, x.shape, true);
    return this.emit("Transpose", [x], x.shape, {
      channelsFirst: true,
      attributes: { perm: { ints: toFirst } },
    });
  }

  #reinterpret(x: GraphTensor, shape: readonly number[], channelsFirst: boolean): GraphTensor {
    return this.view(x, memoryShape({ ...x, shape, channelsFirst }), channelsFirst ? shape : undefined);
  }

  /** The same numbers in another shape, in tfjs's order of axes. */
  reshape(x: GraphTensor, shape: readonly number[]): GraphTensor {
    if (x.channelsFirst && x.shape.join() === shape.join()) return x;
    return this.#reinterpret(this.plain(x), shape, false);
  }

  /**
   * The numbers of `x`, in the order they have in memory, under other extents: a plain value of that shape, or with
   * `image` a channels-first value whose shape for tfjs it is.
   */
  view(x: GraphTensor, extents: readonly number[], image?: readonly number[]): GraphTensor {
    const source = this.#viewed.get(x.name) ?? x;
    const form = { shape: image ?? extents, channelsFirst: image !== undefined };
    if (memoryShape(x).join() === extents.join()) return { ...x, ...form };
    if (memoryShape(source).join() === extents.join()) return { ...source, ...form };
    const { channelsFirst } = form;
    const result = this.emit("Reshape", [source, this.ints(extents)], form.shape, {
      type: x.type,
      channelsFirst,
    });
    this.#viewed.set(result.name, source);
    return result;
  }

  cast(x: GraphTensor, type: OnnxType): GraphTensor {
    if (x.type === type) return x;
    return this.emit("Cast", [x], x.shape, {
      type,
      channelsFirst: x.channelsFirst,
      attributes: { to: { int: onnxTypes[type] } },
    });
  }

  /** Inputs of an element-wise operator with a result of the given rank, brought to one order of axes. */
  align(inputs: readonly GraphTensor[], rank: number): { inputs: GraphTensor[]; channelsFirst: boolean } {
    const channelsFirst = rank === 4 && inputs.some((input) => input.channelsFirst);
    if (!channelsFirst) return { inputs: inputs.map((input) => this.plain(input)), channelsFirst };
    const aligned = inputs.map((input) => {
      if (sizeOf(input.shape) === 1) return input;
      const missing = Array<number>(4 - input.shape.length).fill(1);
      return this.first(missing.length > 0 ? this.reshape(input, [...missing, ...input.shape]) : input);
    });
    return { inputs: aligned, channelsFirst };
  }

  /**
   * An element-wise operator with broadcasting. What broadcasting repeats anyway is not repeated before, what only
   * repeats is computed once and repeated after, and products with 1 and sums with 0 are left out.
   */
  elementwise(op: string, inputs: readonly GraphTensor[], options: EmitOptions = {}): GraphTensor {
    const shape = inputs.map((input) => input.shape).reduce(broadcast);
    const sources = [...inputs];
    for (const [i, input] of inputs.entries()) {
      const source = this.#repeated.get(input.name);
      if (!source) continue;
      const others = sources.map((other, k) => (k === i ? source.shape : other.shape)).reduce(broadcast);
      if (others.join() === shape.join()) sources[i] = source;
    }
    const origins = inputs.map((input) => this.#repeated.get(input.name) ?? input);
    const distinct = origins.map((origin) => origin.shape).reduce(broadcast);
    const repeats = sizeOf(distinct) < sizeOf(shape);
    if (repeats) return this.expand(this.elementwise(op, origins, options), shape);
    const neutral = this.#neutral(op, sources);
    if (neutral) return this.expand(neutral, shape);
    const folded = foldAffine(this, this.#forms, op, sources, shape);
    if (folded) return folded;
    const { channelsFirst, inputs: full } = this.align(sources, shape.length);
    const aligned = { channelsFirst, inputs: this.#withoutLeadingOnes(full, shape) };
    const result = this.emit(op, aligned.inputs, shape, { ...options, channelsFirst: aligned.channelsFirst });
    this.#remember(op, aligned.inputs, result);
    return result;
  }

  /**
   * Small operands as they were before views put extents of 1 before theirs: broadcasting does that anyway. One operand keeps the rank of
   * the result.
   */
  #withoutLeadingOnes(inputs: readonly GraphTensor[], shape: readonly number[]): readonly GraphTensor[] {
    const whole = inputs.find((input) => input.shape.length === shape.length && sizeOf(input.shape) > 1);
    return inputs.map((input) => {
      const source = this.#viewed.get(input.name);
      if (!source || input === whole || sizeOf(input.shape) === sizeOf(shape)) return input;
      const [own, seen] = [memoryShape(source), memoryShape(input)];
      if (!whole || own.length > shape.length || withoutOnes(own) !== withoutOnes(seen)) return input;
      return { ...source, shape: own, channelsFirst: false };
    });
  }

  /** Sums and products of two whole images: later operators may do without them. */
  #remember(op: string, [a, b]: readonly GraphTensor[], result: GraphTensor): void {
    const known = op === "Mul" ? this.#forms.products : op === "Add" ? this.#forms.sums : undefined;
    if (!known || !a || !b || !result.channelsFirst || result.type !== "float32") return;
    if ([a, b].every((x) => sizeOf(x.shape) === sizeOf(result.shape))) known.set(result.name, [a, b]);
  }

  /** `gain` and `base` of an image that is `gain · base`; gain is `[channels]`, a scalar, or null for 1. */
  scaled(x: GraphTensor): { readonly base: GraphTensor; readonly gain: GraphTensor | null } {
    const { base, gain, level } = formOf(this.#forms, x);
    return level ? { base: x, gain: null } : { base, gain };
  }

  /**
   * An image with a border, taken apart: `gain · (base with a border of zeros) + level`, three numbers for the border of an image of its
   * own. Undefined where it is none, or the border has another value than `level`.
   */
  bordered(x: GraphTensor): Bordered | undefined {
    const border = this.#borders.get(x.name);
    const image = border?.image ?? x;
    const { base, gain, level } = formOf(this.#forms, image);
    const [factor, offset] = [gain ?? this.scalar(1), level ?? this.scalar(0)].map((one) =>
      this.numberOf(one),
    );
    if (base === image || factor === undefined || offset === undefined) return undefined;
    if (border && this.numberOf(border.value) !== offset) return undefined;
    const none = image.shape.map(() => 0);
    return {
      base,
      gain: factor,
      level: offset,
      before: border?.before ?? none,
      after: border?.after ?? none,
    };
  }

  /** The operand that is the result already, up to its shape. */
  #neutral(op: string, [a, b]: readonly GraphTensor[]): GraphTensor | undefined {
    if (!a || !b) return undefined;
    const [left, right] = [a, b].map((x) => this.numberOf(x));
    const element = { Mul: 1, Div: 1, Add: 0, Sub: 0 }[op];
    if (element === undefined) return undefined;
    if (right === element && sizeOf(b.shape) === 1) return a;
    return left === element && sizeOf(a.shape) === 1 && (op === "Mul" || op === "Add") ? b : undefined;
  }

  add(a: GraphTensor, b: GraphTensor): GraphTensor {
    return this.elementwise("Add", [a, b]);
  }

  sub(a: GraphTensor, b: GraphTensor): GraphTensor {
    return this.elementwise("Sub", [a, b]);
  }

  mul(a: GraphTensor, b: GraphTensor): GraphTensor {
    return this.elementwise("Mul", [a, b]);
  }

  div(a: GraphTensor, b: GraphTensor): GraphTensor {
    return this.elementwise("Div", [a, b]);
  }

  unary(op: string, x: GraphTensor, attributes: EmitOptions["attributes"] = {}): GraphTensor {
    return this.elementwise(op, [x], { attributes });
  }

  /** A reduction over axes, which stay with extent 1. */
  reduce(op: string, x: GraphTensor, axes: readonly number[]): GraphTensor {
    if (axes.length === 0) return x;
    const folded = foldReduction(this, this.#forms, op, x, axes);
    if (folded) return folded;
    return this.reduceAsIs(op, x, axes);
  }

  /** As {@link reduce}, whatever is known of the image. */
  reduceAsIs(op: string, x: GraphTensor, axes: readonly number[]): GraphTensor {
    const shape = x.shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent));
    const inMemory = x.channelsFirst ? axes.map((axis) => axisInFirst[axis] as number).sort() : axes;
    const kept = memoryShape(x).filter((_, axis) => !inMemory.includes(axis));
    // Lists and scalars are mostly taken as such; what is left of more axes stays an image or a matrix of a batch.
    if (kept.length > 1)
      return this.emit(op, [x, this.ints(inMemory)], shape, { channelsFirst: x.channelsFirst });
    const bare = this.emit(op, [x, this.ints(inMemory)], kept, { attributes: { keepdims: { int: 0 } } });
    return this.view(bare, memoryShape({ ...x, shape }), x.channelsFirst ? shape : undefined);
  }

  /** Product of matrices along the last two axes, either of them transposed before. */
  matMul(a: GraphTensor, b: GraphTensor, transposeA = false, transposeB = false): GraphTensor {
    const [x, y] = [this.plain(a), this.plain(b)];
    const rows = x.shape.at(transposeA ? -1 : -2) as number;
    const columns = y.shape.at(transposeB ? -2 : -1) as number;
    const shape = [...broadcast(x.shape.slice(0, -2), y.shape.slice(0, -2)), rows, columns];
    if (!transposeA && !transposeB) return this.emit("MatMul", [x, y], shape);
    if (!this.onProcessor) {
      return this.matMul(transposeA ? this.#swapLast(x) : x, transposeB ? this.#swapLast(y) : y);
    }
    const attributes = { transA: { int: Number(transposeA) }, transB: { int: Number(transposeB) } };
    return this.emit("FusedMatMul", [x, y], shape, { domain: "com.microsoft", attributes });
  }

  #swapLast(x: GraphTensor): GraphTensor {
    const axes = x.shape.map((_, axis) => axis);
    const [last, before] = [axes.pop() as number, axes.pop() as number];
    return this.transpose(x, [...axes, last, before]);
  }

  /** Axes in another order: axis `i` of the result is axis `order[i]` of `x`. */
  transpose(x: GraphTensor, order: readonly number[]): GraphTensor {
    const shape = order.map((axis) => x.shape[axis] as number);
    const inMemory = x.channelsFirst ? order.map((axis) => axisInFirst[axis] as number) : order;
    return this.emit("Transpose", [x], shape, { attributes: { perm: { ints: inMemory } } });
  }

  /** Every `steps`-th entry from `starts`, `shape` of them along each axis; steps may be negative. */
  slice(
    x: GraphTensor,
    starts: readonly number[],
    shape: readonly number[],
    steps: readonly number[] = shape.map(() => 1),
  ): GraphTensor {
    const axes = shape
      .map((_, axis) => axis)
      .filter((axis) => shape[axis] !== x.shape[axis] || (steps[axis] as number) !== 1);
    if (axes.length === 0) return x;
    const ends = axes.map((axis) => {
      const [start, step] = [starts[axis] as number, steps[axis] as number];
      const end = start + step * ((shape[axis] as number) - 1) + Math.sign(step);
      return end < 0 ? -(2 ** 31) : end;
    });
    const inMemory = axes.map((axis) => (x.channelsFirst ? (axisInFirst[axis] as number) : axis));
    const list = (values: readonly number[]) => this.ints(axes.map((axis) => values[axis] as number));
    const inputs = [x, list(starts), this.ints(ends), this.ints(inMemory), list(steps)];
    return this.emit("Slice", inputs, shape, { channelsFirst: x.channelsFirst });
  }

  /** Parts of the given sizes along an axis. Graphics cards limit the results of one operator, so there it is slices. */
  split(x: GraphTensor, sizes: readonly number[], axis: number): GraphTensor[] {
    if (sizes.length === 1) return [x];
    const shapes = sizes.map((size) => x.shape.map((extent, i) => (i === axis ? size : extent)));
    if (!this.onProcessor) {
      let start = 0;
      return shapes.map((shape) => {
        const part = this.slice(
          x,
          shape.map((_, i) => (i === axis ? start : 0)),
          shape,
        );
        start += shape[axis] as number;
        return part;
      });
    }
    const inMemory = x.channelsFirst ? (axisInFirst[axis] as number) : axis;
    return this.emitMany("Split", [x, this.ints(sizes)], shapes, {
      channelsFirst: x.channelsFirst,
      attributes: { axis: { int: inMemory } },
    });
  }

  /** Parts joined along an axis; channels first where any part of rank 4 is. */
  concat(parts: readonly GraphTensor[], axis: number): GraphTensor {
    const one = parts[0] as GraphTensor;
    if (parts.length === 1) return one;
    const shape = [...one.shape];
    shape[axis] = parts.reduce((sum, part) => sum + (part.shape[axis] as number), 0);
    const channelsFirst = parts.some((part) => part.channelsFirst);
    const aligned = parts.map((part) => (channelsFirst ? this.first(part) : part));
    const inMemory = channelsFirst ? (axisInFirst[axis] as number) : axis;
    return this.emit("Concat", aligned, shape, { channelsFirst, attributes: { axis: { int: inMemory } } });
  }

  /** `before[i]` and `after[i]` entries of `value` around axis `i`. */
  pad(
    x: GraphTensor,
    before: readonly number[],
    after: readonly number[],
    value: GraphTensor,
    mode: "constant" | "reflect" = "constant",
  ): GraphTensor {
    if ([...before, ...after].every((count) => count === 0)) return x;
    const shape = x.shape.map((extent, i) => extent + (before[i] as number) + (after[i] as number));
    const order = x.channelsFirst ? toFirst : x.shape.map((_, axis) => axis);
    const counts = [before, after].flatMap((list) => order.map((axis) => list[axis] as number));
    const inputs = mode === "constant" ? [x, this.ints(counts), value] : [x, this.ints(counts)];
    const result = this.emit("Pad", inputs, shape, {
      channelsFirst: x.channelsFirst,
      attributes: { mode: { string: mode } },
    });
    if (mode === "constant") this.#borders.set(result.name, { image: x, before, after, value });
    return result;
  }

  /** The value repeated to a larger shape. */
  expand(x: GraphTensor, shape: readonly number[]): GraphTensor {
    if (x.shape.join() === shape.join()) return x;
    const source = this.plain(x);
    const result = this.emit("Expand", [source, this.ints(shape)], shape);
    this.#repeated.set(result.name, source);
    return result;
  }
}

/** Extents behind those of 1 that come first. */
function withoutOnes(extents: readonly number[]): string {
  const first = extents.findIndex((extent) => extent !== 1);
  return first < 0 ? "" : extents.slice(first).join();
}
