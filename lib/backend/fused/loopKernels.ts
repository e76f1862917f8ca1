import type * as tf from "@tensorflow/tfjs-core";
import type { FloatArrays } from "./floatArrays";
import type { FusedAttributes, FusedKernel } from "./fusedKernel";
import type { AdamSettings, SgdSettings } from "./optimizerUpdates";

/** A fused kernel as plain loops over the engine's own memory. */
export type LoopKernel = (
  inputs: Readonly<Record<string, tf.TensorInfo>>,
  attributes: FusedAttributes,
  arrays: FloatArrays,
) => tf.TensorInfo[];

/** Number `i` of an array that is known to be long enough. */
const at = (array: Float32Array | Float64Array, i: number): number => array[i] as number;

/**
 * Fused kernels for engines in this process. One or two passes over memory replace the five to ten of the composed
 * forms, which stay the reference: the tests compare the two. Sums are in double precision.
 *
 * The cpu engine takes them all; wasm those for which `wasmForms` has nothing faster.
 */
export const loopKernels: Readonly<Partial<Record<FusedKernel["name"], LoopKernel>>> = Object.freeze({
  BarsBatchNorm: batchNorm,
  BarsBatchNormGrad: batchNormGrad,
  BarsSignWindow: signWindow,
  BarsSignWindowGrad: signWindowGrad,
  BarsConcatChannels: concatChannels,
  BarsSplitChannels: splitChannels,
  BarsInterleaveChannels: interleaveChannels,
  BarsDeinterleaveChannels: deinterleaveChannels,
  BarsSgdMomentum: sgdMomentum,
  BarsAdam: adam,
  BarsReluGrad: reluGrad,
  BarsWeightedSum: weightedSum,
  BarsScaleChannels: scaleChannels,
  BarsChannelDot: channelDot,
});

type Named = Readonly<Record<string, tf.TensorInfo>>;

function lastExtent(tensor: tf.TensorInfo): number {
  return tensor.shape[tensor.shape.length - 1] as number;
}

function batchNorm(inputs: Named, { epsilon }: FusedAttributes, arrays: FloatArrays): tf.TensorInfo[] {
  const { x, scale, offset } = inputs as Record<"x" | "scale" | "offset", tf.TensorInfo>;
  const channels = lastExtent(x);
  const [y, mean, variance] = [arrays.make(x.shape), arrays.make([channels]), arrays.make([channels])];
  const [xs, ys] = [arrays.of(x), arrays.of(y)];
  const pixels = xs.length / channels;
  const means = new Float64Array(channels);
  for (let i = 0; i < xs.length; )
    for (let c = 0; c < channels; c++, i++) means[c] = at(means, c) + at(xs, i);
  for (let c = 0; c < channels; c++) means[c] = at(means, c) / pixels;
  const variances = new Float64Array(channels);
  for (let i = 0; i < xs.length; ) {
    for (let c = 0; c < channels; c++, i++) {
      const centred = at(xs, i) - at(means, c);
      variances[c] = at(variances, c) + centred * centred;
    }
  }
  const gain = new Float64Array(channels);
  for (let c = 0; c < channels; c++) {
    variances[c] = at(variances, c) / pixels;
    gain[c] = at(arrays.of(scale), c) / Math.sqrt(at(variances, c) + (epsilon as number));
  }
  const shift = arrays.of(offset);
  for (let i = 0; i < xs.length; ) {
    for (let c = 0; c < channels; c++, i++) ys[i] = (at(xs, i) - at(means, c)) * at(gain, c) + at(shift, c);
  }
  arrays.of(mean).set(means);
  arrays.of(variance).set(variances);
  return [y, mean, variance];
}

function batchNormGrad(inputs: Named, { epsilon }: FusedAttributes, arrays: FloatArrays): tf.TensorInfo[] {
  const { dy, x, mean, variance, scale } = inputs as Record<
    "dy" | "x" | "mean" | "variance" | "scale",
    tf.TensorInfo
  >;
  const channels = lastExtent(x);
  const [dx, dScale, dOffset] = [arrays.make(x.shape), arrays.make([channels]), arrays.make([channels])];
  const [gs, xs, ds] = [arrays.of(dy), arrays.of(x), arrays.of(dx)];
  const means = arrays.of(mean);
  const pixels = xs.length / channels;
  const sums = new Float64Array(channels);
  const products = new Float64Array(channels);
  for (let i = 0; i < xs.length; ) {
    for (let c = 0; c < channels; c++, i++) {
      const g = at(gs, i);
      sums[c] = at(sums, c) + g;
      products[c] = at(products, c) + g * (at(xs, i) - at(means, c));
    }
  }
  // dx = gain · dy − slope · (x − mean) − level, per channel.
  const [gain, slope, level] = [
    new Float64Array(channels),
    new Float64Array(channels),
    new Float64Array(channels),
  ];
  const dScales = arrays.of(dScale);
  for (let c = 0; c < channels; c++) {
    const rate = 1 / Math.sqrt(at(arrays.of(variance), c) + (epsilon as number));
    dScales[c] = at(products, c) * rate;
    gain[c] = at(arrays.of(scale), c) * rate;
    slope[c] = (at(gain, c) * rate * rate * at(products, c)) / pixels;
    level[c] = (at(gain, c) * at(sums, c)) / pixels;
  }
  for (let i = 0; i < xs.length; ) {
    for (let c = 0; c < channels; c++, i++) {
      ds[i] = at(gain, c) * at(gs, i) - at(slope, c) * (at(xs, i) - at(means, c)) - at(level, c);
    }
  }
  arrays.of(dOffset).set(sums);
  return [dx, dScale, dOffset];
}

