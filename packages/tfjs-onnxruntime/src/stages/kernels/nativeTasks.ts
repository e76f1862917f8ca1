import { viewStart } from "../addresses";
import type { ArrayMemory, ImageMemory, View } from "../expression";
import type { Lowering } from "../lowering";
import {
  type Convolution,
  callNative,
  convolutionNumbers,
  frequencies,
  hasWindows,
  type SignWindow,
  signImageLength,
  signKernelLength,
  windowNumbers,
} from "../native";
import type { Part } from "../readParts";
import type { Place } from "../schedule";

const push =
  ({ code, image, own }: Place, view: View) =>
  () =>
    viewStart(code, view, image, own);
const pushArray =
  ({ code, own }: Place, array: ArrayMemory) =>
  () =>
    array.own ? code.get(own).plus(array.address) : code.int(array.address);
/** An image that only its stage has. */
const pushImage =
  ({ code, own }: Place, image: ImageMemory) =>
  () =>
    code.get(own).plus(image.address);

/** Something that is made of images, in a stage. */
export function onImages(
  lowering: Lowering,
  kind: Parameters<typeof callNative>[1],
  numbers: readonly number[],
  read: readonly View[],
  made: View,
  level: number,
): void {
  lowering.stage(level).task({
    reads: read.map(({ memory }) => memory),
    writes: [made.memory],
    emit(place) {
      callNative(place, kind, numbers, ...[...read, made].map((view) => push(place, view)));
    },
  });
}

/** A convolution of an image with a kernel, and what it makes, in a stage. */
export interface Convolved {
  readonly view: View;
  readonly filter: ArrayMemory;
  readonly made: View;
  readonly shape: Convolution;
  readonly level: number;
}

export function convolve(
  lowering: Lowering,
  convolved: Convolved,
  kind: "convolution" | "windows" = "convolution",
): void {
  const { view, filter, made, level } = convolved;
  lowering.stage(level).task({
    reads: [view.memory, filter],
    writes: [made.memory],
    emit(place) {
      const read = lowering.read.get(made.memory);
      const { view, shape, made: target } = read ? cropped(convolved, read) : convolved;
      if (shape.rows <= 0 || shape.columns <= 0) return;
      const addresses = [push(place, view), pushArray(place, filter), push(place, target)];
      callNative(place, kind, convolutionNumbers(shape), ...addresses);
    },
  });
}

/** The part of it that something reads; all of it where that has no windows any more. */
function cropped(convolved: Convolved, part: Part): Convolved {
  const { view, made, shape } = convolved;
  const { columns, channels } = made.memory.extents;
  /** Results from the first to before the last that lie in pixels from `low` to before `high`. */
  const within = (origin: number, step: number, count: number, low: number, high: number) => {
    const at = (pixel: number) => Math.min(count, Math.max(0, Math.ceil((pixel - origin) / step)));
    return [at(low), at(high)] as const;
  };
  const [row, column] = [Math.floor(made.origin / (columns * channels)), (made.origin / channels) % columns];
  const [strideDown, strideAcross] = [shape.yRow / (columns * channels), shape.yStep / channels];
  const [top, bottom] = within(row, strideDown, shape.rows, part.top, part.bottom);
  const [left, right] = within(column, strideAcross, shape.columns, part.left, part.right);
  const smaller = { ...shape, rows: bottom - top, columns: right - left };
  if (hasWindows(shape) && !hasWindows(smaller)) return convolved;
  return {
    ...convolved,
    view: { ...view, origin: view.origin + top * shape.xRow + left * shape.xStep },
    made: { ...made, origin: made.origin + top * shape.yRow + left * shape.yStep },
    shape: smaller,
  };
}

/** The same of signs: what differs is counted bit by bit. */
export function convolveSigns(lowering: Lowering, convolved: Convolved, window: SignWindow): void {
  const { view, filter, made, shape, level } = convolved;
  const image = packedImage(lowering, withoutZeros(view, window.zeros), level);
  const kernel = packedKernel(lowering, filter, shape);
  const numbers = [...windowNumbers(window), ...convolutionNumbers(shape)];
  lowering.stage(level).task({
    reads: [view.memory, filter, image, kernel],
    writes: [made.memory],
    emit(place) {
      const addresses = [push(place, view), pushArray(place, filter), push(place, made)];
      callNative(place, "signs", numbers, ...addresses, pushImage(place, image), pushArray(place, kernel));
    },
  });
}

