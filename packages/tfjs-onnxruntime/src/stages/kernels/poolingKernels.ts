import { backend_util } from "@tensorflow/tfjs-core";
import { type Domain, type Expression, type View, wholeView } from "../expression";
import type { Call, KernelLowering } from "../kernelLowering";
import { type Lowering, Unsupported } from "../lowering";
import { onImages } from "./nativeTasks";
import { imageOf } from "./operands";

/** Views of every `step`-th pixel, one for each place in a window. */
function windowViews(view: View, step: readonly [number, number], extents: Domain): View[] {
  const [high, wide] = step;
  return Array.from({ length: high * wide }, (_, i) => ({
    memory: view.memory,
    origin: view.origin + Math.floor(i / wide) * view.rowStep + (i % wide) * view.pixelStep,
    pixelStep: view.pixelStep * wide,
    rowStep: view.rowStep * high,
    extents,
  }));
}

type Info = backend_util.Conv2DInfo;

function infoOf(call: Call, shape: readonly number[]): Info {
  const { filterSize, strides, pad, dimRoundingMode } = call.node.attributes as {
    filterSize: [number, number] | number;
    strides: [number, number] | number;
    pad: "valid" | "same" | number;
    dimRoundingMode?: "floor" | "round" | "ceil";
  };
  const info = backend_util.computePool2DInfo(
    shape as [number, number, number, number],
    filterSize,
    strides,
    1,
    pad,
    dimRoundingMode,
  );
  const { top, left } = info.padInfo;
  // Each window must have a pixel inside: the first one, and the last one.
  if (
    top >= info.filterHeight ||
    left >= info.filterWidth ||
    (info.outHeight - 1) * info.strideHeight - top >= info.inHeight ||
    (info.outWidth - 1) * info.strideWidth - left >= info.inWidth
  )
    throw new Unsupported("windows of a pool lie outside the image");
  return info;
}

/** Whether windows lie side by side and cover the image. */
function tiles(info: Info): boolean {
  const { top, bottom, left, right } = info.padInfo;
  return (
    info.filterHeight === info.strideHeight &&
    info.filterWidth === info.strideWidth &&
    info.outHeight * info.strideHeight === info.inHeight &&
    info.outWidth * info.strideWidth === info.inWidth &&
    top + bottom + left + right === 0
  );
}

/** As `native/pools.h` reads it. */
function poolNumbers(info: Info, x: View, y: View): number[] {
  const { outHeight, outWidth, inChannels, inHeight, inWidth, filterHeight, filterWidth, padInfo } = info;
  return [
    ...[outHeight, outWidth, inChannels, inHeight, inWidth, filterHeight, filterWidth],
    ...[info.strideHeight, info.strideWidth, padInfo.top, padInfo.left],
    ...[x.pixelStep, x.rowStep, y.pixelStep, y.rowStep],
  ];
}

const resultOf = ({ outHeight: rows, outWidth: columns, inChannels: channels }: Info): Domain => ({
  rows,
  columns,
  channels,
});

function pooled(lowering: Lowering, value: Expression, info: Info, kind: "average" | "largest"): Expression {
  const { inHeight: rows, inWidth: columns, inChannels: channels } = info;
  const { level } = value;
  const view = lowering.held(value, { rows, columns, channels }, level);
  const made = wholeView(lowering.image(resultOf(info), level));
  onImages(lowering, kind, poolNumbers(info, view, made), [view], made, level);
  return lowering.expressions.load(made);
}

const averagePool: KernelLowering = (lowering, call) => {
  const { value, extents } = imageOf(lowering, call.value("x"));
  const info = infoOf(call, call.shapeOf("x"));
  const out = resultOf(info);
  if (!tiles(info)) return [{ kind: "image", value: pooled(lowering, value, info, "average"), extents: out }];
  const { expressions: e } = lowering;
  const view = lowering.stored(value, extents).view as View;
  const terms = windowViews(view, [info.strideHeight, info.strideWidth], out).map((one) => e.load(one));
  const total = terms.reduce((sum, term) => e.make("add", sum, term));
  const mean = e.make("mul", total, e.number(1 / terms.length));
  return [{ kind: "image", value: lowering.stored(mean, out), extents: out }];
};

const averagePoolGrad: KernelLowering = (lowering, call) => {
  const dy = imageOf(lowering, call.value("dy"));
  const info = infoOf(call, call.shapeOf("input"));
  const { expressions: e } = lowering;
  const { inHeight: rows, inWidth: columns, inChannels: channels } = info;
  const extents = { rows, columns, channels };
  const { level } = dy.value;
  const whole = wholeView(lowering.image(extents, level));
  if (tiles(info)) {
    const step = [info.strideHeight, info.strideWidth] as const;
    const share = e.make("mul", dy.value, e.number(1 / (step[0] * step[1])));
    for (const target of windowViews(whole, step, dy.extents)) lowering.store(share, target, level);
  } else {
    const rates = lowering.held(dy.value, dy.extents, level);
    onImages(lowering, "averageGradient", poolNumbers(info, whole, rates), [rates], whole, level);
  }
  return [{ kind: "image", value: e.load(whole), extents }];
};

const maxPool: KernelLowering = (lowering, call) => {
  const { value } = imageOf(lowering, call.value("x"));
  const info = infoOf(call, call.shapeOf("x"));
  return [{ kind: "image", value: pooled(lowering, value, info, "largest"), extents: resultOf(info) }];
};

const maxPoolGrad: KernelLowering = (lowering, call) => {
  const [x, dy] = [imageOf(lowering, call.value("input")), imageOf(lowering, call.value("dy"))];
  const info = infoOf(call, call.shapeOf("input"));
  const level = Math.max(x.value.level, dy.value.level);
  const [seen, rates] = [
    lowering.held(x.value, x.extents, level),
    lowering.held(dy.value, dy.extents, level),
  ];
  const whole = wholeView(lowering.image(x.extents, level));
  const numbers = poolNumbers(info, seen, rates);
  onImages(lowering, "largestGradient", numbers, [seen, rates], whole, level);
  return [{ kind: "image", value: lowering.expressions.load(whole), extents: x.extents }];
};

export const poolingKernels: Readonly<Record<string, KernelLowering>> = {
  AvgPool: averagePool,
  AvgPoolGrad: averagePoolGrad,
  MaxPool: maxPool,
  MaxPoolGrad: maxPoolGrad,
};
