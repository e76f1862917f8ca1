import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-wasm";
import { beforeAll, describe, expect, it } from "vitest";
import { tf } from "../../lib/backend";
import { registerCpuKernels } from "../../lib/backend/cpu/registerCpuKernels";
import { muteGreeting } from "../../lib/backend/cpuEngine";
import { registerWasmKernels, wasmKernels } from "../../lib/backend/wasm/registerWasmKernels";
import { fold, integers, normal, randomKey } from "../../lib/random/randomKey";
import { expectNoLeak } from "../helpers/expectNoLeak";

const key = randomKey(0);
type Plain = { readonly shape: number[]; readonly values: Float32Array };
type Compute = (...inputs: tf.Tensor[]) => tf.Tensor;

/** Normal numbers, made outside of any engine so that both engines get the same. */
function plain(label: string, shape: number[]): Plain {
  return { shape, values: normal(fold(key, label), tf.util.sizeFromShape(shape)) };
}

/** Like {@link plain}, but of few distinct values, so that windows hold ties. */
function coarse(label: string, shape: number[]): Plain {
  const drawn = integers(fold(key, label), tf.util.sizeFromShape(shape), 3);
  return { shape, values: Float32Array.from(drawn, (value) => value - 1) };
}

async function runOn(engine: string, inputs: readonly Plain[], compute: Compute): Promise<Plain> {
  await tf.setBackend(engine);
  return expectNoLeak(() => {
    const tensors = inputs.map(({ shape, values }) => tf.tensor(values, shape));
    const buffers = tf.engine().backend.numDataIds();
    const result = tf.tidy(() => compute(...tensors));
    const values = result.dataSync() as Float32Array;
    const { shape } = result;
    result.dispose();
    expect(tf.engine().backend.numDataIds() - buffers, "buffers left behind").toBe(0);
    tf.dispose(tensors);
    return { shape, values };
  });
}

/** Both engines agree to `tolerance`, relative to the largest value. */
async function expectParity(inputs: readonly Plain[], compute: Compute, tolerance = 1e-4): Promise<void> {
  const expected = await runOn("cpu", inputs, compute);
  const actual = await runOn("wasm", inputs, compute);
  expect(actual.shape).toEqual(expected.shape);
  const scale = expected.values.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-6);
  const worst = actual.values.reduce(
    (most, value, i) => Math.max(most, Math.abs(value - (expected.values[i] as number))),
    0,
  );
  expect(worst / scale).toBeLessThan(tolerance);
  expect(actual.values.every(Number.isFinite)).toBe(true);
}

/** The gradient of `y = op(...inputs)` with respect to input `index`, for the output gradient `dy`, the last input. */
function gradientOf(index: number, op: Compute): Compute {
  return (...tensors) => {
    const dy = tensors[tensors.length - 1] as tf.Tensor;
    const inputs = tensors.slice(0, -1);
    return tf.grads((...args: tf.Tensor[]) => op(...args))(inputs, dy)[index] as tf.Tensor;
  };
}

/** The shape of `op`'s result, found on the cpu. */
async function outputShape(shapes: readonly number[][], op: Compute): Promise<number[]> {
  await tf.setBackend("cpu");
  return tf.tidy(() => op(...shapes.map((shape) => tf.zeros(shape))).shape);
}

async function expectGradientParity(
  inputs: readonly Plain[],
  op: Compute,
  indices = inputs.map((_, i) => i),
): Promise<void> {
  const shape = await outputShape(
    inputs.map((input) => input.shape),
    op,
  );
  const dy = plain("dy", shape);
  for (const index of indices) await expectParity([...inputs, dy], gradientOf(index, op));
}

beforeAll(async () => {
  muteGreeting();
  registerCpuKernels();
  registerWasmKernels();
  await tf.setBackend("wasm");
});

