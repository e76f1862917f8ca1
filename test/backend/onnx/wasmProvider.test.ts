import { beforeAll, expect, it, vi } from "vitest";
import { batchNormTrain, signWindow, softmaxCrossEntropy, startBackend, tf } from "../../../lib/backend";
import { type Case, expectParity } from "./onnxBench";

/** The native library does not load here. */
vi.mock("../../../packages/tfjs-onnxruntime/src/loadRuntime", async (original) => {
  const real = await original<typeof import("../../../packages/tfjs-onnxruntime/src/loadRuntime")>();
  return {
    ...real,
    findRuntime: () => ({ ...real.findRuntime(), binding: "/nowhere/onnxruntime_binding.js" }),
  };
});

let info: Awaited<ReturnType<typeof startBackend>>;
beforeAll(async () => {
  delete process.env["BARS_BACKEND"];
  info = await startBackend();
});

it("where the native library does not load, the engine runs its WebAssembly build and says so", () => {
  expect(info.name).toBe("onnx");
  expect(info.version).toMatch(/^1\.30\.0, wasm$/);
  expect(info.passedOver.at(-1)).toMatch(/^onnx:cpu: it does not load \(.*onnxruntime_binding\.js/);
});

it("answers synchronously and asynchronously, in order, and reports what fails", async () => {
  const [x, y] = tf.tidy(() => {
    const a = tf.tensor1d(Float32Array.from({ length: 400 }, (_, i) => i));
    return [tf.sum(a), tf.cast(tf.greater(a, 398), "int32")];
  }) as [tf.Tensor, tf.Tensor];
  const pending = x.data();
  expect(y.dataSync()[399]).toBe(1);
  expect((await pending)[0]).toBe(79800);
  tf.dispose([x, y]);
});

it("gives the cpu back end's loss and gradients", async () => {
  const run: Case = (i) => {
    const image = i.normals(2, 7, 6, 3) as tf.Tensor4D;
    const labels = i.integers(4, 2) as tf.Tensor1D;
    const weights = [i.normals(3, 3, 3, 5), i.normals(3, 2, 5, 4)];
    const { value, grads } = tf.valueAndGrads((...w: tf.Tensor[]) => {
      const [stem, strided] = w as [tf.Tensor4D, tf.Tensor4D];
      const x = batchNormTrain(tf.conv2d(image, stem, 1, "same"), null, null, 1e-3).y;
      const y = tf.conv2d(
        tf.add(tf.tanh(x), tf.mul(signWindow(x, 1), 0.1)) as tf.Tensor4D,
        strided,
        2,
        "same",
      );
      return softmaxCrossEntropy(tf.mean(tf.maxPool(y, 2, 1, "same"), [1, 2]) as tf.Tensor2D, labels, 0.1);
    })(weights);
    return [value, ...grads];
  };
  await expectParity(run, 1e-4);
});
