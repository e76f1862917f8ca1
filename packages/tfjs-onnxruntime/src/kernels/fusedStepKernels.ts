import type { TensorInfo } from "@tensorflow/tfjs-core";
import { affine, normalized } from "../foldAffine";
import type { GraphBuilder } from "../graphBuilder";
import type { GraphTensor } from "../graphTensor";
import type { LazyKernel, LazySpec } from "../lazyGraph";
import { pixelsOf, softmax } from "./reductionKernels";

const spec = (shape: readonly number[]): LazySpec => ({ shape, dtype: "float32" });
const channelsOf = (x: { readonly shape: readonly number[] }): number => x.shape.at(-1) as number;
/** The inputs, whose names the kernel's definition promises. */
const named = <K extends string>(inputs: Readonly<Record<string, GraphTensor>>) =>
  inputs as Record<K, GraphTensor>;

/** An image as BatchNormalization takes it: channels on axis 1 in memory. */
function image(g: GraphBuilder, x: GraphTensor): GraphTensor {
  if (x.shape.length === 4) return g.first(x);
  return g.first(g.reshape(x, [pixelsOf(x), 1, 1, channelsOf(x)]));
}

const imageAxes = [0, 1, 2];

/** `[channels]` from a reduction of an image over everything else. */
function perChannel(g: GraphBuilder, x: GraphTensor): GraphTensor {
  return g.reshape(g.reduce("ReduceSum", x, imageAxes), [channelsOf(x)]);
}

const batchNorm: LazyKernel = {
  name: "BarsBatchNorm",
  infer(inputs) {
    const x = inputs["x"] as TensorInfo;
    return [spec(x.shape), spec([channelsOf(x)]), spec([channelsOf(x)])];
  },
  lower(g, inputs, { epsilon }) {
    const { x, scale, offset } = named<"x" | "scale" | "offset">(inputs);
    const source = image(g, x);
    const channels = channelsOf(x);
    if (g.onProcessor) {
      const [y, mean, variance] = ownStatistics(g, source, scale, offset, epsilon as number);
      return [g.reshape(y, x.shape), g.reshape(mean, [channels]), g.reshape(variance, [channels])];
    }
    const share = g.scalar(1 / pixelsOf(x));
    const mean = g.mul(perChannel(g, source), share);
    const centred = g.sub(source, mean);
    const variance = g.mul(perChannel(g, g.mul(centred, centred)), share);
    const y = normalized(g, source, {
      gain: scale,
      level: offset,
      mean,
      variance,
      epsilon: epsilon as number,
    });
    return [g.reshape(y, x.shape), mean, variance];
  },
};

/**
 * Normalised image, means and variances by one operator, which blends them with old ones at momentum 0. It writes them
 * over the old ones, so every call has zeros of its own.
 */
function ownStatistics(
  g: GraphBuilder,
  x: GraphTensor,
  scale: GraphTensor,
  offset: GraphTensor,
  epsilon: number,
): [GraphTensor, GraphTensor, GraphTensor] {
  const channels = channelsOf(x);
  const zeros = () => g.emit("Expand", [g.scalar(0), g.ints([channels])], [channels], { apart: true });
  const outputs = g.emitMany(
    "BatchNormalization",
    [x, scale, offset, zeros(), zeros()],
    [x.shape, [channels], [channels]],
    {
      channelsFirst: true,
      attributes: { epsilon: { float: epsilon }, momentum: { float: 0 }, training_mode: { int: 1 } },
    },
  );
  return outputs as [GraphTensor, GraphTensor, GraphTensor];
}

const batchNormGrad: LazyKernel = {
  name: "BarsBatchNormGrad",
  infer(inputs) {
    const x = inputs["x"] as TensorInfo;
    return [spec(x.shape), spec([channelsOf(x)]), spec([channelsOf(x)])];
  },
  /** dx is `gain · dy` less an affine function of x, so that two passes over memory and a difference suffice. */
  lower(g, inputs, attributes) {
    const { dy, x, scale, mean, variance } = named<"dy" | "x" | "scale" | "mean" | "variance">(inputs);
    const epsilon = attributes["epsilon"] as number;
    const [upstream, source] = [image(g, dy), image(g, x)];
    const share = g.scalar(1 / pixelsOf(x));
    const rate = g.unary("Reciprocal", g.unary("Sqrt", g.add(variance, g.scalar(epsilon))));
    const dOffset = perChannel(g, upstream);
    const dScale = g.mul(perChannel(g, g.mul(upstream, g.sub(source, mean))), rate);
    const gain = g.mul(rate, scale);
    const level = g.mul(g.mul(gain, dOffset), share);
    const slope = g.mul(g.mul(gain, dScale), share);
    const removed = normalized(g, source, { gain: slope, level, mean, variance, epsilon });
    const dx = g.sub(affine(g, upstream, gain, g.fill(0, [channelsOf(x)])), removed);
    return [g.reshape(dx, x.shape), dScale, dOffset];
  },
};

