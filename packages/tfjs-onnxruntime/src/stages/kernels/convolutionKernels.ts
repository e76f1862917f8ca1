import { backend_util } from "@tensorflow/tfjs-core";
import { type Domain, type Expression, isSigns, type View, wholeView } from "../expression";
import type { Call, KernelLowering } from "../kernelLowering";
import { type Border, type Lowering, Unsupported, type Value } from "../lowering";
import { type Convolution, countsSigns, hasWindows, type SignWindow } from "../native";
import { convolve, convolveSigns, kernelGradientOf, turned } from "./nativeTasks";
import { arrayOf, imageOf } from "./operands";

type Info = backend_util.Conv2DInfo;
type Four = [number, number, number, number];
/** Top, left, bottom, right. */
type Sides = readonly [number, number, number, number];

function infoOf(call: Call, xShape: readonly number[], filterShape: readonly number[]): Info {
  const { strides, pad, dataFormat, dilations, dimRoundingMode } = call.node.attributes as {
    strides: [number, number] | number;
    pad: "valid" | "same" | number;
    dataFormat: "NHWC" | "NCHW";
    dilations?: [number, number] | number;
    dimRoundingMode?: "floor" | "round" | "ceil";
  };
  if ([dilations ?? 1].flat().some((dilation) => dilation !== 1))
    throw new Unsupported("a convolution has gaps");
  if (dataFormat !== "NHWC") throw new Unsupported("channels come before pixels");
  if (filterShape[2] !== xShape[3]) throw new Unsupported("a convolution has groups");
  return backend_util.computeConv2DInfo(
    xShape as Four,
    filterShape as Four,
    strides,
    1,
    pad,
    dimRoundingMode,
    false,
    "channelsLast",
  );
}

/** Rows and columns that a convolution's own zeros add. */
function zerosOf(info: Info): Sides {
  const after = (out: number, stride: number, wide: number, inside: number, before: number) =>
    Math.max(0, (out - 1) * stride + wide - inside - before);
  const { top, left } = info.padInfo;
  return [
    top,
    left,
    after(info.outHeight, info.strideHeight, info.filterHeight, info.inHeight, top),
    after(info.outWidth, info.strideWidth, info.filterWidth, info.inWidth, left),
  ];
}

/** Where the image that a convolution reads lies, with its border, and how many rows and columns of that are zeros. */
function read(
  lowering: Lowering,
  value: Value,
  info: Info,
  stage: number,
): { view: View; zeros: Sides; value: Expression } {
  const zeros = zerosOf(info);
  const hasZeros = zeros.some((count) => count > 0);
  if (value.kind === "padded") {
    if (hasZeros) throw new Unsupported("a border has zeros around it");
    const { top, left, bottom, right, fill } = value.border;
    const own: Sides = fill.value === 0 ? [top, left, bottom, right] : zeros;
    const view = lowering.held(value.value, value.inner, stage, value.border);
    return { view, zeros: own, value: value.value };
  }
  const { value: image, extents } = imageOf(lowering, value);
  const [top, left, bottom, right] = zeros;
  const border: Border | undefined = hasZeros
    ? { top, left, bottom, right, fill: lowering.expressions.number(0) }
    : undefined;
  return { view: lowering.held(image, extents, stage, border), zeros, value: image };
}

const levelOf = (lowering: Lowering, value: Value): number =>
  value.kind === "padded"
    ? Math.max(value.value.level, value.border.fill.level)
    : imageOf(lowering, value).value.level;

/** What the convolution from `x` to an image of the extents computes, of which `y` is what it makes, or its gradient. */
function forwardShape(info: Info, x: View, y: View): Convolution {
  const { inChannels: inputs, outChannels: outputs } = info;
  const taps = [];
  for (let row = 0; row < info.filterHeight; row++)
    for (let column = 0; column < info.filterWidth; column++)
      taps.push({
        x: row * x.rowStep + column * x.pixelStep,
        w: (row * info.filterWidth + column) * inputs * outputs,
      });
  return {
    rows: info.outHeight,
    columns: info.outWidth,
    inputs,
    outputs,
    xStep: info.strideWidth * x.pixelStep,
    xRow: info.strideHeight * x.rowStep,
    yStep: y.pixelStep,
    yRow: y.rowStep,
    taps,
  };
}

const conv2d: KernelLowering = (lowering, call) => {
  const [x, filter] = [call.value("x"), arrayOf(lowering, call.value("filter"))];
  const filterShape = call.shapeOf("filter") as Four;
  const info = infoOf(call, call.shapeOf("x") as Four, filterShape);
  const level = Math.max(levelOf(lowering, x), filter.level);
  const { view, zeros, value } = read(lowering, x, info, level);
  const extents: Domain = { rows: info.outHeight, columns: info.outWidth, channels: info.outChannels };
  const made = wholeView(lowering.image(extents, level));
  const shape = forwardShape(info, view, made);
  if (isSigns(value) && countsSigns(shape)) {
    const window: SignWindow = {
      height: info.filterHeight,
      width: info.filterWidth,
      imageRows: view.extents.rows,
      imageColumns: view.extents.columns,
      rowStride: info.strideHeight,
      columnStride: info.strideWidth,
      zeros,
    };
    convolveSigns(lowering, { view, filter, made, shape, level }, window);
  } else convolve(lowering, { view, filter, made, shape, level });
  return [{ kind: "image", value: lowering.expressions.load(made), extents }];
};

