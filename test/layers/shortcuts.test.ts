import { beforeAll, describe, expect, it } from "vitest";
import { tf } from "../../lib/backend";
import { avgPoolDuplicate, duplicateChannels } from "../../lib/layers/shortcuts";
import { fold, randomKey } from "../../lib/random/randomKey";
import { engines, expectClose, expectGradient, expectNoLeak, normals, useEngine } from "./tensorCheck";

const key = randomKey(0);

describe.each(engines)("on %s", (engine) => {
  beforeAll(() => useEngine(engine));

  it("avgPoolDuplicate averages 2x2 windows and doubles each channel in place", () => {
    expectNoLeak(() => {
      const x = tf.tensor4d([1, 10, 2, 20, 3, 30, 6, 60], [1, 2, 2, 2]);
      const y = avgPoolDuplicate(x);
      expect(y.shape).toEqual([1, 1, 1, 4]);
      expectClose(y, [3, 3, 30, 30], 1e-6);
      tf.dispose([x, y]);
    });
  });

  it("avgPoolDuplicate leaves pixels outside an odd image out of the average", () => {
    expectNoLeak(() => {
      const x = tf.ones([1, 3, 3, 1]) as tf.Tensor4D;
      const y = avgPoolDuplicate(x);
      expect(y.shape).toEqual([1, 2, 2, 2]);
      expectClose(y, Array(8).fill(1), 1e-6);
      tf.dispose([x, y]);
    });
  });

  it("avgPoolDuplicate of leading channels is the leading part of avgPoolDuplicate", () => {
    expectNoLeak(() => {
      const x = normals<tf.Tensor4D>(key, [2, 4, 4, 4]);
      const [a, b] = tf.tidy(() => [
        avgPoolDuplicate(tf.slice(x, [0, 0, 0, 0], [2, 4, 4, 2])),
        tf.slice(avgPoolDuplicate(x), [0, 0, 0, 0], [2, 2, 2, 4]),
      ]) as [tf.Tensor4D, tf.Tensor4D];
      expectClose(a, b, 1e-6);
      tf.dispose([x, a, b]);
    });
  });

  it("both have the gradients of their formulas", () => {
    expectNoLeak(() => {
      const x = normals<tf.Tensor4D>(fold(key, "x"), [2, 4, 4, 3]);
      const [large, small] = [normals(fold(key, "a"), [2, 4, 4, 6]), normals(fold(key, "b"), [2, 2, 2, 6])];
      expectGradient((v) => tf.mul(large, duplicateChannels(v)), x, { tolerance: 1e-2 });
      expectGradient((v) => tf.mul(small, avgPoolDuplicate(v as tf.Tensor4D)), x, { tolerance: 1e-2 });
      tf.dispose([x, large, small]);
    });
  });
});
