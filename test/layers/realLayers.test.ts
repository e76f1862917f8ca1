import { beforeAll, describe, expect, it } from "vitest";
import { tf } from "../../lib/backend";
import { globalAveragePool, linear, realConv2d } from "../../lib/layers/realLayers";
import { engines, expectClose, expectNoLeak, useEngine } from "./tensorCheck";

describe.each(engines)("on %s", (engine) => {
  beforeAll(() => useEngine(engine));

  it("realConv2d keeps the size at stride 1, with a border of 0, and adds the bias", () => {
    expectNoLeak(() => {
      const x = tf.ones([1, 3, 3, 1]) as tf.Tensor4D;
      const kernel = tf.ones([3, 3, 1, 1]) as tf.Tensor4D;
      const bias = tf.tensor1d([0.5]);
      const y = realConv2d(x, kernel, { name: "stem", stride: 1, bias });
      expectClose(y, [4.5, 6.5, 4.5, 6.5, 9.5, 6.5, 4.5, 6.5, 4.5], 1e-6);
      tf.dispose([x, kernel, bias, y]);
    });
  });

  it("realConv2d names the place and the shapes when channels differ", () => {
    const call = () =>
      realConv2d(tf.zeros([2, 4, 4, 3]), tf.zeros([3, 3, 4, 8]), { name: "stem", stride: 1 });
    expect(call).toThrow(
      "stem: realConv2d expected 4 input channels (axis 3 of NHWC), got 3 from x of shape [2, 4, 4, 3].",
    );
  });

  it("linear multiplies and adds", () => {
    expectNoLeak(() => {
      const [x, w, b] = [
        tf.tensor2d([[1, 2]]),
        tf.tensor2d([
          [1, 2, 3],
          [4, 5, 6],
        ]),
        tf.tensor1d([10, 20, 30]),
      ];
      const y = linear(x, w, b, "head");
      expectClose(y, [19, 32, 45], 1e-6);
      tf.dispose([x, w, b, y]);
    });
  });

  it("linear names the place and the shapes when features differ", () => {
    const call = () => linear(tf.zeros([2, 5]), tf.zeros([4, 3]), tf.zeros([3]), "head");
    expect(call).toThrow("head: linear expected 4 features (axis 1), got 5 from x of shape [2, 5].");
  });

  it("globalAveragePool is the mean over the pixels", () => {
    expectNoLeak(() => {
      const x = tf.tensor4d([1, 10, 2, 20, 3, 30, 6, 60], [1, 2, 2, 2]);
      const y = globalAveragePool(x);
      expect(y.shape).toEqual([1, 2]);
      expectClose(y, [3, 30], 1e-6);
      tf.dispose([x, y]);
    });
  });
});
