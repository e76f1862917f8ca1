import { beforeAll, describe, expect, it } from "vitest";
import { tf } from "../../lib/backend";
import { clipByGlobalNorm } from "../../lib/optim/clipByGlobalNorm";
import { engines, expectClose, expectNoLeak, useEngine } from "../layers/tensorCheck";

describe.each(engines)("clipByGlobalNorm on %s", (engine) => {
  beforeAll(() => useEngine(engine));

  it("scales all gradients by one factor to the largest allowed norm, and tells the norm before", () => {
    expectNoLeak(() => {
      const gradients = { a: tf.tensor1d([3, 0]), norm: tf.tensor2d([[0, 4]]) };
      const clipped = clipByGlobalNorm(gradients, 1);
      expectClose(clipped.norm, [5], 1e-6);
      expectClose(clipped.gradients["a"] as tf.Tensor, [0.6, 0], 1e-6);
      expectClose(clipped.gradients["norm"] as tf.Tensor, [0, 0.8], 1e-6);
      expect(Object.keys(clipped.gradients)).toEqual(["a", "norm"]);
      expect(clipped.gradients["norm"]?.shape).toEqual([1, 2]);
      tf.dispose([gradients, clipped.gradients, clipped.norm]);
    });
  });

  it.each([
    { values: [3, 4], about: "a smaller norm" },
    { values: [0, 0], about: "an all-zero gradient" },
  ])("leaves $about exactly as it is", ({ values }) => {
    expectNoLeak(() => {
      const gradients = { a: tf.tensor1d(values) };
      const clipped = clipByGlobalNorm(gradients, 5);
      expect(Array.from(clipped.gradients["a"]?.dataSync() ?? [])).toEqual(values);
      tf.dispose([gradients, clipped.gradients, clipped.norm]);
    });
  });

  it("of no gradients at all has norm 0", () => {
    expectNoLeak(() => {
      const { gradients, norm } = clipByGlobalNorm({}, 5);
      expect(gradients).toEqual({});
      expect(norm.dataSync()[0]).toBe(0);
      norm.dispose();
    });
  });
});