const explicit = (t: number, b: number, l: number, r: number): tf.backend_util.ExplicitPadding => [
  [0, 0],
  [t, b],
  [l, r],
  [0, 0],
];
type Pad = "same" | "valid" | number | tf.backend_util.ExplicitPadding;
interface ConvCase {
  readonly image: number[];
  readonly kernel: [number, number];
  readonly out: number;
  readonly stride: number | [number, number];
  readonly pad: Pad;
}
const convCases: ConvCase[] = [
  { image: [3, 8, 8, 4], kernel: [3, 3], out: 6, stride: 1, pad: "same" },
  { image: [2, 7, 9, 5], kernel: [3, 3], out: 3, stride: 1, pad: "valid" },
  { image: [2, 7, 9, 2], kernel: [3, 3], out: 7, stride: 1, pad: 1 },
  { image: [3, 8, 8, 4], kernel: [3, 3], out: 6, stride: 2, pad: "same" },
  { image: [2, 7, 9, 3], kernel: [3, 3], out: 5, stride: 2, pad: "same" },
  { image: [2, 8, 8, 3], kernel: [3, 3], out: 5, stride: 2, pad: "valid" },
  { image: [2, 9, 8, 3], kernel: [5, 5], out: 4, stride: 2, pad: "same" },
  { image: [2, 9, 9, 3], kernel: [5, 5], out: 4, stride: 1, pad: 2 },
  { image: [2, 8, 7, 4], kernel: [5, 3], out: 4, stride: [1, 2], pad: "same" },
  { image: [2, 11, 10, 2], kernel: [3, 3], out: 2, stride: 3, pad: "valid" },
  { image: [2, 9, 9, 2], kernel: [2, 2], out: 3, stride: 3, pad: "valid" },
  { image: [2, 8, 8, 3], kernel: [2, 2], out: 3, stride: 2, pad: "same" },
  { image: [2, 6, 6, 5], kernel: [1, 1], out: 3, stride: 1, pad: "same" },
  { image: [2, 6, 6, 3], kernel: [1, 1], out: 7, stride: 1, pad: "valid" },
  { image: [2, 6, 7, 5], kernel: [1, 1], out: 3, stride: 2, pad: "same" },
  { image: [2, 7, 7, 3], kernel: [1, 1], out: 5, stride: 2, pad: "valid" },
  { image: [2, 6, 6, 3], kernel: [1, 1], out: 5, stride: 1, pad: explicit(1, 0, 0, 2) },
  { image: [2, 6, 6, 3], kernel: [1, 1], out: 5, stride: 2, pad: 1 },
  { image: [2, 6, 6, 3], kernel: [1, 1], out: 5, stride: 1, pad: explicit(0, 2, 0, 1) },
  { image: [2, 6, 6, 3], kernel: [1, 1], out: 5, stride: 2, pad: explicit(0, 2, 0, 0) },
  { image: [2, 6, 7, 3], kernel: [3, 3], out: 4, stride: 2, pad: explicit(0, 1, 1, 0) },
  { image: [2, 6, 7, 3], kernel: [3, 3], out: 4, stride: 1, pad: explicit(4, 3, 0, 5) },
  { image: [2, 6, 7, 6], kernel: [3, 3], out: 4, stride: 2, pad: explicit(5, 4, 3, 6) },
  { image: [1, 5, 5, 1], kernel: [5, 5], out: 1, stride: 1, pad: "valid" },
  { image: [1, 1, 1, 4], kernel: [3, 3], out: 2, stride: 1, pad: "same" },
  // Blocks of 64 rows and 32 columns, where transposing takes two passes.
  { image: [2, 8, 8, 40], kernel: [1, 1], out: 33, stride: 1, pad: "valid" },
];
const title = "image $image, kernel $kernel, $out filters, stride $stride, padding $pad";

