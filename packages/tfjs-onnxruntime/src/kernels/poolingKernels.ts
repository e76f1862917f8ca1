import { backend_util, type TensorInfo } from "@tensorflow/tfjs-core";
import type { GraphBuilder } from "../graphBuilder";
import { type GraphTensor, sizeOf } from "../graphTensor";
import type { KernelAttributes, LazyKernel } from "../lazyGraph";

type Info = backend_util.Conv2DInfo;
type Four = [number, number, number, number];

function infoOf(xShape: readonly number[], attributes: KernelAttributes): Info {
  const { filterSize, strides, pad, dimRoundingMode } = attributes as {
    filterSize: [number, number] | number;
    strides: [number, number] | number;
    pad: "valid" | "same" | number;
    dimRoundingMode?: "floor" | "round" | "ceil";
  };
  return backend_util.computePool2DInfo(xShape as Four, filterSize, strides, 1, pad, dimRoundingMode);
}

/** Pixels before and behind the image that windows reach. */
function padsOf(info: Info) {
  const { padInfo, strideHeight, strideWidth, filterHeight, filterWidth } = info;
  const { top, left } = padInfo;
  const bottom = (info.outHeight - 1) * strideHeight + filterHeight - info.inHeight - top;
  const right = (info.outWidth - 1) * strideWidth + filterWidth - info.inWidth - left;
  return { top, left, bottom: Math.max(0, bottom), right: Math.max(0, right) };
}

function poolAttributes(info: Info) {
  const { strideHeight, strideWidth, filterHeight, filterWidth } = info;
  const { top, left, bottom, right } = padsOf(info);
  return {
    kernel_shape: { ints: [filterHeight, filterWidth] },
    strides: { ints: [strideHeight, strideWidth] },
    pads: { ints: [top, left, bottom, right] },
  };
}

/** Padding inside the window's own reach, as ONNX demands: windows that reach further have no pixel of the image. */
function fits(info: Info): boolean {
  const { filterHeight, filterWidth } = info;
  const { top, bottom, left, right } = padsOf(info);
  return Math.max(top, bottom) < filterHeight && Math.max(left, right) < filterWidth;
}

function pool(name: string, op: string): LazyKernel {
  return {
    name,
    infer(inputs, attributes) {
      const x = inputs["x"] as TensorInfo;
      return [{ shape: infoOf(x.shape, attributes).outShape, dtype: "float32" }];
    },
    accepts: (inputs, attributes) =>
      inputs["x"]?.dtype === "float32" && fits(infoOf((inputs["x"] as TensorInfo).shape, attributes)),
    lower(g, inputs, attributes) {
      const x = inputs["x"] as GraphTensor;
      const info = infoOf(x.shape, attributes);
      return [
        g.emit(op, [g.first(x)], info.outShape, { channelsFirst: true, attributes: poolAttributes(info) }),
      ];
    },
  };
}

function gradient(
  name: string,
  lower: (g: GraphBuilder, dy: GraphTensor, x: GraphTensor, info: Info) => GraphTensor,
): LazyKernel {
  return {
    name,
    infer: (inputs) => [{ shape: (inputs["input"] as TensorInfo).shape, dtype: "float32" }],
    accepts: (inputs, attributes) =>
      inputs["dy"]?.dtype === "float32" && fits(infoOf((inputs["input"] as TensorInfo).shape, attributes)),
    lower(g, inputs, attributes) {
      const { dy, input } = inputs as Record<"dy" | "input", GraphTensor>;
      return [lower(g, dy, input, infoOf(input.shape, attributes))];
    },
  };
}

/** Pixels of the image in each window, `[1, outHeight, outWidth, 1]`, as reciprocals. */
function shares(info: Info): Float32Array {
  const covered = (out: number, stride: number, window: number, before: number, extent: number) => {
    const start = out * stride - before;
    return Math.min(start + window, extent) - Math.max(start, 0);
  };
  return Float32Array.from({ length: info.outHeight * info.outWidth }, (_, i) => {
    const [row, column] = [Math.floor(i / info.outWidth), i % info.outWidth];
    const high = covered(row, info.strideHeight, info.filterHeight, info.padInfo.top, info.inHeight);
    const wide = covered(column, info.strideWidth, info.filterWidth, info.padInfo.left, info.inWidth);
    return 1 / (high * wide);
  });
}

/**
 * Every pixel gets the shares of the windows it is in. Windows that tile the image: each share repeated; else a
 * transposed convolution of single channels with a kernel of ones.
 */
