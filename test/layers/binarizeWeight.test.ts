import { beforeAll, describe, expect, it } from "vitest";
import { tf } from "../../lib/backend";
import { binarizeWeight } from "../../lib/layers/binarizeWeight";
import { weightBinarizers as table } from "../../lib/primitives/binarizers";
import { fold, randomKey } from "../../lib/random/randomKey";
import {
  engines,
  expectClose,
  expectGradient,
  expectNoLeak,
  normals,
  uniforms,
  useEngine,
} from "./tensorCheck";

const weightBinarizers = table.builtInNames;
const key = randomKey(0);
const plain = { clip: 1, t: 1 };

describe.each(engines)("binarizeWeight on %s", (engine) => {
  beforeAll(() => useEngine(engine));

  describe.each(weightBinarizers)("%s", (method) => {
    it("gives a masked wide kernel the values and gradients of the narrow kernel of its leading channels", () => {
      expectNoLeak(() => {
        const wide = normals<tf.Tensor4D>(fold(key, "w"), [3, 3, 6, 8]);
        const narrow = tf.slice(wide, [0, 0, 0, 0], [3, 3, 3, 4]);
        const [inputMask, outputMask] = [
          tf.tensor1d([1, 1, 1, 0, 0, 0]),
          tf.tensor1d([1, 1, 1, 1, 0, 0, 0, 0]),
        ];
        const g = normals<tf.Tensor4D>(fold(key, "g"), [3, 3, 3, 4]);
        // The convolution silences surplus input channels and the caller surplus filters; here both are cut off.
        const leading = (v: tf.Tensor) =>
          tf.slice(
            binarizeWeight(v as tf.Tensor4D, { method, ...plain, inputMask, outputMask }),
            [0, 0, 0, 0],
            [3, 3, 3, 4],
          );
        const fromWide = tf.valueAndGrad(leading)(wide, g);
        const fromNarrow = tf.valueAndGrad((v) => binarizeWeight(v as tf.Tensor4D, { method, ...plain }))(
          narrow,
          g,
        );
        const inside = tf.slice(fromWide.grad, [0, 0, 0, 0], [3, 3, 3, 4]);
        expectClose(fromWide.value, fromNarrow.value, 1e-6);
        expectClose(inside, fromNarrow.grad, 1e-5);
        const outside = tf.tidy(() => tf.sub(tf.sum(tf.abs(fromWide.grad)), tf.sum(tf.abs(inside))));
        expect(outside.dataSync()[0]).toBeCloseTo(0, 3);
        tf.dispose([wide, narrow, inputMask, outputMask, g, inside, outside, fromWide, fromNarrow]);
      });
    });

    it("is exactly the plain formula under masks of ones", () => {
      expectNoLeak(() => {
        const w = normals<tf.Tensor4D>(fold(key, "w"), [3, 3, 4, 6]);
        const masks = { inputMask: tf.ones([4]) as tf.Tensor1D, outputMask: tf.ones([6]) as tf.Tensor1D };
        const masked = binarizeWeight(w, { method, ...plain, ...masks });
        const unmasked = binarizeWeight(w, { method, ...plain });
        expectClose(masked, unmasked, 1e-6);
        tf.dispose([w, masks, masked, unmasked]);
      });
    });
  });

  it.each(weightBinarizers.filter((m) => m !== "identity" && m !== "irnet"))(
    "%s maps a zero weight to the + side",
    (method) => {
      expectNoLeak(() => {
        const w = tf.tensor4d([0, -0, 0.5, -0.5], [1, 1, 4, 1]);
        const y = binarizeWeight(w, { method, ...plain });
        expect(Array.from(y.dataSync(), Math.sign)).toEqual([1, 1, 1, -1]);
        tf.dispose([w, y]);
      });
    },
  );

  it("irnet gives filters a scale that is a power of two", () => {
    expectNoLeak(() => {
      const w = normals<tf.Tensor4D>(key, [3, 3, 4, 5]);
      const y = binarizeWeight(w, { method: "irnet", ...plain });
      for (const value of y.dataSync()) expect(Number.isInteger(Math.log2(Math.abs(value)))).toBe(true);
      tf.dispose([w, y]);
    });
  });

  it.each(["scale_tensor", "scale_filter", "xnor", "bireal"] as const)(
    "%s has the true gradient with respect to the masks",
    (method) => {
      expectNoLeak(() => {
        const w = normals<tf.Tensor4D>(fold(key, "w"), [3, 3, 4, 3]);
        const [inputMask, outputMask] = [
          uniforms<tf.Tensor1D>(fold(key, "m"), [4]),
          tf.tensor1d([0.3, 0.6, 0.9]),
        ];
        const probe = normals<tf.Tensor>(fold(key, "p"), [3, 3, 4, 3]);
        const f = (input: tf.Tensor, output: tf.Tensor) =>
          tf.mul(
            probe,
            binarizeWeight(w, {
              method,
              ...plain,
              inputMask: input as tf.Tensor1D,
              outputMask: output as tf.Tensor1D,
            }),
          );
        expectGradient((m) => f(m, outputMask), inputMask);
        if (method === "scale_tensor") expectGradient((m) => f(inputMask, m), outputMask);
        tf.dispose([w, inputMask, outputMask, probe]);
      });
    },
  );

  it("says which mask has the wrong length", () => {
    const w = tf.zeros([3, 3, 4, 6]) as tf.Tensor4D;
    expect(() => binarizeWeight(w, { method: "xnor", ...plain, inputMask: tf.ones([6]) })).toThrow(
      "binarizeWeight: inputMask expected 4 entries (axis 2 of the kernel [3, 3, 4, 6]), got 6.",
    );
    expect(() => binarizeWeight(w, { method: "xnor", ...plain, outputMask: tf.ones([4]) })).toThrow(
      "binarizeWeight: outputMask expected 6 entries (axis 3 of the kernel [3, 3, 4, 6]), got 4.",
    );
  });

  it("refuses the deviation of a single weight", () => {
    expect(() => binarizeWeight(tf.zeros([1, 1, 1, 3]), { method: "irnet", ...plain })).toThrow(
      'binarizeWeight: "irnet" expected at least 2 weights a filter, got 1 from a kernel of shape [1, 1, 1, 3]; ' +
        "a deviation needs two.",
    );
  });
});
