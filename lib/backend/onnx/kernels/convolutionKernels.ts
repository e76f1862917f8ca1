import { backend_util, type TensorInfo } from "@tensorflow/tfjs-core";
import type { GraphBuilder } from "../graphBuilder";
import type { GraphTensor } from "../graphTensor";
import type { KernelAttributes, LazyKernel } from "../lazyGraph";

type Info = backend_util.Conv2DInfo;
type Four = [number, number, number, number];

interface ConvAttributes {
  readonly strides: [number, number] | number;
  readonly pad: "valid" | "same" | number | backend_util.ExplicitPadding;
  readonly dataFormat?: "NHWC" | "NCHW";
  readonly dilations?: [number, number] | number;
  readonly dimRoundingMode?: "floor" | "round" | "ceil";
}

function infoOf(
  xShape: readonly number[],
  filterShape: readonly number[],
  attributes: KernelAttributes,
  depthwise: boolean,
): Info {
  const { strides, pad, dilations, dimRoundingMode } = attributes as unknown as ConvAttributes;
  return backend_util.computeConv2DInfo(
    xShape as Four,
    filterShape as Four,
    strides,
    depthwise ? (dilations ?? [1, 1]) : (dilations ?? 1),
    pad,
    dimRoundingMode,
    depthwise,
  );
}

function isNhwc(attributes: KernelAttributes): boolean {
  return ((attributes as unknown as ConvAttributes).dataFormat ?? "NHWC").toUpperCase() === "NHWC";
}

/** Extents of the window with its gaps, and rows and columns that must exist after the image. */
function geometry(info: Info) {
  const reach = [
    (info.filterHeight - 1) * info.dilationHeight + 1,
    (info.filterWidth - 1) * info.dilationWidth + 1,
  ] as const;
  const before = [info.padInfo.top, info.padInfo.left] as const;
  const after = [
    Math.max(0, (info.outHeight - 1) * info.strideHeight + reach[0] - info.inHeight - before[0]),
    Math.max(0, (info.outWidth - 1) * info.strideWidth + reach[1] - info.inWidth - before[1]),
  ] as const;
  return { reach, before, after };
}

function convAttributes(info: Info, groups: number) {
  const { before, after } = geometry(info);
  return {
    kernel_shape: { ints: [info.filterHeight, info.filterWidth] },
    strides: { ints: [info.strideHeight, info.strideWidth] },
    dilations: { ints: [info.dilationHeight, info.dilationWidth] },
    pads: { ints: [...before, ...after] },
    group: { int: groups },
  };
}

/**
 * A tfjs kernel as ONNX has it: `[filters, channels of a group, height, width]`. A depthwise kernel
 * `[height, width, channels, multiplier]` has one group a channel.
 */
function onnxKernel(g: GraphBuilder, filter: GraphTensor, depthwise: boolean): GraphTensor {
  const w = g.plain(filter);
  const [height, width, channels, filters] = w.shape as Four;
  if (!depthwise) return g.transpose(w, [3, 2, 0, 1]);
  return g.reshape(g.transpose(w, [2, 3, 0, 1]), [channels * filters, 1, height, width]);
}

function groupsOf(info: Info, filterShape: readonly number[], depthwise: boolean): number {
  return depthwise ? info.inChannels : info.inChannels / (filterShape[2] as number);
}

/** `y = conv(x, filter)`. */
export function convolve(
  g: GraphBuilder,
  x: GraphTensor,
  filter: GraphTensor,
  info: Info,
  depthwise: boolean,
): GraphTensor {
  const groups = groupsOf(info, filter.shape, depthwise);
  return g.emit("Conv", [g.first(x), onnxKernel(g, filter, depthwise)], info.outShape, {
    channelsFirst: true,
    attributes: convAttributes(info, groups),
  });
}

/**
 * Gradient in the image. Stride 1 of an ordinary convolution: a convolution with the kernel turned by 180 degrees
 * and its channel axes swapped. Else a transposed convolution.
 */
