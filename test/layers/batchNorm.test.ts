import { beforeAll, describe, expect, it } from "vitest";
import { tf } from "../../lib/backend";
import { batchNorm, initialBatchNormState, plainBatchNorm } from "../../lib/layers/batchNorm";
import { fold, randomKey } from "../../lib/random/randomKey";
import { engines, expectClose, expectNoLeak, normals, useEngine } from "./tensorCheck";

const key = randomKey(0);

describe.each(engines)("batchNorm on %s", (engine) => {
  beforeAll(() => useEngine(engine));

  it("moves the running statistics by the share `momentum`, with the unbiased variance, as PyTorch does", () => {
    expectNoLeak(() => {
      // One channel: 1, 2, 3, 6. Mean 3, squared deviations 4 + 1 + 0 + 9 = 14: biased 3.5, unbiased 14/3.
      const x = tf.tensor4d([1, 2, 3, 6], [1, 2, 2, 1]);
      const start = initialBatchNormState(1);
      const { y, state } = batchNorm(x, start, { epsilon: 0, momentum: 0.1, training: true });
      expectClose(state.mean, [0.9 * 0 + 0.1 * 3], 1e-6);
      expectClose(state.variance, [0.9 * 1 + (0.1 * 14) / 3], 1e-6);
      expectClose(
        y,
        [-2, -1, 0, 3].map((d) => d / Math.sqrt(3.5)),
        1e-6,
      );
      tf.dispose([x, y, start.mean, start.variance, state.mean, state.variance]);
    });
  });

  it("uses the running statistics in inference and returns the state it was given", () => {
    expectNoLeak(() => {
      const x = tf.tensor4d([1, 2, 3, 6], [1, 2, 2, 1]);
      const start = { mean: tf.tensor1d([2]), variance: tf.tensor1d([4]) };
      const [scale, offset] = [tf.tensor1d([3]), tf.tensor1d([-1])];
      const { y, state } = batchNorm(x, start, { scale, offset, epsilon: 0, momentum: 0.1, training: false });
      expect(state).toBe(start);
      expectClose(y, [-2.5, -1, 0.5, 5], 1e-6);
      tf.dispose([x, y, scale, offset, start.mean, start.variance]);
    });
  });

  it("gives inference the training values once the running statistics are the batch's (momentum 1)", () => {
    expectNoLeak(() => {
      const x = normals<tf.Tensor4D>(fold(key, "x"), [8, 12, 12, 3]);
      const start = initialBatchNormState(3);
      const { y, state } = batchNorm(x, start, { epsilon: 1e-5, momentum: 1, training: true });
      const again = batchNorm(x, state, { epsilon: 1e-5, momentum: 1, training: false });
      expectClose(again.y, y, 1e-3);
      tf.dispose([x, y, again.y, start.mean, start.variance, state.mean, state.variance]);
    });
  });

  it("without affine part centres and scales every channel", () => {
    expectNoLeak(() => {
      const x = normals<tf.Tensor4D>(fold(key, "x"), [4, 5, 5, 3]);
      const y = tf.tidy(() => plainBatchNorm(tf.add(tf.mul(x, [1, 10, 0.1]), [0, 5, -3]), 1e-9));
      const { mean, variance } = tf.moments(y, [0, 1, 2]);
      for (const value of mean.dataSync()) expect(Math.abs(value)).toBeLessThan(1e-4);
      expectClose(variance, [1, 1, 1], 1e-3);
      tf.dispose([x, y, mean, variance]);
    });
  });
});
