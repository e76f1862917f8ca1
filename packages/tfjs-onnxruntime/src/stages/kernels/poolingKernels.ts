import { backend_util } from "@tensorflow/tfjs-core";
import { type Domain, type View, wholeView } from "../expression";
import type { Call, KernelLowering } from "../kernelLowering";
import { Unsupported } from "../lowering";
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

/** Extents of a window that is as large as its steps and fits. */
function windowOf(call: Call, shape: readonly number[]): readonly [number, number] {
  const {
    filterSize,
    strides,
    pad: border,
    dimRoundingMode,
  } = call.node.attributes as {
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
    border,
    dimRoundingMode,
  );
  const { top, bottom, left, right } = info.padInfo;
  if (
    info.filterHeight !== info.strideHeight ||
    info.filterWidth !== info.strideWidth ||
    info.outHeight * info.strideHeight !== info.inHeight ||
    info.outWidth * info.strideWidth !== info.inWidth ||
    top + bottom + left + right > 0
  )
    throw new Unsupported("windows of a mean overlap, or reach over the edge");
  return [info.filterHeight, info.filterWidth];
}

const averagePool: KernelLowering = (lowering, call) => {
  const { value, extents } = imageOf(lowering, call.value("x"));
  const step = windowOf(call, call.shapeOf("x"));
  const { expressions: e } = lowering;
  const out = { ...extents, rows: extents.rows / step[0], columns: extents.columns / step[1] };
  const view = lowering.stored(value, extents).view as View;
  const terms = windowViews(view, step, out).map((one) => e.load(one));
  const total = terms.reduce((sum, term) => e.make("add", sum, term));
  const mean = e.make("mul", total, e.number(1 / terms.length));
  return [{ kind: "image", value: lowering.stored(mean, out), extents: out }];
};

const averagePoolGrad: KernelLowering = (lowering, call) => {
  const dy = imageOf(lowering, call.value("dy"));
  const shape = call.shapeOf("input");
  const step = windowOf(call, shape);
  const { expressions: e } = lowering;
  const [, rows, columns, channels] = shape as [number, number, number, number];
  const extents = { rows, columns, channels };
  const { level } = dy.value;
  const whole = wholeView(lowering.image(extents, level));
  const share = e.make("mul", dy.value, e.number(1 / (step[0] * step[1])));
  for (const target of windowViews(whole, step, dy.extents)) lowering.store(share, target, level);
  return [{ kind: "image", value: e.load(whole), extents }];
};

export const poolingKernels: Readonly<Record<string, KernelLowering>> = {
  AvgPool: averagePool,
  AvgPoolGrad: averagePoolGrad,
};
