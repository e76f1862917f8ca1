import { beforeAll, describe, expect, it } from "vitest";
import { tf } from "../../lib/backend";
import { plainBatchNorm } from "../../lib/layers/normalizeAndBinarize";
import { fold, randomKey } from "../../lib/random/randomKey";
import { engines, expectClose, expectNoLeak, normals, useEngine } from "./tensorCheck";

const key = randomKey(0);

describe.each(engines)("plainBatchNorm on %s", (engine) => {
  beforeAll(() => useEngine(engine));

  it("divides by the biased deviation of the batch", () => {
    expectNoLeak(() => {
      // One channel: 1, 2, 3, 6. Mean 3, squared deviations 4 + 1 + 0 + 9 = 14: biased 3.5.
      const x = tf.tensor4d([1, 2, 3, 6], [1, 2, 2, 1]);
      const y = plainBatchNorm(x, 0.5);
      expectClose(
        y,
        [-2, -1, 0, 3].map((d) => d / Math.sqrt(3.5 + 0.5)),
        1e-6,
      );
      tf.dispose([x, y]);
    });
  });

  it("centres and scales every channel", () => {
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