const signWindow: LazyKernel = {
  name: "BarsSignWindow",
  infer: (inputs) => [spec((inputs["x"] as TensorInfo).shape)],
  lower(g, inputs) {
    const { x } = named<"x">(inputs);
    const below = g.elementwise("Less", [x, g.scalar(0)], { type: "bool" });
    return [g.add(g.mul(g.cast(below, "float32"), g.scalar(-2)), g.scalar(1))];
  },
};

const signWindowGrad: LazyKernel = {
  name: "BarsSignWindowGrad",
  infer: (inputs) => [spec((inputs["x"] as TensorInfo).shape)],
  lower(g, inputs, { clip }) {
    const { dy, x } = named<"dy" | "x">(inputs);
    const inside = g.elementwise("LessOrEqual", [g.unary("Abs", x), g.scalar(clip as number)], {
      type: "bool",
    });
    return [g.mul(dy, g.cast(inside, "float32"))];
  },
};

/** Smoothed targets `[N, K]`. */
function targets(g: GraphBuilder, labels: GraphTensor, classes: number, smoothing: number): GraphTensor {
  const column = g.reshape(labels, [...labels.shape, 1]);
  const hit = g.cast(g.elementwise("Equal", [column, g.range(classes)], { type: "bool" }), "float32");
  if (smoothing === 0) return hit;
  return g.add(g.mul(hit, g.scalar(1 - smoothing)), g.scalar(smoothing / classes));
}

const softmaxCrossEntropy: LazyKernel = {
  name: "BarsSoftmaxCrossEntropy",
  infer: () => [spec([])],
  lower(g, inputs, { smoothing }) {
    const { logits, labels } = named<"logits" | "labels">(inputs);
    const [count, classes] = logits.shape as [number, number];
    const expected = g.mul(
      softmax(g, "LogSoftmax", logits, 1),
      targets(g, labels, classes, smoothing as number),
    );
    const total = g.reduce("ReduceSum", expected, [0, 1]);
    return [g.reshape(g.mul(total, g.scalar(-1 / count)), [])];
  },
};

const softmaxCrossEntropyGrad: LazyKernel = {
  name: "BarsSoftmaxCrossEntropyGrad",
  infer: (inputs) => [spec((inputs["logits"] as TensorInfo).shape)],
  lower(g, inputs, { smoothing }) {
    const { dy, logits, labels } = named<"dy" | "logits" | "labels">(inputs);
    const [count, classes] = logits.shape as [number, number];
    const error = g.sub(softmax(g, "Softmax", logits, 1), targets(g, labels, classes, smoothing as number));
    return [g.mul(error, g.mul(dy, g.scalar(1 / count)))];
  },
};

const sgdMomentum: LazyKernel = {
  name: "BarsSgdMomentum",
  infer(inputs) {
    const { shape } = inputs["param"] as TensorInfo;
    return [spec(shape), spec(shape)];
  },
  numbers: ({ learningRate }) => [learningRate as number],
  varying: ["learningRate"],
  lower(g, inputs, { momentum, weightDecay }) {
    const { param, grad, velocity, $0: rate } = named<"param" | "grad" | "velocity" | "$0">(inputs);
    const gradient = decayed(g, grad, param, weightDecay as number);
    const next = g.add(g.mul(velocity, g.scalar(momentum as number)), gradient);
    return [g.sub(param, g.mul(next, rate)), next];
  },
};

const adam: LazyKernel = {
  name: "BarsAdam",
  infer(inputs) {
    const { shape } = inputs["param"] as TensorInfo;
    return [spec(shape), spec(shape), spec(shape)];
  },
  /** The corrected learning rate, and the correction of the mean square. */
  numbers(attributes) {
    const { learningRate, beta1, beta2, step } = attributes as Record<
      "learningRate" | "beta1" | "beta2" | "step",
      number
    >;
    return [learningRate / (1 - beta1 ** step), 1 / (1 - beta2 ** step)];
  },
  varying: ["learningRate", "step"],
  lower(g, inputs, attributes) {
    const {
      param,
      grad,
      mean,
      square,
      $0: rate,
      $1: correction,
    } = named<"param" | "grad" | "mean" | "square" | "$0" | "$1">(inputs);
    const { beta1, beta2, epsilon, weightDecay } = attributes as Record<
      "beta1" | "beta2" | "epsilon" | "weightDecay",
      number
    >;
    const gradient = decayed(g, grad, param, weightDecay);
    const nextMean = blend(g, mean, gradient, beta1);
    const nextSquare = blend(g, square, g.mul(gradient, gradient), beta2);
    const root = g.unary("Sqrt", g.mul(nextSquare, correction));
    const move = g.div(g.mul(nextMean, rate), g.add(root, g.scalar(epsilon)));
    return [g.sub(param, move), nextMean, nextSquare];
  },
};