function convolveBackInput(
  g: GraphBuilder,
  dy: GraphTensor,
  filter: GraphTensor,
  info: Info,
  depthwise: boolean,
): GraphTensor {
  const { reach, before } = geometry(info);
  const groups = groupsOf(info, filter.shape, depthwise);
  const start = reach.map((extent, i) => extent - 1 - (before[i] as number));
  const end = [info.inHeight - info.outHeight, info.inWidth - info.outWidth].map(
    (missing, i) => missing - (start[i] as number) + (reach[i] as number) - 1,
  );
  const image = g.first(dy);
  const dilations = { ints: [info.dilationHeight, info.dilationWidth] };
  const kernel_shape = { ints: [info.filterHeight, info.filterWidth] };
  const unit = info.strideHeight === 1 && info.strideWidth === 1;
  if (unit && groups === 1 && !depthwise && [...start, ...end].every((count) => count >= 0)) {
    const w = g.plain(filter);
    const [height, width] = w.shape as Four;
    const turned = g.slice(w, [height - 1, width - 1, 0, 0], w.shape, [-1, -1, 1, 1]);
    return g.emit("Conv", [image, g.transpose(turned, [2, 3, 0, 1])], info.inShape, {
      channelsFirst: true,
      attributes: { kernel_shape, dilations, pads: { ints: [...start, ...end] } },
    });
  }
  const strides = [info.strideHeight, info.strideWidth];
  const surplus = [info.inHeight, info.inWidth].map((extent, i) => {
    const out = i === 0 ? info.outHeight : info.outWidth;
    return (out - 1) * (strides[i] as number) + (reach[i] as number) - extent - (before[i] as number);
  });
  const dense = depthwise && !g.onProcessor;
  const kernel = onnxKernel(g, filter, depthwise);
  return g.emit("ConvTranspose", [image, dense ? ungrouped(g, kernel, groups) : kernel], info.inShape, {
    channelsFirst: true,
    attributes: {
      kernel_shape,
      dilations,
      strides: { ints: strides },
      group: { int: dense ? 1 : groups },
      pads: { ints: [...before, ...surplus.map((count) => Math.max(0, count))] },
      output_padding: { ints: surplus.map((count) => Math.max(0, -count)) },
    },
  });
}

/** A depthwise kernel as an ordinary one: graphics cards compute transposed convolutions in groups wrongly (1.30). */
function ungrouped(g: GraphBuilder, kernel: GraphTensor, groups: number): GraphTensor {
  const [filters] = kernel.shape as Four;
  const member = Float32Array.from({ length: filters * groups }, (_, i) =>
    Math.floor(Math.floor(i / groups) / (filters / groups)) === i % groups ? 1 : 0,
  );
  return g.mul(kernel, g.floats(member, [filters, groups, 1, 1]));
}

/** The pixels of a padded image that one tap of the kernel meets: `[batch, channels, outHeight, outWidth]`. */
function tapImage(
  g: GraphBuilder,
  padded: GraphTensor,
  info: Info,
  row: number,
  column: number,
): GraphTensor {
  const [batch, , , channels] = padded.shape as Four;
  const starts = [0, row * info.dilationHeight, column * info.dilationWidth, 0];
  const shape = [batch, info.outHeight, info.outWidth, channels];
  return g.slice(padded, starts, shape, [1, info.strideHeight, info.strideWidth, 1]);
}

/**
 * Gradient in the kernel, one tap after the other: the image shifted by the tap, times the gradient of the output,
 * summed over pixels (a product of matrices an image) and images.
 */
