import { beforeAll, describe, expect, it } from "vitest";
import { tf } from "../../lib/backend";
import { registerWasmKernels, wasmKernels } from "../../lib/backend/wasm/registerWasmKernels";
import { expectNoLeak } from "../helpers/expectNoLeak";
import {
  type Compute,
  coarse,
  expectGradientParity,
  expectParity,
  plain,
  startBothEngines,
} from "./wasmParity";

beforeAll(startBothEngines);

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