function averageGradient(g: GraphBuilder, dy: GraphTensor, _: GraphTensor, info: Info): GraphTensor {
  const { batchSize, inChannels, inHeight, inWidth, outHeight, outWidth, filterHeight, filterWidth } = info;
  const tiles =
    info.strideHeight === filterHeight &&
    info.strideWidth === filterWidth &&
    inHeight === outHeight * filterHeight &&
    inWidth === outWidth * filterWidth;
  if (tiles) {
    const share = g.mul(g.first(dy), g.scalar(1 / (filterHeight * filterWidth)));
    const shape = [batchSize, inHeight, inWidth, inChannels];
    const scales = g.floats(Float32Array.of(1, 1, filterHeight, filterWidth), [4]);
    // Not Expand, which takes some 20 ns for every number here.
    const spread = g.emit("Resize", [share, null, scales], shape, {
      channelsFirst: true,
      attributes: {
        mode: { string: "nearest" },
        coordinate_transformation_mode: { string: "asymmetric" },
        nearest_mode: { string: "floor" },
      },
    });
    return spread;
  }
  const share = g.mul(g.first(dy), g.floats(shares(info), [1, outHeight, outWidth, 1]));
  const planes = g.view(share, [batchSize * inChannels, 1, outHeight, outWidth]);
  const { pads, ...attributes } = poolAttributes(info);
  const [top, left] = pads.ints as Four;
  const surplus = [
    (outHeight - 1) * info.strideHeight + filterHeight - inHeight - top,
    (outWidth - 1) * info.strideWidth + filterWidth - inWidth - left,
  ];
  const ones = g.fill(1, [1, 1, filterHeight, filterWidth]);
  const shape = [batchSize * inChannels, 1, inHeight, inWidth];
  const spread = g.emit("ConvTranspose", [planes, ones], shape, {
    attributes: {
      ...attributes,
      pads: { ints: [top, left, ...surplus.map((count) => Math.max(0, count))] },
      output_padding: { ints: surplus.map((count) => Math.max(0, -count)) },
    },
  });
  return back(g, spread, info);
}

/** Adds each gradient at the pixel its window's largest entry (the first of several) came from. */
function maxGradient(g: GraphBuilder, dy: GraphTensor, x: GraphTensor, info: Info): GraphTensor {
  if (!g.onProcessor) return maxGradientByTaps(g, dy, x, info);
  const image = g.first(x);
  const [, found] = g.emitMany("MaxPool", [image], [info.outShape, info.outShape], {
    channelsFirst: true,
    attributes: { ...poolAttributes(info), storage_order: { int: 0 } },
  });
  const positions: GraphTensor = { ...(found as GraphTensor), type: "int64" };
  const count = sizeOf(info.outShape);
  const size = sizeOf(info.inShape);
  const zeros = g.expand(g.scalar(0), [size]);
  const flat = g.view(g.first(dy), [count]);
  const at = g.view(positions, [count]);
  const scattered = g.emit("ScatterElements", [zeros, at, flat], [size], {
    attributes: { axis: { int: 0 }, reduction: { string: "add" } },
  });
  return back(g, scattered, info);
}

/**
 * The same without positions, which graphics cards do not give: one tap of the window after the other, the gradients
 * of the windows whose largest entry it is; all taps brought to their pixels by one transposed convolution.
 */
function maxGradientByTaps(g: GraphBuilder, dy: GraphTensor, x: GraphTensor, info: Info): GraphTensor {
  const { batchSize, inChannels, outHeight, outWidth, filterHeight, filterWidth, strideHeight, strideWidth } =
    info;
  const { pads, ...attributes } = poolAttributes(info);
  const [top, left, bottom, right] = pads.ints as Four;
  const image = g.first(x);
  const largest = g.emit("MaxPool", [image], info.outShape, {
    channelsFirst: true,
    attributes: poolAttributes(info),
  });
  const padded = g.pad(image, [0, top, left, 0], [0, bottom, right, 0], g.scalar(-3.4e38));
  const taps: GraphTensor[] = [];
  let free = g.fill(1, []);
  for (let row = 0; row < filterHeight; row++) {
    for (let column = 0; column < filterWidth; column++) {
      const tap = g.slice(padded, [0, row, column, 0], info.outShape, [1, strideHeight, strideWidth, 1]);
      const hit = g.mul(g.cast(g.elementwise("Equal", [tap, largest], { type: "bool" }), "float32"), free);
      free = g.sub(free, hit);
      taps.push(g.view(g.first(g.mul(hit, dy)), [batchSize * inChannels, 1, outHeight, outWidth]));
    }
  }
  const count = filterHeight * filterWidth;
  const places = new Float32Array(count * count);
  for (let i = 0; i < count; i++) places[i * count + i] = 1;
  const kernel = g.floats(places, [count, 1, filterHeight, filterWidth]);
  const surplus = [
    (outHeight - 1) * strideHeight + filterHeight - info.inHeight - top,
    (outWidth - 1) * strideWidth + filterWidth - info.inWidth - left,
  ];
  const shape = [batchSize * inChannels, 1, info.inHeight, info.inWidth];
  const spread = g.emit("ConvTranspose", [g.concat(taps, 1), kernel], shape, {
    attributes: {
      ...attributes,
      pads: { ints: [top, left, ...surplus.map((extra) => Math.max(0, extra))] },
      output_padding: { ints: surplus.map((extra) => Math.max(0, -extra)) },
    },
  });
  return back(g, spread, info);
}

/** A plain value whose numbers are an image in channels-first order, as that image. */
function back(g: GraphBuilder, x: GraphTensor, info: Info): GraphTensor {
  const extents = [info.batchSize, info.inChannels, info.inHeight, info.inWidth];
  return g.view(x, extents, info.inShape);
}

/** Pooling and its gradients; images `[batch, height, width, channels]`. Pixels outside the image never count. */
export const poolingKernels: readonly LazyKernel[] = [
  pool("AvgPool", "AveragePool"),
  pool("MaxPool", "MaxPool"),
  gradient("AvgPoolGrad", averageGradient),
  gradient("MaxPoolGrad", maxGradient),
];
