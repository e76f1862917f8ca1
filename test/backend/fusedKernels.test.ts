import { beforeAll, describe, expect, it, vi } from "vitest";
import {
  adamUpdate,
  batchNormTrain,
  detach,
  fusedKernels,
  registerFusedKernels,
  runFused,
  sgdMomentumUpdate,
  signWindow,
  softmaxCrossEntropy,
  tf,
} from "../../lib/backend";
import { fold, randomKey } from "../../lib/random/randomKey";
import {
  engines,
  expectClose,
  expectGradient,
  expectNoLeak,
  normals,
  useEngine,
} from "../layers/tensorCheck";

const key = randomKey(0);

/** Batch norm in double precision, one channel after the other. */
function slowBatchNorm(
  x: Float32Array,
  dy: Float32Array,
  scale: number[],
  offset: number[],
  epsilon: number,
) {
  const channels = scale.length;
  const pixels = x.length / channels;
  const y = new Float64Array(x.length);
  const dx = new Float64Array(x.length);
  const stats = {
    mean: [] as number[],
    variance: [] as number[],
    dScale: [] as number[],
    dOffset: [] as number[],
  };
  for (let c = 0; c < channels; c++) {
    const own = Array.from({ length: pixels }, (_, p) => p * channels + c);
    const average = (f: (i: number) => number) => own.reduce((sum, i) => sum + f(i), 0) / pixels;
    const mean = average((i) => x[i] as number);
    const variance = average((i) => ((x[i] as number) - mean) ** 2);
    const rate = 1 / Math.sqrt(variance + epsilon);
    const h = (i: number) => ((x[i] as number) - mean) * rate;
    const [dOffset, dScale] = [average((i) => dy[i] as number), average((i) => (dy[i] as number) * h(i))];
    for (const i of own) {
      y[i] = h(i) * (scale[c] as number) + (offset[c] as number);
      dx[i] = (scale[c] as number) * rate * ((dy[i] as number) - dOffset - h(i) * dScale);
    }
    stats.mean.push(mean);
    stats.variance.push(variance);
    stats.dScale.push(dScale * pixels);
    stats.dOffset.push(dOffset * pixels);
  }
  return { y, dx, ...stats };
}

