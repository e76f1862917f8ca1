import { beforeAll, describe, expect, it } from "vitest";
import {
  adamUpdate,
  add,
  addRelu,
  batchNormTrain,
  concatChannels,
  fusedKernels,
  interleaveChannels,
  relu,
  runFused,
  sgdMomentumUpdate,
  signWindow,
  softmaxCrossEntropy,
  splitChannels,
  tf,
  weightedSum,
} from "../../../lib/backend";
import { normal, randomKey } from "../../../lib/random/randomKey";
import type { OnnxBackend } from "../../../packages/tfjs-onnxruntime/src/onnxBackend";
import { lazyKernels } from "../../../packages/tfjs-onnxruntime/src/registerOnnxKernels";
import { expectGradient } from "../../layers/tensorCheck";
import { type Case, expectParity, type Inputs, startOnnx } from "./onnxBench";

let backend: OnnxBackend;
beforeAll(async () => {
  backend = await startOnnx();
});

type T4 = tf.Tensor4D;
type T1 = tf.Tensor1D;
const labels = (i: Inputs, classes: number, count: number) => i.integers(classes, count) as T1;
const bnGrads = (i: Inputs, x: T4) => {
  const channels = x.shape[3];
  const weight = i.normals(...x.shape);
  return tf.grads((a, s, o) => tf.mul(batchNormTrain(a as T4, s as T1, o as T1, 1e-3).y, weight))([
    x,
    i.positives(channels),
    i.normals(channels),
  ]);
};

