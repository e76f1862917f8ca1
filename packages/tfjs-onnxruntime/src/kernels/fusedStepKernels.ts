import type { TensorInfo } from "@tensorflow/tfjs-core";
import { affine, normalized } from "../foldAffine";
import type { GraphBuilder } from "../graphBuilder";
import type { GraphTensor } from "../graphTensor";
import type { LazyKernel } from "../lazyGraph";
import { channelsOf, named, spec } from "./kernelInputs";
import { pixelsOf, softmax } from "./reductionKernels";

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
  add,
  addRelu,
  relu,
  reluGrad,
  weightedSum,
  scaleChannels,
  channelDot,
];