describe.each(engines)("on %s", (engine) => {
  beforeAll(() => useEngine(engine));

  describe("batchNormTrain", () => {
    it.each([
      { shape: [4, 7, 5, 3], affine: true },
      { shape: [4, 7, 5, 3], affine: false },
      { shape: [1, 2, 1, 17], affine: true },
      { shape: [16, 32, 32, 16], affine: false },
    ])("equals the slow reference on $shape, affine $affine, gradients included", ({ shape, affine }) => {
      expectNoLeak(() => {
        const channels = shape[3] as number;
        const x = tf.tidy(() =>
          tf.add(tf.mul(normals<tf.Tensor4D>(fold(key, "x"), shape), 2), 3),
        ) as tf.Tensor4D;
        const dy = normals<tf.Tensor4D>(fold(key, "dy"), shape);
        const scale = Array.from({ length: channels }, (_, c) => (affine ? 0.5 + (c % 5) / 4 : 1));
        const offset = Array.from({ length: channels }, (_, c) => (affine ? (c % 3) - 1 : 0));
        const slow = slowBatchNorm(
          x.dataSync() as Float32Array,
          dy.dataSync() as Float32Array,
          scale,
          offset,
          1e-3,
        );
        const [s, o] = [tf.tensor1d(scale), tf.tensor1d(offset)];
        const direct = batchNormTrain(x, affine ? s : null, affine ? o : null, 1e-3);
        expectClose(direct.y, slow.y, 1e-5);
        expectClose(direct.mean, slow.mean, 1e-5);
        expectClose(direct.variance, slow.variance, 1e-5);
        const f = (a: tf.Tensor, b?: tf.Tensor, c?: tf.Tensor) =>
          batchNormTrain(
            a as tf.Tensor4D,
            (b ?? null) as tf.Tensor1D | null,
            (c ?? null) as tf.Tensor1D | null,
            1e-3,
          ).y;
        const { value, grads } = affine
          ? tf.valueAndGrads(f)([x, s, o], dy)
          : tf.valueAndGrads((a: tf.Tensor) => f(a))([x], dy);
        expectClose(value, slow.y, 1e-5);
        expectClose(grads[0] as tf.Tensor, slow.dx, 1e-5);
        if (affine) {
          expectClose(grads[1] as tf.Tensor, slow.dScale, 1e-4);
          expectClose(grads[2] as tf.Tensor, slow.dOffset, 1e-4);
        }
        tf.dispose([x, dy, s, o, { ...direct }, value, ...grads]);
      });
    });

    it("keeps its precision where the mean is large against the deviation", () => {
      expectNoLeak(() => {
        const x = tf.tidy(() =>
          tf.add(normals<tf.Tensor4D>(fold(key, "x"), [8, 8, 8, 2]), 1000),
        ) as tf.Tensor4D;
        const { y, mean, variance } = batchNormTrain(x, null, null, 1e-5);
        const dy = new Float32Array(x.size);
        const slow = slowBatchNorm(x.dataSync() as Float32Array, dy, [1, 1], [0, 0], 1e-5);
        expectClose(variance, slow.variance, 1e-3);
        expectClose(y, slow.y, 1e-3);
        tf.dispose([x, y, mean, variance]);
      });
    });
  });

  describe("signWindow", () => {
    it("maps zero of either sign to +1, and everything else to its sign", () => {
      expectNoLeak(() => {
        // The smallest normal number: TensorFlow takes subnormal ones for zero.
        const x = tf.tensor1d([-Infinity, -3, -(2 ** -126), -0, 0, 2 ** -126, 3, Infinity]);
        const y = signWindow(x, 1);
        expect(Array.from(y.dataSync())).toEqual([-1, -1, -1, 1, 1, 1, 1, 1]);
        tf.dispose([x, y]);
      });
    });

    it("passes the gradient where |x| is at most the clip", () => {
      expectNoLeak(() => {
        const [x, g] = [tf.tensor1d([-1.5, -1.25, 0, 1.25, 1.26]), tf.tensor1d([1, 2, 3, 4, 5])];
        const dx = tf.grad((v) => signWindow(v, 1.25))(x, g);
        expect(Array.from(dx.dataSync())).toEqual([0, 2, 3, 4, 0]);
        tf.dispose([x, g, dx]);
      });
    });
  });

  describe("softmaxCrossEntropy", () => {
    it.each([0, 0.1])(
      "equals the mean of −Σ q log softmax with smoothing %s, gradient included",
      (smoothing) => {
        expectNoLeak(() => {
          const logits = tf.tidy(() =>
            tf.mul(normals<tf.Tensor2D>(fold(key, "l"), [5, 4]), 3),
          ) as tf.Tensor2D;
          const classes = [3, 0, 1, 1, 2];
          const labels = tf.tensor1d(classes, "int32");
          const rows = logits.arraySync();
          let loss = 0;
          const gradient = rows.flatMap((row, n) => {
            const total = row.reduce((sum, v) => sum + Math.exp(v), 0);
            return row.map((v, k) => {
              const q = (classes[n] === k ? 1 - smoothing : 0) + smoothing / 4;
              loss -= (q * (v - Math.log(total))) / 5;
              return (Math.exp(v) / total - q) / 5;
            });
          });
          const { value, grad } = tf.valueAndGrad((v) =>
            softmaxCrossEntropy(v as tf.Tensor2D, labels, smoothing),
          )(logits);
          expectClose(value, [loss], 1e-6);
          expectClose(grad, gradient, 1e-5);
          expectGradient((v) => softmaxCrossEntropy(v as tf.Tensor2D, labels, smoothing), logits);
          tf.dispose([logits, labels, value, grad]);
        });
      },
    );

    it("does not overflow on logits of a thousand", () => {
      expectNoLeak(() => {
        const logits = tf.tensor2d([
          [1000, 0],
          [-1000, 0],
        ]);
        const labels = tf.tensor1d([1, 1], "int32");
        const { value, grad } = tf.valueAndGrad((v) => softmaxCrossEntropy(v as tf.Tensor2D, labels, 0))(
          logits,
        );
        expectClose(value, [500], 1e-6);
        expectClose(grad, [0.5, -0.5, 0, 0], 1e-6);
        tf.dispose([logits, labels, value, grad]);
      });
    });

    it("scales its gradient by what comes from above", () => {
      expectNoLeak(() => {
        const logits = tf.tensor2d([[0, 0]]);
        const labels = tf.tensor1d([0], "int32");
        const grad = tf.grad((v) => tf.mul(3, softmaxCrossEntropy(v as tf.Tensor2D, labels, 0)))(logits);
        expectClose(grad, [-1.5, 1.5], 1e-6);
        tf.dispose([logits, labels, grad]);
      });
    });

    it("says which shapes do not go together", () => {
      expect(() => softmaxCrossEntropy(tf.zeros([5, 4]), tf.zeros([4], "int32"), 0)).toThrow(
        "softmaxCrossEntropy: expected logits [N, K] and labels [N], got [5, 4] and [4].",
      );
    });
  });

  describe("optimizer updates", () => {
    // Two steps by hand, PyTorch's form: g' = g + 0.1 p; v = 0.9 v + g'; p -= 0.5 v.
    it("sgdMomentumUpdate is v' = momentum v + g + decay p, p' = p − rate v'", () => {
      expectNoLeak(() => {
        const [p, g, v] = [tf.tensor1d([2]), tf.tensor1d([0.3]), tf.tensor1d([1])];
        const settings = { learningRate: 0.5, momentum: 0.9, weightDecay: 0.1 };
        const [p1, v1] = sgdMomentumUpdate(p, g, v, settings);
        const [p2, v2] = sgdMomentumUpdate(p1, g, v1, settings);
        expectClose([...v1.dataSync(), ...p1.dataSync()], [1.4, 1.3], 1e-6);
        expectClose([...v2.dataSync(), ...p2.dataSync()], [0.9 * 1.4 + 0.43, 1.3 - 0.5 * 1.69], 1e-6);
        expectClose(p, [2], 0);
        tf.dispose([p, g, v, p1, v1, p2, v2]);
      });
    });

    it("adamUpdate corrects the bias of both moments and adds the decay to the gradient", () => {
      expectNoLeak(() => {
        const [p, g, m, s] = [tf.tensor1d([2]), tf.tensor1d([0.3]), tf.tensor1d([0.2]), tf.tensor1d([0.05])];
        const settings = {
          learningRate: 0.1,
          beta1: 0.5,
          beta2: 0.9,
          epsilon: 1e-3,
          step: 3,
          weightDecay: 0.1,
        };
        const [p1, m1, s1] = adamUpdate(p, g, m, s, settings);
        const [mean, square] = [0.5 * 0.2 + 0.5 * 0.5, 0.9 * 0.05 + 0.1 * 0.25];
        const step = (0.1 * (mean / (1 - 0.5 ** 3))) / (Math.sqrt(square / (1 - 0.9 ** 3)) + 1e-3);
        expectClose([...m1.dataSync(), ...s1.dataSync(), ...p1.dataSync()], [mean, square, 2 - step], 1e-6);
        tf.dispose([p, g, m, s, p1, m1, s1]);
      });
    });
  });

  describe("detach", () => {
    it("gives the same values without a gradient, and outlives its source", () => {
      expectNoLeak(() => {
        const x = tf.tensor1d([1, 2]);
        const dx = tf.grad((v) => tf.mul(v, detach(v)))(x);
        expectClose(dx, [1, 2], 0);
        const copy = detach(x);
        x.dispose();
        expect(Array.from(copy.dataSync())).toEqual([1, 2]);
        tf.dispose([dx, copy]);
      });
    });
  });
});

