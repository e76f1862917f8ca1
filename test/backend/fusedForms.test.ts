import { beforeAll, describe, expect, it } from "vitest";
import {
  add,
  addRelu,
  concatChannels,
  detach,
  type FusedAttributes,
  fusedKernels,
  interleaveChannels,
  relu,
  runFused,
  scaledConv,
  splitChannels,
  tf,
  weightedSum,
} from "../../lib/backend";
import { fold, randomKey } from "../../lib/random/randomKey";
import {
  engines,
  expectClose,
  expectGradient,
  expectNoLeak,
  normals,
  uniforms,
  useEngine,
} from "../layers/tensorCheck";

const key = randomKey(0);
const image = [3, 5, 7, 6];
const positive = (label: string) => uniforms<tf.Tensor>(fold(key, label), [6]);
const drawn = (label: string, shape: number[] = image) => normals<tf.Tensor>(fold(key, label), shape);

interface Case {
  readonly name: (typeof fusedKernels)[number]["name"];
  readonly inputs: () => Record<string, tf.Tensor>;
  readonly attributes: FusedAttributes;
}

const sgd = { learningRate: 0.1, momentum: 0.9, weightDecay: 0.01 };
const adam = { learningRate: 0.1, beta1: 0.5, beta2: 0.99, epsilon: 1e-8, step: 4, weightDecay: 0.01 };
const parts = (sizes: number[]) =>
  Object.fromEntries(sizes.map((size, i) => [`part${i}`, drawn(`${i}`, [3, 5, 7, size])]));

const cases: Case[] = [
  {
    name: "BarsBatchNorm",
    inputs: () => ({ x: drawn("x"), scale: positive("s"), offset: positive("o") }),
    attributes: { epsilon: 1e-5 },
  },
  {
    name: "BarsBatchNormGrad",
    inputs: () => ({
      dy: drawn("dy"),
      x: drawn("x"),
      scale: positive("s"),
      mean: positive("m"),
      variance: positive("v"),
    }),
    attributes: { epsilon: 1e-5 },
  },
  { name: "BarsSignWindow", inputs: () => ({ x: drawn("x") }), attributes: { clip: 1 } },
  {
    name: "BarsSignWindowGrad",
    inputs: () => ({ dy: drawn("dy"), x: drawn("x") }),
    attributes: { clip: 0.7 },
  },
  {
    name: "BarsSoftmaxCrossEntropy",
    inputs: () => ({ logits: drawn("l", [5, 3]), labels: tf.tensor1d([0, 2, 1, 1, 0], "int32") }),
    attributes: { smoothing: 0.1 },
  },
  {
    name: "BarsSoftmaxCrossEntropyGrad",
    inputs: () => ({
      dy: tf.scalar(2),
      logits: drawn("l", [5, 3]),
      labels: tf.tensor1d([0, 2, 1, 1, 0], "int32"),
    }),
    attributes: { smoothing: 0.1 },
  },
  {
    name: "BarsSgdMomentum",
    inputs: () => ({ param: drawn("p"), grad: drawn("g"), velocity: drawn("v") }),
    attributes: sgd,
  },
  {
    name: "BarsAdam",
    inputs: () => ({
      param: drawn("p"),
      grad: drawn("g"),
      mean: drawn("m"),
      square: tf.tidy(() => tf.square(drawn("s"))),
    }),
    attributes: adam,
  },
  { name: "BarsConcatChannels", inputs: () => parts([4, 4, 4]), attributes: { sizes: [4, 4, 4] } },
  { name: "BarsConcatChannels", inputs: () => parts([1, 5, 3]), attributes: { sizes: [1, 5, 3] } },
  { name: "BarsSplitChannels", inputs: () => ({ x: drawn("x") }), attributes: { sizes: [2, 2, 2] } },
  { name: "BarsSplitChannels", inputs: () => ({ x: drawn("x") }), attributes: { sizes: [1, 3, 2] } },
  { name: "BarsInterleaveChannels", inputs: () => ({ a: drawn("a"), b: drawn("b") }), attributes: {} },
  { name: "BarsDeinterleaveChannels", inputs: () => ({ x: drawn("x") }), attributes: {} },
  { name: "BarsAdd", inputs: () => ({ a: drawn("a"), b: drawn("b") }), attributes: {} },
  { name: "BarsAddRelu", inputs: () => ({ a: drawn("a"), b: drawn("b") }), attributes: {} },
  { name: "BarsRelu", inputs: () => ({ x: drawn("x") }), attributes: {} },
  { name: "BarsReluGrad", inputs: () => ({ dy: drawn("dy"), y: drawn("y") }), attributes: {} },
  {
    name: "BarsWeightedSum",
    inputs: () => ({ 0: drawn("a"), 1: drawn("b"), 2: tf.scalar(0.3), 3: tf.scalar(-2), 4: positive("m") }),
    attributes: { count: 2 },
  },
  { name: "BarsWeightedSum", inputs: () => ({ 0: drawn("a"), 1: tf.scalar(0.3) }), attributes: { count: 1 } },
  {
    name: "BarsScaleChannels",
    inputs: () => ({ x: drawn("x"), weight: tf.scalar(0.7), mask: positive("m") }),
    attributes: {},
  },
  { name: "BarsScaleChannels", inputs: () => ({ x: drawn("x"), weight: tf.scalar(0.7) }), attributes: {} },
  { name: "BarsChannelDot", inputs: () => ({ a: drawn("a"), b: drawn("b") }), attributes: {} },
  { name: "BarsGate", inputs: () => ({ x: drawn("x"), gate: tf.scalar(0) }), attributes: { share: 0.5 } },
  { name: "BarsGate", inputs: () => ({ x: drawn("x"), gate: tf.scalar(-2) }), attributes: { share: 0.5 } },
  { name: "BarsGateBack", inputs: () => ({ x: drawn("x"), gate: tf.scalar(0) }), attributes: { share: 0.5 } },
  {
    name: "BarsSelect",
    inputs: () => ({
      gates: tf.tensor1d([0, 1, 0]),
      part0: drawn("a"),
      part1: drawn("b"),
      part2: drawn("c"),
    }),
    attributes: { count: 3 },
  },
  {
    name: "BarsFork",
    inputs: () => ({ x: drawn("x"), gates: tf.tensor1d([0, 1]) }),
    attributes: { count: 2 },
  },
  { name: "BarsLeadingChannels", inputs: () => ({ x: drawn("x") }), attributes: { nodes: 2, kept: 2 } },
  { name: "BarsSpreadChannels", inputs: () => ({ x: drawn("x") }), attributes: { nodes: 2, channels: 5 } },
  {
    name: "BarsScaledConv",
    inputs: () => ({ x: drawn("x"), filter: drawn("f", [3, 3, 6, 4]), scale: tf.ones([1, 1, 1, 4]) }),
    attributes: { strides: 2, pad: "valid", dataFormat: "NHWC", dilations: 1 } as unknown as FusedAttributes,
  },
];