function convolveBackFilter(
  g: GraphBuilder,
  x: GraphTensor,
  dy: GraphTensor,
  info: Info,
  filterShape: readonly number[],
  depthwise: boolean,
): GraphTensor {
  const { before, after } = geometry(info);
  const padded = g.pad(g.first(x), [0, ...before, 0], [0, ...after, 0], g.scalar(0));
  const [height, width, channels, filters] = filterShape as Four;
  const pixels = info.outHeight * info.outWidth;
  const groups = groupsOf(info, filterShape, depthwise);
  const { batchSize } = info;
  const perGroup = info.outChannels / groups;
  const upstream = g.view(g.first(dy), [batchSize, groups, perGroup, pixels]);
  const taps: GraphTensor[] = [];
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const tap = tapImage(g, padded, info, row, column);
      const image = g.view(tap, [batchSize, groups, info.inChannels / groups, pixels]);
      const products =
        depthwise && filters === 1
          ? g.reduce("ReduceSum", g.mul(image, upstream), [3])
          : g.matMul(image, upstream, false, true);
      taps.push(g.reduce("ReduceSum", products, [0]));
    }
  }
  // Each tap is [1, groups, channels of a group, filters of a group].
  const all = g.concat(taps, 0);
  const shape = depthwise ? [height, width, channels, filters] : filterShape;
  if (depthwise || groups === 1) return g.reshape(all, shape);
  return g.reshape(g.transpose(all, [0, 2, 1, 3]), shape);
}

const float = (...infos: (TensorInfo | undefined)[]): boolean => infos.every((x) => x?.dtype === "float32");

function forward(name: string, depthwise: boolean): LazyKernel {
  const info = (x: { shape: readonly number[] }, filter: { shape: readonly number[] }, a: KernelAttributes) =>
    infoOf(x.shape, filter.shape, a, depthwise);
  return {
    name,
    infer(inputs, attributes) {
      const { x, filter } = inputs as Record<"x" | "filter", TensorInfo>;
      return [{ shape: info(x, filter, attributes).outShape, dtype: "float32" }];
    },
    accepts: (inputs, attributes) => isNhwc(attributes) && float(inputs["x"], inputs["filter"]),
    lower(g, inputs, attributes) {
      const { x, filter } = inputs as Record<"x" | "filter", GraphTensor>;
      return [convolve(g, x, filter, info(x, filter, attributes), depthwise)];
    },
  };
}

function backInput(name: string, depthwise: boolean): LazyKernel {
  return {
    name,
    infer: (_, { inputShape }) => [{ shape: inputShape as number[], dtype: "float32" }],
    accepts: (inputs, attributes) => isNhwc(attributes) && float(inputs["dy"], inputs["filter"]),
    lower(g, inputs, attributes) {
      const { dy, filter } = inputs as Record<"dy" | "filter", GraphTensor>;
      const info = infoOf(attributes["inputShape"] as number[], filter.shape, attributes, depthwise);
      return [convolveBackInput(g, dy, filter, info, depthwise)];
    },
  };
}

function backFilter(name: string, depthwise: boolean): LazyKernel {
  return {
    name,
    infer: (_, { filterShape }) => [{ shape: filterShape as number[], dtype: "float32" }],
    accepts: (inputs, attributes) => isNhwc(attributes) && float(inputs["x"], inputs["dy"]),
    lower(g, inputs, attributes) {
      const { x, dy } = inputs as Record<"x" | "dy", GraphTensor>;
      const filterShape = attributes["filterShape"] as number[];
      const info = infoOf(x.shape, filterShape, attributes, depthwise);
      return [convolveBackFilter(g, x, dy, info, filterShape, depthwise)];
    },
  };
}

export const conv2d = forward("Conv2D", false);
export const depthwiseConv2d = forward("DepthwiseConv2dNative", true);

/** Convolutions and their gradients, ordinary and depthwise; images `[batch, height, width, channels]`. */
export const convolutionKernels: readonly LazyKernel[] = [
  conv2d,
  depthwiseConv2d,
  backInput("Conv2DBackpropInput", false),
  backInput("DepthwiseConv2dNativeBackpropInput", true),
  backFilter("Conv2DBackpropFilter", false),
  backFilter("DepthwiseConv2dNativeBackpropFilter", true),
];