function signWindow(inputs: Named, _: FusedAttributes, arrays: FloatArrays): tf.TensorInfo[] {
  const { x } = inputs as Record<"x", tf.TensorInfo>;
  const y = arrays.make(x.shape);
  const [xs, ys] = [arrays.of(x), arrays.of(y)];
  for (let i = 0; i < xs.length; i++) ys[i] = at(xs, i) < 0 ? -1 : 1;
  return [y];
}

function signWindowGrad(inputs: Named, { clip }: FusedAttributes, arrays: FloatArrays): tf.TensorInfo[] {
  const { dy, x } = inputs as Record<"dy" | "x", tf.TensorInfo>;
  const dx = arrays.make(x.shape);
  const [gs, xs, ds] = [arrays.of(dy), arrays.of(x), arrays.of(dx)];
  // The window's edge as the float32 the composed form compares with.
  const edge = Math.fround(clip as number);
  for (let i = 0; i < xs.length; i++) ds[i] = Math.abs(at(xs, i)) <= edge ? at(gs, i) : 0;
  return [dx];
}

function concatChannels(inputs: Named, _: FusedAttributes, arrays: FloatArrays): tf.TensorInfo[] {
  const parts = Object.values(inputs);
  const total = parts.reduce((sum, part) => sum + lastExtent(part), 0);
  const [first] = parts as [tf.TensorInfo];
  const y = arrays.make([...first.shape.slice(0, -1), total]);
  const ys = arrays.of(y);
  let start = 0;
  for (const part of parts) {
    copyChannels(arrays.of(part), lastExtent(part), 0, ys, total, start, lastExtent(part));
    start += lastExtent(part);
  }
  return [y];
}

function splitChannels(inputs: Named, attributes: FusedAttributes, arrays: FloatArrays): tf.TensorInfo[] {
  const { x } = inputs as Record<"x", tf.TensorInfo>;
  const sizes = attributes["sizes"] as readonly number[];
  const total = lastExtent(x);
  const parts = sizes.map((size) => arrays.make([...x.shape.slice(0, -1), size]));
  let start = 0;
  for (const part of parts) {
    copyChannels(arrays.of(x), total, start, arrays.of(part), lastExtent(part), 0, lastExtent(part));
    start += lastExtent(part);
  }
  return parts;
}

/** Copies `count` neighbouring channels of every pixel. */
function copyChannels(
  from: Float32Array,
  fromChannels: number,
  fromStart: number,
  to: Float32Array,
  toChannels: number,
  toStart: number,
  count: number,
): void {
  const pixels = to.length / toChannels;
  for (let p = 0; p < pixels; p++) {
    const source = p * fromChannels + fromStart;
    const target = p * toChannels + toStart;
    for (let c = 0; c < count; c++) to[target + c] = at(from, source + c);
  }
}

function interleaveChannels(inputs: Named, _: FusedAttributes, arrays: FloatArrays): tf.TensorInfo[] {
  const { a, b } = inputs as Record<"a" | "b", tf.TensorInfo>;
  const y = arrays.make([...a.shape.slice(0, -1), 2 * lastExtent(a)]);
  const [as, bs, ys] = [arrays.of(a), arrays.of(b), arrays.of(y)];
  for (let i = 0; i < as.length; i++) {
    ys[2 * i] = at(as, i);
    ys[2 * i + 1] = at(bs, i);
  }
  return [y];
}

function deinterleaveChannels(inputs: Named, _: FusedAttributes, arrays: FloatArrays): tf.TensorInfo[] {
  const { x } = inputs as Record<"x", tf.TensorInfo>;
  const shape = [...x.shape.slice(0, -1), lastExtent(x) / 2];
  const [a, b] = [arrays.make(shape), arrays.make(shape)];
  const [xs, as, bs] = [arrays.of(x), arrays.of(a), arrays.of(b)];
  for (let i = 0; i < as.length; i++) {
    as[i] = at(xs, 2 * i);
    bs[i] = at(xs, 2 * i + 1);
  }
  return [a, b];
}