describe("fused kernels as graphs", () => {
  it("are all there as graphs of their own", () => {
    const names = new Set(lazyKernels.map(({ name }) => name));
    expect(fusedKernels.map(({ name }) => name).filter((name) => !names.has(name))).toEqual([]);
  });

  it("are the kernels that onnx runs, not compositions", () => {
    const composed = fusedKernels.filter(
      ({ name }) => Object.getOwnPropertySymbols(tf.getKernel(name, "onnx")).length > 0,
    );
    expect(composed.map(({ name }) => name)).toEqual([]);
  });

  const table: Record<string, Case> = {
    "batch norms with one scale keep their statistics apart": (i) => {
      const [scale, offset] = [i.positives(6) as T1, i.normals(6) as T1];
      const images = [1, 2, 3].map((factor) => tf.mul(i.normals(3, 5, 4, 6), factor) as T4);
      return images.flatMap((x) => Object.values(batchNormTrain(x, scale, offset, 1e-3)));
    },
    "batch norm": (i) =>
      Object.values(
        batchNormTrain(i.normals(3, 5, 4, 6) as T4, i.positives(6) as T1, i.normals(6) as T1, 1e-3),
      ),
    "batch norm far from zero": (i) =>
      Object.values(batchNormTrain(tf.add(tf.mul(i.normals(3, 5, 4, 6), 0.1), 5) as T4, null, null, 1e-5)),
    "batch norm, gradients": (i) => bnGrads(i, i.normals(3, 5, 4, 6) as T4),
    "batch norm after a convolution, gradients": (i) => {
      const [x, w] = [i.normals(2, 6, 5, 3) as T4, i.normals(3, 3, 3, 4) as T4];
      const weight = i.normals(2, 6, 5, 4);
      return tf.grads((a, k) =>
        tf.mul(batchNormTrain(tf.conv2d(a as T4, k as T4, 1, "same"), null, null, 1e-3).y, weight),
      )([x, w]);
    },
    "sign with window": (i) => [
      signWindow(tf.concat([i.normals(40), tf.tensor1d([0, -0, 1, -1, 1e-40, -1e-40])]), 1),
      tf.grad((v) => signWindow(v, 1.2))(tf.concat([i.normals(40), tf.tensor1d([1.2, -1.2, 1.2001])])),
    ],
    "softmax cross entropy": (i) =>
      [0, 0.1].flatMap((smoothing) => {
        const [x, y] = [tf.mul(i.normals(7, 5), 20) as tf.Tensor2D, labels(i, 5, 7)];
        return [
          softmaxCrossEntropy(x, y, smoothing),
          tf.grad((v) => tf.mul(softmaxCrossEntropy(v as tf.Tensor2D, y, smoothing), 3))(x),
        ];
      }),
    "SGD with momentum": (i) =>
      [0, 0.01].flatMap((weightDecay) =>
        sgdMomentumUpdate(i.normals(4, 5), i.normals(4, 5), i.normals(4, 5), {
          learningRate: 0.1,
          momentum: 0.9,
          weightDecay,
        }),
      ),
    Adam: (i) =>
      [0, 0.01].flatMap((weightDecay) =>
        adamUpdate(i.normals(4, 5), i.normals(4, 5), i.normals(4, 5), i.positives(4, 5), {
          learningRate: 0.1,
          beta1: 0.5,
          beta2: 0.999,
          epsilon: 1e-8,
          step: 3,
          weightDecay,
        }),
      ),
    "sums with and without ReLU, gradients": (i) => {
      const [a, b, weight] = [i.normals(3, 5, 7), i.normals(3, 5, 7), i.normals(3, 5, 7)];
      return [
        add(a, b),
        addRelu(a, b),
        relu(a),
        ...[add, addRelu].flatMap((f) => tf.grads((x, y) => tf.mul(f(x, y), weight))([a, b])),
        tf.grad((x) => tf.mul(relu(x), weight))(a),
      ];
    },
    "ReLU after a convolution, gradients": (i) => {
      const [x, w, weight] = [
        i.normals(2, 5, 4, 3) as T4,
        i.normals(3, 3, 3, 4) as T4,
        i.normals(2, 5, 4, 4),
      ];
      return tf.grads((a, k) => tf.mul(relu(tf.conv2d(a as T4, k as T4, 1, "same")), weight))([x, w]);
    },
    ...Object.fromEntries(
      [1, 3].flatMap((count) =>
        [false, true].flatMap((masked) =>
          [false, true].map((convolved): [string, Case] => [
            `weighted sum of ${count}, mask: ${masked}, after a convolution: ${convolved}, gradients`,
            (i) => {
              const kernel = i.normals(1, 1, 5, 5) as T4;
              const values = Array.from({ length: count }, () => i.normals(2, 3, 4, 5));
              const weights = Array.from({ length: count }, () => i.normals());
              const weight = i.normals(2, 3, 4, 5);
              const run = (...list: tf.Tensor[]) => {
                const images = list
                  .slice(0, count)
                  .map((x) => (convolved ? tf.conv2d(x as T4, kernel, 1, "same") : x)) as T4[];
                const mask = masked ? (list[2 * count] as T1) : null;
                return weightedSum(images, list.slice(count, 2 * count) as tf.Scalar[], mask);
              };
              const inputs = [...values, ...weights, ...(masked ? [i.positives(5)] : [])];
              return [run(...inputs), ...tf.grads((...list) => tf.mul(run(...list), weight))(inputs)];
            },
          ]),
        ),
      ),
    ),
    "joined channels, gradients": (i) =>
      tf.grads((a, b) => tf.mul(concatChannels([a, b]), i.normals(2, 3, 3, 5)))([
        i.normals(2, 3, 3, 2),
        i.normals(2, 3, 3, 3),
      ]),
    "split channels, gradient": (i) =>
      tf.grad((v) => tf.mul(splitChannels(v, [1, 3])[1] as tf.Tensor, i.normals(2, 3)))(i.normals(2, 4)),
    "interleaved channels, gradients": (i) => [
      ...tf.grads((a, b) => tf.mul(interleaveChannels(a, b), i.normals(2, 3, 3, 8)))([
        i.normals(2, 3, 3, 4),
        i.normals(2, 3, 3, 4),
      ]),
      ...tf.grads((a, b) =>
        tf.mul(
          interleaveChannels(tf.conv2d(a as T4, b as T4, 1, "same"), i.normals(2, 4, 4, 2)),
          i.normals(2, 4, 4, 4),
        ),
      )([i.normals(2, 4, 4, 3), i.normals(1, 1, 3, 2)]),
    ],
  };
  it.each(Object.entries(table))("give the cpu back end's numbers: %s", async (_, run) => {
    await expectParity(run, 2e-5);
  });

  it("make 0 and −0 both +1", async () => {
    await tf.setBackend("onnx");
    const y = tf.tidy(() => signWindow(tf.tensor1d([0, -0]), 1));
    expect(Array.from(y.dataSync())).toEqual([1, 1]);
    y.dispose();
  });

  it("compile once, however learning rate and step count change", async () => {
    await tf.setBackend("onnx");
    const settings = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 };
    const run = (learningRate: number, step: number) =>
      tf.tidy(() => {
        const [p, g, m, s] = [1, 2, 3, 4].map((v) => tf.tensor1d([v, v])) as [
          tf.Tensor,
          tf.Tensor,
          tf.Tensor,
          tf.Tensor,
        ];
        const sgd = sgdMomentumUpdate(p, g, m, { learningRate, momentum: 0.9, weightDecay: 0 });
        return [adamUpdate(p, g, m, s, { ...settings, learningRate, step })[0], sgd[0]].map(
          (t) => (t as tf.Tensor).dataSync()[0] as number,
        );
      });
    run(0.1, 1);
    const { compiles } = backend.statistics();
    const [adam, sgd] = run(0.3, 7);
    expect(backend.statistics().compiles).toBe(compiles);
    expect(sgd).toBeCloseTo(1 - 0.3 * (0.9 * 3 + 2), 5);
    const [mean, square] = [0.9 * 3 + 0.1 * 2, 0.999 * 4 + 0.001 * 4];
    expect(adam).toBeCloseTo(1 - (0.3 * (mean / (1 - 0.9 ** 7))) / Math.sqrt(square / (1 - 0.999 ** 7)), 5);
  });
});

