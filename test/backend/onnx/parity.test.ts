import { describe, expect, it } from "vitest";
import { concatChannels, interleaveChannels, splitChannels, tf } from "../../../lib/backend";
import { type Case, expectParity, type Inputs } from "./onnxBench";
import { cases, image, paritySuite, warnings } from "./paritySuite";

type T4 = tf.Tensor4D;

paritySuite(() => {
  describe("element-wise kernels give the cpu back end's numbers", () => {
    const unary: Record<string, (x: tf.Tensor) => tf.Tensor> = {
      abs: tf.abs,
      acosh: (x) => tf.acosh(tf.add(tf.abs(x), 1.01)),
      asin: (x) => tf.asin(tf.tanh(x)),
      acos: (x) => tf.acos(tf.tanh(x)),
      asinh: tf.asinh,
      atan: tf.atan,
      atanh: (x) => tf.atanh(tf.tanh(x)),
      ceil: tf.ceil,
      cos: tf.cos,
      cosh: tf.cosh,
      elu: tf.elu,
      erf: tf.erf,
      exp: tf.exp,
      expm1: tf.expm1,
      floor: tf.floor,
      isFinite: (x) => tf.isFinite(tf.div(x, tf.round(x))),
      isInf: (x) => tf.isInf(tf.div(1, tf.round(x))),
      isNaN: (x) => tf.isNaN(tf.sqrt(x)),
      leakyRelu: (x) => tf.leakyRelu(x, 0.3),
      log: (x) => tf.log(tf.abs(x)),
      log1p: (x) => tf.log1p(tf.abs(x)),
      logSigmoid: tf.logSigmoid,
      neg: tf.neg,
      reciprocal: tf.reciprocal,
      relu: tf.relu,
      relu6: (x) => tf.relu6(tf.mul(x, 6)),
      round: (x) => tf.round(tf.div(tf.round(tf.mul(x, 4)), 2)),
      rsqrt: (x) => tf.rsqrt(tf.abs(x)),
      selu: tf.selu,
      sigmoid: tf.sigmoid,
      sign: tf.sign,
      sin: tf.sin,
      sinh: tf.sinh,
      softplus: tf.softplus,
      sqrt: (x) => tf.sqrt(tf.abs(x)),
      square: tf.square,
      step: (x) => tf.step(x, -0.5),
      tan: (x) => tf.tan(tf.tanh(x)),
      tanh: tf.tanh,
      clip: (x) => tf.clipByValue(x, -0.5, 0.7),
      toInt: (x) => tf.cast(tf.mul(x, 3), "int32"),
      toBool: (x) => tf.cast(tf.round(x), "bool"),
    };
    cases(
      Object.fromEntries(
        Object.entries(unary).map(([name, op]) => [
          name,
          (i: Inputs) => [op(i.normals(3, 5, 7)), op(i.normals())],
        ]),
      ),
      1e-5,
    );

    const both: Record<string, (a: tf.Tensor, b: tf.Tensor) => tf.Tensor> = {
      add: tf.add,
      sub: tf.sub,
      mul: tf.mul,
      maximum: tf.maximum,
      minimum: tf.minimum,
      squaredDifference: tf.squaredDifference,
      equal: tf.equal,
      notEqual: tf.notEqual,
      less: tf.less,
      lessEqual: tf.lessEqual,
      greater: tf.greater,
      greaterEqual: tf.greaterEqual,
    };
    const shapes: [number[], number[]][] = [
      [
        [2, 3],
        [2, 3],
      ],
      [
        [4, 1, 3],
        [5, 1],
      ],
      [[], [3]],
      [[2, 3, 4, 5], [5]],
      [
        [2, 3, 4, 5],
        [1, 3, 1, 1],
      ],
      [[3], [2, 2, 3]],
    ];
    const pairs = shapes.flatMap(([a, b]) =>
      Object.entries(both).flatMap(([name, op]): [string, Case][] => [
        [`${name} [${a}] [${b}]`, (i) => op(i.normals(...a), i.normals(...b))],
        [`${name} int32 [${a}] [${b}]`, (i) => op(i.integers(4, ...a), i.integers(4, ...b))],
      ]),
    );
    cases(Object.fromEntries(pairs));
    cases({
      div: (i) => tf.div(i.normals(3, 4), i.positives(4)),
      divInt: (i) => tf.div(tf.sub(i.integers(100, 50), 50), tf.add(i.integers(7, 50), 1)),
      floorDiv: (i) => tf.floorDiv(tf.mul(i.normals(40), 5), i.positives(40)),
      floorDivByNegative: (i) => tf.floorDiv(tf.sub(i.integers(100, 50), 50), tf.sub(i.integers(3, 50), 5)),
      mod: (i) => tf.mod(tf.mul(i.normals(60), 5), tf.mul(tf.sign(i.normals(60)), 1.7)),
      pow: (i) => [tf.pow(i.positives(3, 4), i.normals(4)), tf.pow(i.normals(5), 2)],
      prelu: (i) => tf.prelu(i.normals(2, 3, 4), i.normals(4)),
      addN: (i) => tf.addN([i.normals(3, 4), i.normals(3, 4), i.normals(3, 4)]),
      logical: (i) => [
        tf.logicalAnd(i.truths(3, 4), i.truths(4)),
        tf.logicalOr(i.truths(3), i.truths(3)),
        tf.logicalNot(i.truths(9)),
        tf.logicalXor(i.truths(9), i.truths(9)),
      ],
      compareTruths: (i) => [
        tf.less(tf.cast(i.truths(9), "bool"), i.truths(9)),
        tf.equal(i.truths(9), i.truths(9)),
      ],
      where: (i) => [
        tf.where(i.truths(3, 4) as tf.Tensor, i.normals(3, 4), i.normals(3, 4)),
        tf.where(i.truths(5), i.integers(9, 5), i.integers(9, 5)),
        tf.where(i.truths(5), i.truths(5), i.truths(5)),
      ],
      castTruth: (i) => [
        tf.cast(i.truths(7), "float32"),
        tf.cast(i.truths(7), "int32"),
        tf.cast(i.integers(3, 7), "float32"),
      ],
      intUnary: (i) => [
        tf.abs(tf.sub(i.integers(9, 7), 4)),
        tf.neg(i.integers(9, 7)),
        tf.relu(tf.sub(i.integers(9, 7), 4)),
        tf.square(i.integers(9, 7)),
      ],
    });
  });

  describe("reductions and matrices give the cpu back end's numbers", () => {
    cases(
      {
        sum: (i) => [
          tf.sum(i.normals(3, 4, 5)),
          tf.sum(i.normals(3, 4, 5), 1),
          tf.sum(i.normals(3, 4, 5), [0, 2], true),
          tf.sum(i.integers(9, 4, 3), 0),
          tf.sum(i.truths(4, 3), 1),
          tf.sum(i.normals()),
        ],
        mean: (i) => [
          tf.mean(i.normals(3, 4, 5)),
          tf.mean(i.normals(3, 4, 5), [1, 2]),
          tf.mean(i.normals(3, 4, 5), -1, true),
          tf.mean(i.integers(9, 8)),
        ],
        extremes: (i) => [
          tf.max(i.normals(3, 4, 5), 1),
          tf.min(i.normals(3, 4, 5), [0, 1]),
          tf.max(i.integers(9, 4, 3), -1, true),
          tf.prod(i.normals(3, 4), 1),
        ],
        allAny: (i) => [tf.all(i.truths(3, 4), 1), tf.any(i.truths(3, 4), 0), tf.all(i.truths(3, 4))],
        arg: (i) => [
          tf.argMax(i.normals(3, 4, 5), -1),
          tf.argMin(i.normals(3, 4, 5), 1),
          tf.argMax(i.integers(3, 5, 6), 0),
          tf.argMax(i.normals(2, 3, 4, 5), 3),
        ],
        cumsum: (i) => [
          tf.cumsum(i.normals(3, 4), 1),
          tf.cumsum(i.normals(3, 4), 0, true, true),
          tf.cumsum(i.integers(5, 6)),
        ],
        cumprod: (i) => [
          tf.cumprod(i.normals(3, 7), 1),
          tf.cumprod(i.normals(5, 3), 0, true),
          tf.cumprod(i.normals(2, 4, 3), 1, false, true),
          tf.cumprod(i.normals(2, 6), 1, true, true),
          tf.cumprod(i.integers(4, 6)),
          tf.cumprod(i.normals(1), 0, true),
        ],
        segments: (i) => [
          tf.unsortedSegmentSum(i.normals(6, 2, 3), i.integers(4, 6) as tf.Tensor1D, 5),
          tf.unsortedSegmentSum(i.normals(3), tf.tensor1d([1, -1, 1], "int32"), 2),
          tf.grad((x) => tf.square(tf.gather(x, tf.tensor1d([2, 0, 2], "int32"))))(i.normals(4, 3)),
        ],
        repeated: (i) => {
          const x = i.normals(3, 1, 4);
          const ones = tf.ones([3, 20, 30, 4]);
          const wide = tf.div(tf.mul(tf.reshape(x, [3, 1, 1, 4]), ones), 7);
          return [
            tf.slice(tf.add(wide, i.normals(20, 30, 1)), 0, 1),
            tf.sum(wide, [1, 2]),
            tf.max(tf.exp(wide), 3),
          ];
        },
        activated: (i) =>
          (["linear", "relu", "relu6", "elu", "leakyrelu", "sigmoid", "prelu"] as const).flatMap(
            (activation) => {
              const slopes = { preluActivationWeights: i.normals(4) };
              const common = { activation, leakyreluAlpha: 0.3, ...(activation === "prelu" ? slopes : {}) };
              const [x, bias] = [i.normals(2, 5, 6, 3) as T4, i.normals(4)];
              return [
                tf.fused.matMul({ a: i.normals(3, 5), b: i.normals(5, 4), bias, ...common }),
                tf.fused.matMul({
                  a: i.normals(5, 3),
                  b: i.normals(4, 5),
                  transposeA: true,
                  transposeB: true,
                  ...common,
                }),
                tf.fused.conv2d({
                  x,
                  filter: i.normals(3, 2, 3, 4) as T4,
                  strides: 2,
                  pad: "same",
                  bias,
                  ...common,
                }),
                tf.fused.depthwiseConv2d({
                  x: i.normals(1, 4, 5, 2) as T4,
                  filter: i.normals(2, 3, 2, 2) as T4,
                  strides: 1,
                  pad: "valid",
                  bias,
                  ...common,
                }),
              ];
            },
          ),
        fromTheHost: (i) => [
          tf.add(tf.randomNormal([3, 4], 0, 1, "float32", 7), tf.randomUniform([4], 0, 1, "float32", 3)),
          tf.dropout(i.normals(5, 6), 0.4, undefined, 11),
          tf.truncatedNormal([300], 0, 1, "float32", 5),
        ],
        softmax: (i) => [
          tf.softmax(i.normals(3, 7)),
          tf.logSoftmax(i.normals(3, 7)),
          tf.softmax(i.normals(4)),
          tf.logSoftmax(tf.mul(i.normals(2, 5), 60)),
        ],
        matMul: (i) => [
          tf.matMul(i.normals(3, 4), i.normals(4, 5)),
          tf.matMul(i.normals(4, 3), i.normals(4, 5), true),
          tf.matMul(i.normals(3, 4), i.normals(5, 4), false, true),
          tf.matMul(i.normals(2, 4, 3), i.normals(2, 5, 4), true, true),
          tf.matMul(i.normals(1, 3, 4), i.normals(6, 4, 2)),
          tf.dot(i.normals(5), i.normals(5, 2)),
        ],
        batchNorm: (i) => [
          tf.batchNorm(
            i.normals(2, 3, 3, 4),
            i.normals(4) as tf.Tensor1D,
            i.positives(4) as tf.Tensor1D,
            i.normals(4) as tf.Tensor1D,
            i.normals(4) as tf.Tensor1D,
            1e-3,
          ),
          tf.batchNorm(i.normals(5, 4), i.normals(4) as tf.Tensor1D, i.positives(4) as tf.Tensor1D),
        ],
        moments: (i) => Object.values(tf.moments(i.normals(4, 3, 2), [0, 1])),
      },
      1e-5,
    );
  });

  describe("kernels that move entries give the cpu back end's numbers", () => {
    cases({
      transpose: (i) => [
        tf.transpose(i.normals(2, 3, 4)),
        tf.transpose(i.normals(2, 3, 4, 5), [0, 3, 1, 2]),
        tf.transpose(i.integers(9, 3, 4)),
      ],
      slice: (i) => [
        tf.slice(i.normals(4, 5), [1, 2], [2, -1]),
        tf.slice(i.normals(4, 5, 3), 1, 2),
        tf.slice(i.integers(9, 7), 3),
        tf.slice(i.truths(7), 1, 4),
      ],
      stridedSlice: (i) => [
        tf.stridedSlice(i.normals(5, 6), [0, 5], [4, 0], [2, -2]),
        tf.stridedSlice(i.normals(5, 6), [4], [1], [-1]),
        tf.stridedSlice(i.normals(5, 6), [1, 1], [2, 3], [1, 1], 0, 0, 0, 0, 1),
        tf.stridedSlice(i.normals(5, 6, 2), [1], [3], [1], 0, 0, 0, 1),
      ],
      reverse: (i) => [
        tf.reverse(i.normals(3, 4), 1),
        tf.reverse(i.normals(3, 4)),
        tf.reverse(i.integers(9, 5), 0),
      ],
      concat: (i) => [
        tf.concat([i.normals(2, 3), i.normals(2, 1)], 1),
        tf.concat([i.integers(9, 2), i.integers(9, 3)]),
        tf.concat([i.truths(2), i.truths(2)]),
      ],
      stack: (i) => [
        tf.stack([i.normals(2, 3), i.normals(2, 3)], 1),
        tf.stack([i.normals(2, 3), i.normals(2, 3)], -1),
        tf.stack([i.normals(3), i.normals(3)], -2),
        tf.tensor1d(new Int32Array(70_000).fill(2 ** 24 + 1), "int32"),
        tf.fill([70_000], 2 ** 24 + 1, "int32"),
        ...tf.unstack(i.normals(3, 2), 0),
        ...tf.unstack(i.normals(3, 2), -1),
        ...tf.unstack(i.normals(1, 2)),
      ],
      split: (i) => [
        ...tf.split(i.normals(6, 2), 3),
        ...tf.split(i.normals(2, 6), [1, 2, 3], 1),
        ...tf.split(i.normals(4), 1),
      ],
      tile: (i) => [
        tf.tile(i.normals(2, 3), [2, 1]),
        tf.tile(i.integers(9, 3), [3]),
        tf.tile(i.truths(3), [2]),
      ],
      pad: (i) => [
        tf.pad(
          i.normals(2, 3),
          [
            [1, 0],
            [0, 2],
          ],
          1.5,
        ),
        tf.pad(i.integers(9, 3), [[1, 1]], 7),
        tf.mirrorPad(
          i.normals(4, 5),
          [
            [2, 1],
            [1, 3],
          ],
          "reflect",
        ),
      ],
      gather: (i) => [
        tf.gather(i.normals(5, 3), i.integers(5, 4) as tf.Tensor1D),
        tf.gather(i.normals(2, 6), i.integers(6, 2, 2), 1),
        tf.gather(i.integers(99, 8), i.integers(8, 3)),
      ],
      oneHot: (i) => [
        tf.oneHot(i.integers(4, 5), 4),
        tf.oneHot(i.integers(6, 2, 3), 4, 0.9, 0.1, "float32"),
        tf.oneHot(tf.tensor1d([-1, 0, 9], "int32"), 3),
      ],
      fill: (i) => [
        tf.fill([2, 3], 2.5),
        tf.fill([2], 7, "int32"),
        tf.zerosLike(i.normals(3)),
        tf.onesLike(i.integers(3, 4)),
        tf.fill([300, 300], -1),
        tf.eye(3),
        tf.zerosLike(i.truths(3)),
      ],
      reshape: (i) => [
        tf.reshape(i.normals(2, 6), [3, -1]),
        tf.expandDims(i.normals(3), 0),
        tf.squeeze(i.normals(1, 3, 1)),
        tf.add(tf.reshape(i.normals(2, 3), [6]), tf.reshape(i.normals(3, 2), [6])),
      ],
      channels: (i) => [
        concatChannels([i.normals(2, 3), i.normals(2, 1)]),
        ...splitChannels(i.normals(2, 2, 2, 6), [1, 2, 3]),
        interleaveChannels(i.normals(2, 3), i.normals(2, 3)),
      ],
    });
  });

  describe("kernels without a graph form", () => {
    it("run on the cpu back end, with one warning a kernel", async () => {
      const run: Case = (i) => [
        tf.topk(tf.relu(i.normals(2, 5)), 2).values,
        tf.atan2(i.normals(4), i.normals(4)),
        tf.atan2(i.normals(4), i.normals(4)),
        tf.image.resizeBilinear(image(i, 1, 4, 4, 2), [6, 5]),
      ];
      await expectParity(run, 1e-5);
      expect(warnings).toEqual(
        ["TopK", "Atan2", "ResizeBilinear"].map(
          (name) => `onnx: ${name} runs on tfjs's cpu back end, which is slow.`,
        ),
      );
    });

    it("take over where a tensor has no entries, or holds text, and where types are mixed", async () => {
      await expectParity((i) => {
        const [real, whole] = [i.normals(3), tf.tensor1d([1, 2, 3], "int32")];
        return [tf.concat([real, whole]), tf.concat([whole, real])];
      });
      await expectParity((i) => [tf.concat([tf.zeros([0, 3]), i.normals(2, 3)]), tf.sum(tf.zeros([0]))]);
      await tf.setBackend("onnx");
      const words = tf.tidy(() => tf.slice(tf.tensor1d(["a", "b", "c"]), 1, 2));
      expect(words.dataSync()).toEqual(["b", "c"]);
      words.dispose();
      const mixed = () => tf.stack([tf.scalar(1.5), tf.scalar(1, "int32")]);
      expect(() => tf.tidy(mixed)).toThrow("must have matching dtypes");
    });
  });
});