function sgdMomentum(inputs: Named, attributes: FusedAttributes, arrays: FloatArrays): tf.TensorInfo[] {
  const { param, grad, velocity } = inputs as Record<"param" | "grad" | "velocity", tf.TensorInfo>;
  const { learningRate, momentum, weightDecay } = attributes as unknown as SgdSettings;
  const [nextParam, nextVelocity] = [arrays.make(param.shape), arrays.make(param.shape)];
  const [ps, gs, vs, np, nv] = [param, grad, velocity, nextParam, nextVelocity].map(
    arrays.of,
  ) as Float32Array[] as Five;
  for (let i = 0; i < ps.length; i++) {
    const next = Math.fround(momentum * at(vs, i) + (at(gs, i) + weightDecay * at(ps, i)));
    nv[i] = next;
    np[i] = at(ps, i) - learningRate * next;
  }
  return [nextParam, nextVelocity];
}

type Five = [Float32Array, Float32Array, Float32Array, Float32Array, Float32Array];

function adam(inputs: Named, attributes: FusedAttributes, arrays: FloatArrays): tf.TensorInfo[] {
  const { param, grad, mean, square } = inputs as Record<"param" | "grad" | "mean" | "square", tf.TensorInfo>;
  const { learningRate, beta1, beta2, epsilon, step, weightDecay } = attributes as unknown as AdamSettings;
  const outputs = [arrays.make(param.shape), arrays.make(param.shape), arrays.make(param.shape)];
  const [ps, gs, ms, ss] = [param, grad, mean, square].map(arrays.of) as [
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  const [np, nm, ns] = outputs.map(arrays.of) as [Float32Array, Float32Array, Float32Array];
  const rate = learningRate / (1 - beta1 ** step);
  const correction = 1 - beta2 ** step;
  for (let i = 0; i < ps.length; i++) {
    const g = at(gs, i) + weightDecay * at(ps, i);
    const m = Math.fround(beta1 * at(ms, i) + (1 - beta1) * g);
    const s = Math.fround(beta2 * at(ss, i) + (1 - beta2) * g * g);
    nm[i] = m;
    ns[i] = s;
    np[i] = at(ps, i) - (rate * m) / (Math.sqrt(s / correction) + epsilon);
  }
  return outputs;
}

function reluGrad(inputs: Named, _: FusedAttributes, arrays: FloatArrays): tf.TensorInfo[] {
  const { dy, y } = inputs as Record<"dy" | "y", tf.TensorInfo>;
  const dx = arrays.make(y.shape);
  const [gs, ys, ds] = [arrays.of(dy), arrays.of(y), arrays.of(dx)];
  for (let i = 0; i < ys.length; i++) ds[i] = at(ys, i) > 0 ? at(gs, i) : 0;
  return [dx];
}

function weightedSum(inputs: Named, { count }: FusedAttributes, arrays: FloatArrays): tf.TensorInfo[] {
  const list = Object.values(inputs);
  const terms = count as number;
  const [first] = list as [tf.TensorInfo];
  const y = arrays.make(first.shape);
  const ys = arrays.of(y);
  for (let k = 0; k < terms; k++) {
    const xs = arrays.of(list[k] as tf.TensorInfo);
    const weight = at(arrays.of(list[terms + k] as tf.TensorInfo), 0);
    if (k === 0) for (let i = 0; i < ys.length; i++) ys[i] = weight * at(xs, i);
    else for (let i = 0; i < ys.length; i++) ys[i] = at(ys, i) + weight * at(xs, i);
  }
  const mask = list[2 * terms];
  if (mask) multiplyChannels(ys, ys, arrays.of(mask), 1);
  return [y];
}

function scaleChannels(inputs: Named, _: FusedAttributes, arrays: FloatArrays): tf.TensorInfo[] {
  const { x, weight, mask } = inputs as Record<"x" | "weight", tf.TensorInfo> & { mask?: tf.TensorInfo };
  const y = arrays.make(x.shape);
  const [xs, ys] = [arrays.of(x), arrays.of(y)];
  const factor = at(arrays.of(weight), 0);
  if (mask) multiplyChannels(xs, ys, arrays.of(mask), factor);
  else for (let i = 0; i < ys.length; i++) ys[i] = factor * at(xs, i);
  return [y];
}

/** `to = factor · from ⊙ mask`, per channel. */
function multiplyChannels(from: Float32Array, to: Float32Array, mask: Float32Array, factor: number): void {
  const gains = Float64Array.from(mask, (m) => m * factor);
  for (let i = 0; i < to.length; )
    for (let c = 0; c < gains.length; c++, i++) to[i] = at(from, i) * at(gains, c);
}

function channelDot(inputs: Named, _: FusedAttributes, arrays: FloatArrays): tf.TensorInfo[] {
  const { a, b } = inputs as Record<"a" | "b", tf.TensorInfo>;
  const channels = lastExtent(a);
  const y = arrays.make([channels]);
  const [as, bs] = [arrays.of(a), arrays.of(b)];
  const sums = new Float64Array(channels);
  for (let i = 0; i < as.length; )
    for (let c = 0; c < channels; c++, i++) sums[c] = at(sums, c) + at(as, i) * at(bs, i);
  arrays.of(y).set(sums);
  return [y];
}