describe("gradients on onnx are those of differences", () => {
  const key = randomKey(0);
  const tensor = (shape: number[], seed: number) =>
    tf.tensor(
      normal(
        randomKey(seed),
        shape.reduce((a, b) => a * b, 1),
      ),
      shape,
    );
  const checks: Record<string, [number[], (x: tf.Tensor) => tf.Tensor]> = {
    "a convolution of stride 1, in the image": [
      [1, 4, 5, 2],
      (x) => tf.tanh(tf.conv2d(x as T4, tensor([3, 3, 2, 3], 1) as T4, 1, "same")),
    ],
    "a convolution of stride 2, in the image": [
      [1, 5, 5, 2],
      (x) => tf.tanh(tf.conv2d(x as T4, tensor([3, 3, 2, 3], 1) as T4, 2, "same")),
    ],
    "a convolution of stride 2, in the kernel": [
      [3, 3, 2, 3],
      (w) => tf.tanh(tf.conv2d(tensor([1, 5, 4, 2], 1) as T4, w as T4, 2, "valid")),
    ],
    "batch norm": [
      [2, 3, 3, 2],
      (x) => tf.square(tf.add(batchNormTrain(x as T4, null, null, 1e-2).y, tensor([2, 3, 3, 2], 2))),
    ],
    "a weighted sum, in its weight": [
      [],
      (w) => tf.square(weightedSum([tensor([1, 3, 3, 2], 1) as T4], [w as tf.Scalar], tensor([2], 2) as T1)),
    ],
    "gathered rows": [[4, 3], (x) => tf.square(tf.gather(x, tf.tensor1d([3, 0, 3], "int32")))],
    "softmax cross entropy": [
      [3, 4],
      (x) => softmaxCrossEntropy(x as tf.Tensor2D, tf.tensor1d([0, 2, 3], "int32"), 0.1),
    ],
  };
  it.each(Object.entries(checks))("%s", async (_, [shape, f]) => {
    await tf.setBackend("onnx");
    const x = tf.tensor(
      normal(
        key,
        shape.reduce((a, b) => a * b, 1),
      ),
      shape,
    );
    expectGradient(f, x);
    x.dispose();
  });
});

it("a fused kernel of unknown name is refused by tfjs", async () => {
  await tf.setBackend("onnx");
  expect(() => runFused("BarsNothing", { x: tf.scalar(1) })).toThrow("BarsNothing");
});