function decayed(g: GraphBuilder, grad: GraphTensor, param: GraphTensor, weightDecay: number): GraphTensor {
  return weightDecay === 0 ? grad : g.add(grad, g.mul(param, g.scalar(weightDecay)));
}

function blend(g: GraphBuilder, old: GraphTensor, fresh: GraphTensor, share: number): GraphTensor {
  return g.add(g.mul(old, g.scalar(share)), g.mul(fresh, g.scalar(1 - share)));
}

const concatChannels: LazyKernel = {
  name: "BarsConcatChannels",
  infer(inputs) {
    const parts = Object.values(inputs);
    const total = parts.reduce((sum, part) => sum + channelsOf(part), 0);
    return [spec([...(parts[0] as TensorInfo).shape.slice(0, -1), total])];
  },
  lower: (g, inputs) => [
    g.concat(Object.values(inputs), (Object.values(inputs)[0] as GraphTensor).shape.length - 1),
  ],
};

const splitChannels: LazyKernel = {
  name: "BarsSplitChannels",
  several: true,
  infer(inputs, { sizes }) {
    const outer = (inputs["x"] as TensorInfo).shape.slice(0, -1);
    return (sizes as number[]).map((size) => spec([...outer, size]));
  },
  lower(g, inputs, { sizes }) {
    const { x } = named<"x">(inputs);
    return g.split(x, sizes as number[], x.shape.length - 1);
  },
};

const interleaveChannels: LazyKernel = {
  name: "BarsInterleaveChannels",
  infer(inputs) {
    const { shape } = inputs["a"] as TensorInfo;
    return [spec([...shape.slice(0, -1), 2 * (shape.at(-1) as number)])];
  },
  lower(g, inputs, _, [output]) {
    const { a, b } = named<"a" | "b">(inputs);
    const shape = (output as LazySpec).shape;
    if (!a.channelsFirst && !b.channelsFirst) {
      const apart = [a, b].map((x) => g.reshape(x, [...x.shape, 1]));
      return [g.reshape(g.concat(apart, a.shape.length), shape)];
    }
    const [batch, height, width, channels] = a.shape as [number, number, number, number];
    const planes = [a, b].map((x) => g.view(g.first(x), [batch, channels, 1, height * width]));
    const joined = g.concat(planes, 2);
    return [g.view(joined, [batch, 2 * channels, height, width], shape)];
  },
};

const deinterleaveChannels: LazyKernel = {
  name: "BarsDeinterleaveChannels",
  infer(inputs) {
    const { shape } = inputs["x"] as TensorInfo;
    const half = spec([...shape.slice(0, -1), (shape.at(-1) as number) / 2]);
    return [half, half];
  },
  lower(g, inputs, _, [output]) {
    const { x } = named<"x">(inputs);
    const shape = (output as LazySpec).shape;
    if (!x.channelsFirst) {
      const pairs = g.reshape(x, [...shape, 2]);
      return g.split(pairs, [1, 1], shape.length).map((part) => g.reshape(part, shape));
    }
    const [batch, height, width, channels] = shape as [number, number, number, number];
    const planes = g.view(x, [batch, channels, 2, height * width]);
    return g.split(planes, [1, 1], 2).map((part) => g.view(part, [batch, channels, height, width], shape));
  },
};

/** Channels in planes: `[batch, nodes, channels of a node, pixels]` where channels come first, else `[…, nodes, channels]`. */
function byNodes(g: GraphBuilder, x: GraphTensor, nodes: number): { planes: GraphTensor; axis: number } {
  const channels = channelsOf(x) / nodes;
  if (!x.channelsFirst) {
    const outer = x.shape.slice(0, -1);
    return { planes: g.reshape(x, [...outer, nodes, channels]), axis: outer.length + 1 };
  }
  const [batch, height, width] = x.shape as [number, number, number, number];
  return { planes: g.view(x, [batch, nodes, channels, height * width]), axis: 2 };
}

/** The image of what {@link byNodes} made planes of. */
function fromPlanes(g: GraphBuilder, planes: GraphTensor, shape: readonly number[], channelsFirst: boolean) {
  if (!channelsFirst) return g.reshape(planes, shape);
  const [batch, height, width, channels] = shape as [number, number, number, number];
  return g.view(planes, [batch, channels, height, width], shape);
}

const withChannels = ({ shape }: TensorInfo, channels: number) => [spec([...shape.slice(0, -1), channels])];

