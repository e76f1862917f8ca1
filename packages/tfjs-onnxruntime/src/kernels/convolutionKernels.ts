import { backend_util, type TensorInfo } from "@tensorflow/tfjs-core";
import type { GraphBuilder } from "../graphBuilder";
import type { GraphTensor } from "../graphTensor";
import type { KernelAttributes, LazyKernel } from "../lazyGraph";
import { convolveImage } from "./blockedConvolution";
import { type Four, filterFactors, geometry, groupsOf, type Info } from "./convolutionInfo";
import { convolveBackFilter } from "./filterGradient";

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

/** `y = conv(x, filter)`. */
function convolve(
  g: GraphBuilder,
  x: GraphTensor,
  filter: GraphTensor,
  info: Info,
  depthwise: boolean,
): GraphTensor {
  const groups = groupsOf(info, filter.shape, depthwise);
  const attributes = convAttributes(info, groups);
  const image = g.first(x);
  const onSigns = g.frozen && groups === 1 && !depthwise ? convolveLevels(g, image, filter, info) : undefined;
  if (onSigns) return onSigns;
  if (groups === 1 && !depthwise) return convolveImage(g, image, filter, false, info.outShape, attributes);
  return g.emit("Conv", [image, onnxKernel(g, filter, depthwise)], info.outShape, {
    channelsFirst: true,
    attributes,
  });
}

/**
 * The same of an image `gain · base + level` within a border of `level`, such as signs within ones: `gain` goes into the kernel, of `level`
 * a number is left for each filter, and the border is one of zeros, which the convolution has itself. Worth it where kernels are constants.
 */
function convolveLevels(
  g: GraphBuilder,
  image: GraphTensor,
  filter: GraphTensor,
  info: Info,
): GraphTensor | undefined {
  const parts = g.bordered(image);
  const attributes = convAttributes(info, 1);
  if (!parts || (parts.level !== 0 && attributes.pads.ints.some((count) => count > 0))) return undefined;
  const { base, gain, level, before, after } = parts;
  if ([before, after].some(([batch, , , channels]) => batch !== 0 || channels !== 0)) return undefined;
  const own = attributes.pads.ints;
  const pads = [before[1], before[2], after[1], after[2]].map(
    (count, i) => (count ?? 0) + (own[i] as number),
  );
  const kernel = onnxKernel(g, filter, false);
  const offsets = g.mul(g.reduceAsIs("ReduceSum", kernel, [1, 2, 3]), g.scalar(level));
  const inputs = [base, g.mul(kernel, g.scalar(gain)), g.reshape(offsets, [info.outChannels])];
  return g.emit("Conv", inputs, info.outShape, {
    channelsFirst: true,
    attributes: { ...attributes, pads: { ints: pads } },
  });
}

/**
 * Gradient in the image. Stride 1 of an ordinary convolution: a convolution with the kernel turned by 180 degrees
 * and its channel axes swapped. Else a transposed convolution.
 */
function convolveBackInput(
  g: GraphBuilder,
  dy: GraphTensor,
  kernel: GraphTensor,
  info: Info,
  depthwise: boolean,
): GraphTensor {
  const { reach, before } = geometry(info);
  const groups = groupsOf(info, kernel.shape, depthwise);
  const start = reach.map((extent, i) => extent - 1 - (before[i] as number));
  const end = [info.inHeight - info.outHeight, info.inWidth - info.outWidth].map(
    (missing, i) => missing - (start[i] as number) + (reach[i] as number) - 1,
  );
  const { base: image, gain } = g.scaled(g.first(dy));
  // A factor of each channel goes into the kernel, which is small. Gradients have no ties that rounding could break.
  const filter = gain ? g.mul(kernel, filterFactors(g, gain, kernel.shape, depthwise)) : kernel;
  const dilations = { ints: [info.dilationHeight, info.dilationWidth] };
  const kernel_shape = { ints: [info.filterHeight, info.filterWidth] };
  const unit = info.strideHeight === 1 && info.strideWidth === 1;
  if (unit && groups === 1 && !depthwise && [...start, ...end].every((count) => count >= 0)) {
    const w = g.plain(filter);
    const [height, width] = w.shape as Four;
    const turned = g.slice(w, [height - 1, width - 1, 0, 0], w.shape, [-1, -1, 1, 1]);
    const attributes = {
      kernel_shape,
      dilations,
      strides: { ints: [1, 1] },
      pads: { ints: [...start, ...end] },
    };
    return convolveImage(g, image, turned, true, info.inShape, attributes);
  }
  const strides = [info.strideHeight, info.strideWidth];
  const surplus = [info.inHeight, info.inWidth].map((extent, i) => {
    const out = i === 0 ? info.outHeight : info.outWidth;
    return (out - 1) * (strides[i] as number) + (reach[i] as number) - extent - (before[i] as number);
  });
  const dense = depthwise && !g.onProcessor;
  const turned = onnxKernel(g, filter, depthwise);
  return g.emit("ConvTranspose", [image, dense ? ungrouped(g, turned, groups) : turned], info.inShape, {
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
  // The library's convolution whose filter has a scale of its own: the scale is already in the filter.
  forward("BarsScaledConv", false),
];