describe("registerFusedKernels", () => {
  it("leaves an engine's own kernel alone and fills in the others", () => {
    const own: tf.KernelConfig = { kernelName: "BarsAdam", backendName: "other", kernelFunc: () => [] };
    tf.registerKernel(own);
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    registerFusedKernels("other");
    registerFusedKernels("other");
    expect(warn).not.toHaveBeenCalled();
    warn.mockRestore();
    expect(tf.getKernel("BarsAdam", "other")).toBe(own);
    for (const { name } of fusedKernels) {
      expect(tf.getKernel(name, "other"), name).toBeDefined();
      tf.unregisterKernel(name, "other");
    }
  });

  it("makes second derivatives an error, not a silent zero", async () => {
    await useEngine("cpu");
    const x = tf.tensor4d([1, 2, 3, 4], [1, 2, 2, 1]);
    const first = (v: tf.Tensor) =>
      tf.grad((u) => tf.sum(tf.square(batchNormTrain(u as tf.Tensor4D, null, null, 1).y)))(v);
    expect(() => tf.grad((v) => tf.sum(first(v)))(x)).toThrow(
      "gradient function not found for BarsBatchNormGrad",
    );
    expect(runFused("BarsSignWindow", { x }, { clip: 1 })).toHaveLength(1);
  });
});