const leadingChannels: LazyKernel = {
  name: "BarsLeadingChannels",
  infer: (inputs, { nodes, kept }) =>
    withChannels(inputs["x"] as TensorInfo, (nodes as number) * (kept as number)),
  lower(g, inputs, { nodes, kept }, [output]) {
    const { x } = named<"x">(inputs);
    const { planes, axis } = byNodes(g, x, nodes as number);
    const shape = planes.shape.map((extent, i) => (i === axis ? (kept as number) : extent));
    const cut = g.slice(
      planes,
      shape.map(() => 0),
      shape,
    );
    return [fromPlanes(g, cut, (output as LazySpec).shape, x.channelsFirst)];
  },
};

const spreadChannels: LazyKernel = {
  name: "BarsSpreadChannels",
  infer: (inputs, { nodes, channels }) =>
    withChannels(inputs["x"] as TensorInfo, (nodes as number) * (channels as number)),
  lower(g, inputs, { nodes, channels }, [output]) {
    const { x } = named<"x">(inputs);
    const { planes, axis } = byNodes(g, x, nodes as number);
    const missing = (channels as number) - (planes.shape[axis] as number);
    const after = planes.shape.map((_, i) => (i === axis ? missing : 0));
    const wide = g.pad(
      planes,
      after.map(() => 0),
      after,
      g.scalar(0),
    );
    return [fromPlanes(g, wide, (output as LazySpec).shape, x.channelsFirst)];
  },
};

/** `[channels]` from a rank-4 or other value whose last axis they are. */
function dotPerChannel(g: GraphBuilder, a: GraphTensor, b: GraphTensor): GraphTensor {
  const [x, y] = [image(g, a), image(g, b)];
  return perChannel(g, g.mul(x, y));
}

/** A kernel of the shape of one of its inputs. */
function shapedAs(
  name: string,
  input: string,
  lower: (g: GraphBuilder, inputs: Readonly<Record<string, GraphTensor>>) => GraphTensor,
): LazyKernel {
  return {
    name,
    infer: (inputs) => [spec((inputs[input] as TensorInfo).shape)],
    lower: (g, inputs) => [lower(g, inputs)],
  };
}

const add = shapedAs("BarsAdd", "a", (g, inputs) => {
  const { a, b } = named<"a" | "b">(inputs);
  return g.add(a, b);
});

const addRelu = shapedAs("BarsAddRelu", "a", (g, inputs) => {
  const { a, b } = named<"a" | "b">(inputs);
  return g.unary("Relu", g.add(a, b));
});

const relu = shapedAs("BarsRelu", "x", (g, inputs) => g.unary("Relu", named<"x">(inputs).x));

const reluGrad = shapedAs("BarsReluGrad", "y", (g, inputs) => {
  const { dy, y } = named<"dy" | "y">(inputs);
  const open = g.elementwise("Greater", [y, g.scalar(0)], { type: "bool" });
  return g.mul(dy, g.cast(open, "float32"));
});

/** The mask goes into the factors, which are small, and not over the sum. */
const weightedSum: LazyKernel = {
  name: "BarsWeightedSum",
  infer: (inputs) => [spec((Object.values(inputs)[0] as TensorInfo).shape)],
  lower(g, inputs, attributes) {
    const list = Object.values(inputs);
    const count = attributes["count"] as number;
    const mask = list[2 * count];
    const terms = list.slice(0, count).map((value, k) => {
      const weight = list[count + k] as GraphTensor;
      return g.mul(value, mask ? g.mul(mask, weight) : weight);
    });
    return [terms.reduce((sum, term) => g.add(sum, term))];
  },
};

const scaleChannels = shapedAs("BarsScaleChannels", "x", (g, inputs) => {
  const { x, weight } = named<"x" | "weight">(inputs);
  const { mask } = inputs;
  return g.mul(x, mask ? g.mul(mask, weight) : weight);
});

const channelDot: LazyKernel = {
  name: "BarsChannelDot",
  infer: (inputs) => [spec([channelsOf(inputs["a"] as TensorInfo)])],
  lower(g, inputs) {
    const { a, b } = named<"a" | "b">(inputs);
    return [dotPerChannel(g, a, b)];
  },
};

/** The library's fused kernels, as hand-made graphs. Formulas: `lib/backend/fused`. */
export const fusedStepKernels: readonly LazyKernel[] = [
  batchNorm,
  batchNormGrad,
  signWindow,
  signWindowGrad,
  softmaxCrossEntropy,
  softmaxCrossEntropyGrad,
  sgdMomentum,
  adam,
  concatChannels,
  splitChannels,
  interleaveChannels,
  deinterleaveChannels,
  leadingChannels,
  spreadChannels,
  add,
  addRelu,
  relu,
  reluGrad,
  weightedSum,
  scaleChannels,
  channelDot,
];