function withoutZeros(view: View, [top, left, bottom, right]: readonly number[]): View {
  const { origin, rowStep, pixelStep, extents } = view;
  const { rows, columns, channels } = extents;
  return {
    ...view,
    origin: origin + (top as number) * rowStep + (left as number) * pixelStep,
    extents: {
      rows: rows - (top as number) - (bottom as number),
      columns: columns - (left as number) - (right as number),
      channels,
    },
  };
}

function packedImage(lowering: Lowering, view: View, level: number): ImageMemory {
  const { memory, origin, pixelStep, rowStep, extents } = view;
  const { rows, columns, channels } = extents;
  const key = [level, memory.id, origin, pixelStep, rowStep, rows, columns, channels].join();
  const known = lowering.packed.get(key, lowering.context);
  if (known) return known;
  const made = lowering.image({ rows: 1, columns: 1, channels: signImageLength(extents) }, level);
  lowering.packed.set(key, lowering.context, made);
  const numbers = [rows, columns, channels, pixelStep, rowStep];
  lowering.stage(level).task({
    reads: [memory],
    writes: [made],
    emit(place) {
      callNative(place, "imagePacking", numbers, push(place, view), pushImage(place, made));
    },
  });
  return made;
}

function packedKernel(lowering: Lowering, filter: ArrayMemory, shape: Convolution): ArrayMemory {
  const { inputs, outputs, taps } = shape;
  const numbers = [taps.length, inputs, outputs];
  const length = signKernelLength(taps.length, inputs, outputs);
  return prepared(lowering, filter, `signs ${numbers.join()}`, length, "kernelPacking", numbers);
}

/** The kernel with its taps in the opposite order, and its inputs as outputs. */
export function turned(
  lowering: Lowering,
  filter: ArrayMemory,
  [rows, columns, inputs, outputs]: readonly [number, number, number, number],
  isWindow: boolean,
): ArrayMemory {
  const length = isWindow ? frequencies * inputs * outputs : filter.length;
  const numbers = [rows * columns, inputs, outputs, isWindow ? 1 : 0];
  return prepared(lowering, filter, `turned ${numbers.join()}`, length, "turning", numbers);
}

function prepared(
  lowering: Lowering,
  filter: ArrayMemory,
  use: string,
  length: number,
  kind: "turning" | "kernelPacking",
  numbers: readonly number[],
): ArrayMemory {
  const key = `${use} ${filter.id}`;
  const known = lowering.prepared.get(key, lowering.context);
  if (known) return known;
  const made = lowering.array(length, filter.level);
  lowering.prepared.set(key, lowering.context, made);
  lowering.global(filter.level).task({
    reads: [filter],
    writes: [made],
    emit(place) {
      callNative(place, kind, numbers, pushArray(place, filter), pushArray(place, made));
    },
  });
  return made;
}

/** The gradient of a kernel, there after the stage in which its image and the gradient of what it makes are. */
export function kernelGradientOf(
  lowering: Lowering,
  seen: View,
  rates: View,
  shape: Convolution,
  level: number,
): ArrayMemory {
  const size = shape.inputs * shape.outputs;
  const isWindow = hasWindows(shape);
  const sums = lowering.ownArray((isWindow ? frequencies : shape.taps.length) * size, level, true);
  const numbers = convolutionNumbers(shape);
  lowering.stage(level).task({
    reads: [seen.memory, rates.memory],
    writes: [sums],
    emit(place) {
      const kind = isWindow ? "windowsGradient" : "gradient";
      callNative(place, kind, numbers, push(place, seen), push(place, rates), pushArray(place, sums));
    },
  });
  if (!isWindow) return lowering.joined(sums, level);
  const made = lowering.array(shape.taps.length * size, level + 1);
  lowering.global(level + 1).task({
    reads: [sums],
    writes: [made],
    emit(place) {
      const step = sums.threadStep / 4;
      callNative(
        place,
        "joining",
        [size, lowering.threads, step],
        pushArray(place, sums),
        pushArray(place, made),
      );
    },
  });
  return made;
}