describe.each(engines)("on %s", (engine) => {
  beforeAll(() => useEngine(engine));

  it.each(cases)(
    "the engine's form of $name equals the composed one ($attributes) and frees what it made",
    ({ name, inputs, attributes }) => {
      expectNoLeak(() => {
        const given = inputs();
        const kernel = fusedKernels.find((k) => k.name === name);
        const composed = tf.tidy(() => kernel?.compose(given, attributes) ?? []);
        const engineForm = runFused(name, given, attributes);
        expect(engineForm.map((y) => y.shape)).toEqual(composed.map((y) => y.shape));
        for (const [i, y] of composed.entries()) expectClose(engineForm[i] as tf.Tensor, y, 2e-6);
        tf.dispose([given, composed, engineForm]);
      });
    },
  );

  it("has every fused kernel", () => {
    for (const { name } of fusedKernels) expect(tf.getKernel(name, engine), name).toBeDefined();
    expect(new Set(cases.map(({ name }) => name))).toEqual(new Set(fusedKernels.map(({ name }) => name)));
  });

  it.each([1, 2] as const)(
    "the scale of a convolution gets its gradient without the filter's, stride %d",
    (stride) => {
      const [x, signs] = [drawn("x"), tf.sign(drawn("f", [3, 3, 6, 4]))] as [tf.Tensor4D, tf.Tensor4D];
      for (const scale of [uniforms<tf.Tensor>(fold(key, "s"), [1, 1, 1, 4]), tf.scalar(0.7)]) {
        const weight = drawn("w", stride === 1 ? [3, 3, 5, 4] : [3, 2, 3, 4]);
        const value = (apart: boolean) => (s: tf.Tensor) => {
          const filter = tf.mul(signs, apart ? detach(s) : s) as tf.Tensor4D;
          const y = apart ? scaledConv(x, filter, s, stride, "valid") : tf.conv2d(x, filter, stride, "valid");
          return tf.sum(tf.mul(y, weight)) as tf.Scalar;
        };
        expectClose(tf.grad(value(true))(scale), tf.grad(value(false))(scale), 1e-4);
      }
    },
  );

  it("the edge of the sign's window belongs to it, whatever the clip", () => {
    for (const clip of [0.1, 0.7, 1, 1.3]) {
      const x = tf.tensor1d([-clip, clip, Math.fround(clip) * (1 + 2 ** -22)]);
      const [dx] = runFused("BarsSignWindowGrad", { dy: tf.ones([3]), x }, { clip }) as [tf.Tensor];
      expect(Array.from(dx.dataSync())).toEqual([1, 1, 0]);
    }
  });

  it("concatChannels puts parts side by side, splitChannels takes them apart, each the other's gradient", () => {
    expectNoLeak(() => {
      const [a, b] = [drawn("a", [2, 3, 1]), drawn("b", [2, 3, 4])];
      const joined = concatChannels([a, b]);
      const expected = tf.concat([a, b], 2);
      expectClose(joined, expected, 0);
      const [c, d] = splitChannels(joined, [1, 4]) as [tf.Tensor, tf.Tensor];
      expectClose(c, a, 0);
      expectClose(d, b, 0);
      const probe = drawn("p", [2, 3, 5]);
      expectGradient((v) => tf.mul(probe, concatChannels([v, b])), a);
      expectGradient((v) => tf.mul(probe, concatChannels([a, v])), b);
      // One part unused: its gradient is zero, not missing.
      expectGradient((v) => tf.mul(d, splitChannels(v, [1, 4])[1] as tf.Tensor), joined);
      tf.dispose([a, b, c, d, joined, expected, probe]);
    });
  });

  it("weightedSum adds masked values by weight, with gradients to values, weights and mask", () => {
    expectNoLeak(() => {
      const [a, b, probe] = [drawn("a"), drawn("b"), drawn("p")] as [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D];
      const [v, w] = [tf.scalar(0.3), tf.scalar(-2)];
      const mask = positive("m") as tf.Tensor1D;
      const sum = (x: tf.Tensor, p: tf.Tensor, m: tf.Tensor) =>
        tf.mul(probe, weightedSum([x as tf.Tensor4D, b], [p as tf.Scalar, w], m as tf.Tensor1D));
      const expected = tf.tidy(() => tf.mul(tf.add(tf.mul(a, v), tf.mul(b, w)), mask));
      const got = weightedSum([a, b], [v, w], mask);
      expectClose(got, expected, 2e-6);
      expectGradient((x) => sum(x, v, mask), a);
      expectGradient((p) => sum(a, p, mask), v);
      expectGradient((m) => sum(a, v, m), mask);
      expectGradient((x) => tf.mul(probe, weightedSum([x as tf.Tensor4D], [v], null)), a);
      tf.dispose([a, b, probe, v, w, mask, expected, got]);
    });
  });

  it("add and addRelu have the gradients of their plain forms, and refuse to broadcast", () => {
    expectNoLeak(() => {
      const [a, b, probe] = [drawn("a"), drawn("b"), drawn("p")];
      expectGradient((x) => tf.mul(probe, add(x, b)), a);
      const gradients = tf.grads((x: tf.Tensor, y: tf.Tensor) => tf.mul(probe, addRelu(x, y)))([a, b]);
      const plain = tf.grads((x: tf.Tensor, y: tf.Tensor) => tf.mul(probe, tf.relu(tf.add(x, y))))([a, b]);
      for (const [i, gradient] of gradients.entries()) expectClose(gradient, plain[i] as tf.Tensor, 0);
      const own = tf.grad((x) => tf.mul(probe, relu(x)))(a);
      const reference = tf.grad((x) => tf.mul(probe, tf.relu(x)))(a);
      expectClose(own, reference, 0);
      const one = tf.scalar(1);
      expect(() => add(a, one)).toThrow("add: expected two tensors of one shape, got [3, 5, 7, 6] and [].");
      expect(() => addRelu(a, one)).toThrow(
        "addRelu: expected two tensors of one shape, got [3, 5, 7, 6] and [].",
      );
      tf.dispose([a, b, one, probe, ...gradients, ...plain, own, reference]);
    });
  });

  it("interleaveChannels puts channels in turn, and its gradient takes them apart again", () => {
    expectNoLeak(() => {
      const [a, b] = [
        tf.tensor2d([
          [1, 2],
          [5, 6],
        ]),
        tf.tensor2d([
          [3, 4],
          [7, 8],
        ]),
      ];
      const g = tf.tensor2d([
        [1, 2, 3, 4],
        [5, 6, 7, 8],
      ]);
      const { value, grads } = tf.valueAndGrads((p: tf.Tensor, q: tf.Tensor) => interleaveChannels(p, q))(
        [a, b],
        g,
      );
      expect(value.arraySync()).toEqual([
        [1, 3, 2, 4],
        [5, 7, 6, 8],
      ]);
      expect(grads.map((d) => d.arraySync())).toEqual([
        [
          [1, 3],
          [5, 7],
        ],
        [
          [2, 4],
          [6, 8],
        ],
      ]);
      const twice = tf.grad((v) => interleaveChannels(v, v))(a, g);
      expect(twice.arraySync()).toEqual([
        [3, 7],
        [11, 15],
      ]);
      tf.dispose([a, b, g, value, ...grads, twice]);
    });
  });
});

describe("channel copies", () => {
  it("name the shapes that do not go together", () => {
    expect(() => concatChannels([tf.zeros([2, 3]), tf.zeros([4, 3])])).toThrow(
      "concatChannels: expected tensors that differ in their last axis only, got [2, 3], [4, 3].",
    );
    expect(() => concatChannels([])).toThrow(
      "concatChannels: expected tensors that differ in their last axis only, got none.",
    );
    expect(() => splitChannels(tf.zeros([2, 3]), [1, 1])).toThrow(
      "splitChannels: the sizes 1 + 1 must sum to 3 channels, got 2.",
    );
    expect(() => interleaveChannels(tf.zeros([2, 3]), tf.zeros([2, 4]))).toThrow(
      "interleaveChannels: expected two tensors of one shape, got [2, 3] and [2, 4].",
    );
  });
});
