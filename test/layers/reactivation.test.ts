import { beforeAll, describe, it } from "vitest";
import { tf } from "../../lib/backend";
import { rprelu, rsign } from "../../lib/layers/reactivation";
import { fold, randomKey } from "../../lib/random/randomKey";
import { engines, expectClose, expectGradient, expectNoLeak, normals, useEngine } from "./tensorCheck";

const key = randomKey(0);

describe.each(engines)("on %s", (engine) => {
  beforeAll(() => useEngine(engine));

  it("rsign shifts each channel", () => {
    expectNoLeak(() => {
      const x = tf.tensor4d([1, 2, 3, 4], [1, 1, 2, 2]);
      const shift = tf.tensor1d([0.5, -1]);
      const y = rsign(x, shift);
      expectClose(y, [1.5, 1, 3.5, 3], 1e-6);
      tf.dispose([x, shift, y]);
    });
  });

  it("rprelu shifts, bends and shifts again", () => {
    expectNoLeak(() => {
      const x = tf.tensor4d([-3, 1, 2, -4], [1, 1, 2, 2]);
      const p = {
        inputShift: tf.tensor1d([1, 0]),
        slope: tf.tensor1d([0.25, 0.5]),
        outputShift: tf.tensor1d([10, 20]),
      };
      const y = rprelu(x, p);
      // channel 0: -3+1 = -2 -> -0.5 -> 9.5 and 3 -> 13; channel 1: 1 -> 21 and -4 -> -2 -> 18
      expectClose(y, [9.5, 21, 13, 18], 1e-6);
      tf.dispose([x, p, y]);
    });
  });

  it("rprelu has the gradients of its formula", () => {
    expectNoLeak(() => {
      const x = normals<tf.Tensor4D>(fold(key, "x"), [2, 3, 3, 2]);
      const [a, b, c, probe] = ["a", "b", "c", "p"].map((label) =>
        normals<tf.Tensor1D>(fold(key, label), [2]),
      ) as [tf.Tensor1D, tf.Tensor1D, tf.Tensor1D, tf.Tensor1D];
      const f = (v: tf.Tensor, i: tf.Tensor, s: tf.Tensor, o: tf.Tensor) =>
        tf.mul(
          probe,
          rprelu(v as tf.Tensor4D, {
            inputShift: i as tf.Tensor1D,
            slope: s as tf.Tensor1D,
            outputShift: o as tf.Tensor1D,
          }),
        );
      const options = { step: 1e-3, tolerance: 3e-2 };
      expectGradient((v) => f(v, a, b, c), x, options);
      expectGradient((v) => f(x, a, v, c), b, options);
      expectGradient((v) => f(x, a, b, v), c, options);
      tf.dispose([x, a, b, c, probe]);
    });
  });
});