describe("wasm kernels agree with the cpu engine", () => {
  it.each(convCases)(`conv2d gradients: ${title}`, async ({ image, kernel, out, stride, pad }) => {
    const w = plain("w", [...kernel, image[3] as number, out]);
    await expectGradientParity([plain("x", image), w], (x, f) =>
      tf.conv2d(
        x as tf.Tensor4D,
        f as tf.Tensor4D,
        stride,
        pad as "same",
        "NHWC",
        1,
        typeof pad === "number" ? "floor" : undefined,
      ),
    );
  });

  it.each([
    { image: [2, 8, 8, 4], kernel: [3, 3], out: 1, stride: 1, pad: "same" },
    { image: [2, 7, 9, 3], kernel: [3, 3], out: 2, stride: 1, pad: "valid" },
    { image: [2, 7, 9, 3], kernel: [3, 3], out: 3, stride: 2, pad: "same" },
    { image: [2, 8, 8, 3], kernel: [5, 5], out: 1, stride: 2, pad: "same" },
    { image: [3, 8, 7, 2], kernel: [3, 5], out: 2, stride: 2, pad: "valid" },
    { image: [2, 6, 6, 3], kernel: [3, 3], out: 1, stride: 1, pad: explicit(3, 0, 1, 4) },
    { image: [2, 6, 6, 3], kernel: [1, 1], out: 2, stride: 2, pad: "same" },
  ] satisfies ConvCase[])(`depthwise gradients: ${title}`, async ({ image, kernel, out, stride, pad }) => {
    const w = plain("w", [...kernel, image[3] as number, out]);
    await expectGradientParity([plain("x", image), w], (x, f) =>
      tf.depthwiseConv2d(x as tf.Tensor4D, f as tf.Tensor4D, stride, pad as "same"),
    );
  });

  interface PoolCase {
    readonly image: number[];
    readonly size: number | [number, number];
    readonly stride: number | [number, number];
    readonly pad: "same" | "valid" | number;
  }
  const poolCases = [
    { image: [2, 8, 8, 3], size: 3, stride: 1, pad: "same" },
    { image: [2, 8, 8, 3], size: 3, stride: 2, pad: "same" },
    { image: [2, 7, 9, 5], size: 3, stride: 2, pad: "same" },
    { image: [2, 7, 9, 5], size: 3, stride: 2, pad: "valid" },
    { image: [2, 8, 8, 4], size: 2, stride: 2, pad: "valid" },
    { image: [2, 7, 8, 4], size: 2, stride: 2, pad: "valid" },
    { image: [2, 7, 9, 4], size: 2, stride: 2, pad: "same" },
    { image: [2, 9, 9, 2], size: 2, stride: 3, pad: "valid" },
    { image: [2, 8, 8, 20], size: 8, stride: 8, pad: "valid" },
    { image: [2, 9, 9, 3], size: 7, stride: 2, pad: "same" },
    { image: [2, 6, 6, 3], size: 3, stride: 1, pad: 1 },
    { image: [2, 7, 6, 3], size: [3, 2], stride: [1, 2], pad: "same" },
    { image: [2, 8, 7, 3], size: [2, 3], stride: [3, 1], pad: "valid" },
  ] satisfies PoolCase[];
  const poolTitle = "image $image, window $size, stride $stride, padding $pad";

  it.each(poolCases)(`average pooling gradient: ${poolTitle}`, async ({ image, size, stride, pad }) => {
    const rounding = typeof pad === "number" ? "floor" : undefined;
    await expectGradientParity([plain("x", [...image])], (x) =>
      tf.avgPool(x as tf.Tensor4D, size, stride, pad, rounding),
    );
  });

  it.each(poolCases)(`max pooling gradient: ${poolTitle}`, async ({ image, size, stride, pad }) => {
    const rounding = typeof pad === "number" ? "floor" : undefined;
    const op: Compute = (x) => tf.maxPool(x as tf.Tensor4D, size, stride, pad, rounding);
    await expectGradientParity([plain("x", [...image])], op);
    await expectGradientParity([coarse("ties", [...image])], op);
  });

  it.each([
    { transposeA: false, transposeB: false },
    { transposeA: true, transposeB: false },
    { transposeA: false, transposeB: true },
    { transposeA: true, transposeB: true },
  ])(
    "matMul, transposeA $transposeA, transposeB $transposeB, with its gradients",
    async ({ transposeA, transposeB }) => {
      for (const [rows, inner, columns] of [
        [5, 7, 3],
        [128, 40, 33],
        [1, 64, 2],
      ] as const) {
        const a = plain("a", transposeA ? [inner, rows] : [rows, inner]);
        const b = plain("b", transposeB ? [columns, inner] : [inner, columns]);
        const op: Compute = (x, y) => tf.matMul(x as tf.Tensor2D, y as tf.Tensor2D, transposeA, transposeB);
        await expectParity([a, b], op);
        await expectGradientParity([a, b], op);
      }
    },
  );

  it("matMul of stacks, which stay with the engine's own kernel", async () => {
    const stacks = [plain("a", [3, 5, 4]), plain("b", [3, 5, 6])];
    await expectParity(stacks, (a, b) => tf.matMul(a as tf.Tensor3D, b as tf.Tensor3D, true, false));
    const single = [plain("a", [1, 5, 4]), plain("b", [1, 6, 5])];
    await expectParity(single, (a, b) => tf.matMul(a as tf.Tensor3D, b as tf.Tensor3D, true, true));
  });

  it.each([
    { shape: [8, 16, 16, 4], axis: [0, 1, 2] },
    { shape: [8, 16, 16, 4], axis: [1, 2] },
    { shape: [8, 16, 16, 4], axis: [2, 1] },
    { shape: [8, 16, 16, 4], axis: [0] },
    { shape: [8, 16, 16, 4], axis: [0, 2] },
    { shape: [8, 16, 16, 4], axis: [3] },
    { shape: [8, 16, 16, 4], axis: [-4, -3] },
    { shape: [2003, 5], axis: [0] },
    { shape: [1009, 5], axis: [0] },
    { shape: [6000, 3], axis: [0] },
    { shape: [4, 3], axis: [0] },
    { shape: [70, 60], axis: [0, 1] },
  ])("sum and mean of $shape over $axis, with and without kept axes", async ({ shape, axis }) => {
    const x = plain("x", shape);
    for (const keepDims of [false, true]) {
      await expectParity([x], (v) => tf.sum(v, axis, keepDims));
      await expectParity([x], (v) => tf.mean(v, axis, keepDims));
    }
    await expectGradientParity([x], (v) => tf.mean(tf.square(v), axis));
  });

  it("sums of integers and truth values stay exact", async () => {
    await tf.setBackend("wasm");
    expectNoLeak(() => {
      const counts = tf.tidy(() => tf.sum(tf.greater(tf.range(0, 6000, 1, "int32"), tf.scalar(2, "int32"))));
      expect(counts.dtype).toBe("int32");
      expect(counts.dataSync()[0]).toBe(5997);
      counts.dispose();
    });
  });

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

describe("the gradients of convolutions", () => {
  it.each([1, 2])("match differences of the loss, stride %i", async (stride) => {
    await tf.setBackend("wasm");
    const x = plain("x", [2, 5, 6, 3]);
    const w = plain("w", [3, 3, 3, 4]);
    const loss = (image: Float32Array, kernel: Float32Array) =>
      tf.tidy(() => {
        const y = tf.conv2d(
          tf.tensor4d(image, [2, 5, 6, 3]),
          tf.tensor4d(kernel, [3, 3, 3, 4]),
          stride,
          "same",
        );
        return tf.sum(tf.mul(y, tf.sin(tf.reshape(tf.range(0, y.size), y.shape)))).dataSync()[0] as number;
      });
    const [dx, dw] = tf.tidy(() =>
      tf
        .grads((image, kernel) => {
          const y = tf.conv2d(image as tf.Tensor4D, kernel as tf.Tensor4D, stride, "same");
          return tf.sum(tf.mul(y, tf.sin(tf.reshape(tf.range(0, y.size), y.shape))));
        })([tf.tensor(x.values, x.shape), tf.tensor(w.values, w.shape)])
        .map((gradient) => gradient.dataSync() as Float32Array),
    ) as unknown as [Float32Array, Float32Array];
    const shifted = (values: Float32Array, at: number, by: number) =>
      values.map((value, i) => (i === at ? value + by : value));
    for (let at = 0; at < 100; at += 17) {
      const acrossX =
        loss(shifted(x.values, at, 0.5), w.values) - loss(shifted(x.values, at, -0.5), w.values);
      expect(dx[at]).toBeCloseTo(acrossX, 3);
      const acrossW =
        loss(x.values, shifted(w.values, at, 0.5)) - loss(x.values, shifted(w.values, at, -0.5));
      expect(dw[at]).toBeCloseTo(acrossW, 3);
    }
  });
});

describe("registerWasmKernels", () => {
  it("may be called again without wrapping kernels in themselves", () => {
    const before = wasmKernels.map(({ kernelName }) => tf.getKernel(kernelName, "wasm"));
    registerWasmKernels();
    expect(wasmKernels.map(({ kernelName }) => tf.getKernel(kernelName, "wasm"))).toEqual(before);
  });

  it("leaves channels-first and dilated gradients to an error that says what to do", async () => {
    await tf.setBackend("wasm");
    const run = (attributes: object) =>
      tf.tidy(() =>
        tf
          .engine()
          .runKernel(
            tf.Conv2DBackpropFilter,
            { x: tf.zeros([1, 4, 4, 1]), dy: tf.zeros([1, 4, 4, 1]) } as never,
            { strides: 1, pad: "same", filterShape: [3, 3, 1, 1], ...attributes } as never,
          ),
      );
    expect(() => run({ dataFormat: "NCHW" })).toThrow(
      "Conv2DBackpropFilter: expected data format NHWC, got NCHW.",
    );
    expect(() => run({ dilations: [2, 2] })).toThrow(
      "Conv2DBackpropFilter: expected dilation 1, got 2,2; fill the gaps of the kernel with zeros instead.",
    );
  });
});
