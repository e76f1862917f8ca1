import { beforeAll, describe, expect, it } from "vitest";
import { tf } from "../../lib/backend";
import { type Compute, expectGradientParity, expectParity, plain, startBothEngines } from "./wasmParity";

beforeAll(startBothEngines);

describe("wasm kernels of shapes, and gradients made of several kernels, agree with the cpu engine", () => {
  it.each([
    { shape: [4, 5, 6, 7], begin: [1, 0, 2, 3], size: [2, 5, 3, 4] },
    { shape: [4, 5, 6, 7], begin: [1, 0, 0, 0], size: [2, -1, -1, -1] },
    { shape: [4, 5, 6, 7], begin: [0, 2, 0, 0], size: [4, 2, 6, 7] },
    { shape: [4, 5, 6, 7], begin: [3, 4, 5, 6], size: [1, 1, 1, 1] },
    { shape: [3, 200], begin: [1, 20], size: [2, 100] },
    { shape: [50], begin: [7], size: [11] },
    { shape: [3, 4], begin: [1, 2], size: [0, 2] },
    { shape: [2, 3, 2, 3, 2, 3], begin: [0, 1, 1, 0, 1, 1], size: [2, 2, 1, 2, 1, 2] },
  ])("slice of $shape from $begin, size $size, with its gradient", async ({ shape, begin, size }) => {
    await expectParity([plain("x", shape)], (x) => tf.slice(x, begin, size));
    await expectParity([plain("x", shape)], (x) =>
      tf.cast(tf.slice(tf.cast(tf.mul(x, 9), "int32"), begin, size), "float32"),
    );
    await expectParity([plain("x", shape)], (x) =>
      tf.cast(tf.slice(tf.greater(x, 0), begin, size), "float32"),
    );
    if (shape.length <= 4 && !size.includes(0))
      await expectGradientParity([plain("x", shape)], (x) => tf.slice(x, begin, size));
  });

  it("slice, split and concat of tensors that the heap has to grow for", async () => {
    await expectParity([plain("x", [64, 40, 40, 16])], (x) =>
      tf.concat(
        tf.split(tf.concat([x, x, tf.slice(x, [0, 0, 0, 3], [-1, -1, -1, 9])], 3), [20, 21], 3).reverse(),
        3,
      ),
    );
  });

  it.each([0, 1, 2, -1])("concat along axis %i, with its gradients", async (axis) => {
    const shapes = [2, 3, 60].map((length) =>
      [4, 3, 5].map((full, at) => (at === (axis + 3) % 3 ? length : full)),
    );
    const parts = shapes.map((shape, i) => plain(`part ${i}`, shape));
    await expectParity(parts, (...xs) => tf.concat(xs, axis));
    await expectGradientParity(parts, (...xs) => tf.concat(xs, axis));
  });

  it.each([
    { parts: 3, axis: 1 },
    { parts: [1, 3, 2], axis: 1 },
    { parts: [4, -1], axis: -1 },
  ])("split in $parts along axis $axis", async ({ parts, axis }) => {
    await expectParity([plain("x", [4, 6, 9])], (x) =>
      tf.addN(tf.split(x, parts, axis).map((part, i) => tf.mul(tf.sum(part), i + 1))),
    );
  });

  it.each(["float32", "int32", "bool"] as const)("oneHot of type %s", async (dtype) => {
    await expectParity([plain("x", [5])], () =>
      tf.cast(tf.oneHot(tf.tensor1d([1, 0, 3, 9], "int32"), 4, 1, 0, dtype), "float32"),
    );
    await tf.setBackend("wasm");
    expect(tf.tidy(() => tf.oneHot(tf.tensor1d([1], "int32"), 2, 5, -1, "float32").dataSync())).toEqual(
      Float32Array.of(-1, 5),
    );
  });

  it.each([0, 1])("gather along axis %i passes its gradient to repeated and to unused rows", async (axis) => {
    const op: Compute = (x) => tf.gather(x, tf.tensor1d([2, 0, 2, 4], "int32"), axis);
    await expectGradientParity([plain("x", [6, 5])], op);
  });

  it("gather of the only row passes its gradient", async () => {
    const op: Compute = (x) => tf.gather(tf.slice(x, [2, 0], [1, -1]), tf.tensor1d([0, 0], "int32"), 0);
    await expectGradientParity([plain("x", [6, 5])], op);
  });

  it("unsortedSegmentSum leaves out rows with numbers outside the segments", async () => {
    await expectParity([plain("x", [4, 3])], (x) =>
      tf.unsortedSegmentSum(x, tf.tensor1d([1, -1, 0, 1], "int32"), 2),
    );
  });

  it.each([
    ["abs", (x: tf.Tensor) => tf.abs(x)],
    ["clipByValue", (x: tf.Tensor) => tf.clipByValue(x, -0.5, 0.5)],
    ["tanh", (x: tf.Tensor) => tf.tanh(x)],
    ["softmax", (x: tf.Tensor) => tf.softmax(x)],
    ["logSoftmax", (x: tf.Tensor) => tf.logSoftmax(x)],
    ["sigmoid", (x: tf.Tensor) => tf.sigmoid(x)],
    [
      "pad",
      (x: tf.Tensor) =>
        tf.pad(
          x,
          [
            [1, 0],
            [0, 2],
            [1, 1],
            [3, 0],
          ],
          1,
        ),
    ],
    ["sqrt", (x: tf.Tensor) => tf.sqrt(tf.add(tf.square(x), 1))],
    ["rsqrt", (x: tf.Tensor) => tf.rsqrt(tf.add(tf.square(x), 1))],
    ["relu", (x: tf.Tensor) => tf.relu(x)],
    ["prelu", (x: tf.Tensor) => tf.prelu(x, tf.tensor1d([0.1, 0.2, 0.3, 0.4]))],
    ["where", (x: tf.Tensor) => tf.where(tf.greaterEqual(x, 0), tf.square(x), tf.neg(x))],
    ["maximum", (x: tf.Tensor) => tf.maximum(x, 0.25)],
    ["max", (x: tf.Tensor) => tf.max(x, 3)],
    [
      "batch norm by hand",
      (x: tf.Tensor) => {
        const { mean, variance } = tf.moments(x, [0, 1, 2]);
        return tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, 1e-5)));
      },
    ],
    ["tile", (x: tf.Tensor) => tf.tile(x, [1, 2, 1, 3])],
    ["transpose", (x: tf.Tensor) => tf.transpose(x, [0, 3, 1, 2])],
    ["stack", (x: tf.Tensor) => tf.stack([x, tf.neg(x)], 2)],
    ["unstack", (x: tf.Tensor) => tf.addN(tf.unstack(x, 1).map((part, i) => tf.mul(part, i)))],
    ["division", (x: tf.Tensor) => tf.div(1, tf.add(tf.square(x), 0.5))],
    ["cumsum", (x: tf.Tensor) => tf.cumsum(x, 3)],
  ] as const)("gradient of %s", async (_, op) => {
    await expectGradientParity([plain("x", [3, 9, 8, 4])], op);
  });
});