/** Gradients do not know how extents were rounded. */
function checkRates(info: Info, { rows, columns }: Domain): void {
  if (rows !== info.outHeight || columns !== info.outWidth)
    throw new Unsupported("extents of a convolution are rounded in another way");
}

const kernelGradient: KernelLowering = (lowering, call) => {
  const filterShape = call.node.attributes["filterShape"] as Four;
  const info = infoOf(call, call.shapeOf("x") as Four, filterShape);
  const [x, dy] = [call.value("x"), imageOf(lowering, call.value("dy"))];
  checkRates(info, dy.extents);
  const level = Math.max(levelOf(lowering, x), dy.value.level);
  const { view } = read(lowering, x, info, level);
  const rates = lowering.held(dy.value, dy.extents, level);
  const array = kernelGradientOf(lowering, view, rates, forwardShape(info, view, rates), level);
  return [{ kind: "array", array, shape: filterShape }];
};

/** Along one axis: for the pixels `phase + stride · i` of the input, the taps that reach them and from which pixel `i + shift` of `dy`. */
function phaseTaps(phase: number, size: number, stride: number, before: number) {
  const taps: { tap: number; shift: number }[] = [];
  for (let tap = size - 1; tap >= 0; tap--) {
    const distance = phase + before - tap;
    if (distance % stride === 0) taps.push({ tap, shift: distance / stride });
  }
  return taps;
}

/** The gradient of what a convolution reads: for each phase of its stride a convolution of `dy` with some of the taps. */
const imageGradient: KernelLowering = (lowering, call) => {
  const inputShape = call.node.attributes["inputShape"] as Four;
  const filterShape = call.shapeOf("filter") as Four;
  const info = infoOf(call, inputShape, filterShape);
  const filter = arrayOf(lowering, call.value("filter"));
  const dy = imageOf(lowering, call.value("dy"));
  checkRates(info, dy.extents);
  const level = Math.max(dy.value.level, filter.level);
  const axis = (out: number, inside: number, size: number, stride: number, padding: number) =>
    Array.from({ length: stride }, (_, phase) => {
      const taps = phaseTaps(phase, size, stride, padding);
      const count = Math.ceil((inside - phase) / stride);
      const shifts = taps.map(({ shift }) => shift);
      return {
        phase,
        taps,
        count,
        before: Math.max(0, -Math.min(0, ...shifts)),
        after: Math.max(0, count - 1 + Math.max(0, ...shifts) - (out - 1)),
      };
    });
  const rows = axis(info.outHeight, info.inHeight, info.filterHeight, info.strideHeight, info.padInfo.top);
  const columns = axis(info.outWidth, info.inWidth, info.filterWidth, info.strideWidth, info.padInfo.left);
  const most = (list: readonly number[]) => Math.max(...list);
  const [top, bottom] = [most(rows.map(({ before }) => before)), most(rows.map(({ after }) => after))];
  const [left, right] = [most(columns.map(({ before }) => before)), most(columns.map(({ after }) => after))];
  const zeros = top + bottom + left + right > 0;
  const border = zeros ? { top, left, bottom, right, fill: lowering.expressions.number(0) } : undefined;
  const view = lowering.held(dy.value, dy.extents, level, border);
  const extents: Domain = { rows: info.inHeight, columns: info.inWidth, channels: info.inChannels };
  const whole = wholeView(lowering.image(extents, level));
  const { inChannels: outputs, outChannels: inputs } = info;
  const isDense = info.strideHeight === 1 && info.strideWidth === 1;
  for (const row of rows) {
    for (const column of columns) {
      const made: View = {
        ...whole,
        origin: row.phase * whole.rowStep + column.phase * whole.pixelStep,
        pixelStep: whole.pixelStep * info.strideWidth,
        rowStep: whole.rowStep * info.strideHeight,
        extents: { rows: row.count, columns: column.count, channels: outputs },
      };
      const taps = row.taps.flatMap((high) =>
        column.taps.map((wide) => ({
          x: (high.shift + top) * view.rowStep + (wide.shift + left) * view.pixelStep,
          w:
            ((info.filterHeight - 1 - high.tap) * info.filterWidth + (info.filterWidth - 1 - wide.tap)) *
            inputs *
            outputs,
        })),
      );
      if (row.count === 0 || column.count === 0) continue;
      if (taps.length === 0) {
        lowering.store(lowering.expressions.number(0), made, level);
        continue;
      }
      const shape: Convolution = {
        rows: row.count,
        columns: column.count,
        inputs,
        outputs,
        xStep: view.pixelStep,
        xRow: view.rowStep,
        yStep: made.pixelStep,
        yRow: made.rowStep,
        taps,
      };
      const isWindow = isDense && hasWindows(shape);
      const kernel = turned(lowering, filter, filterShape, isWindow);
      convolve(lowering, { view, filter: kernel, made, shape, level }, isWindow ? "windows" : "convolution");
    }
  }
  return [{ kind: "image", value: lowering.expressions.load(whole), extents }];
};

export const convolutionKernels: Readonly<Record<string, KernelLowering>> = {
  Conv2D: conv2d,
  BarsScaledConv: conv2d,
  Conv2DBackpropFilter: kernelGradient,
  Conv2DBackpropInput: imageGradient,
};
