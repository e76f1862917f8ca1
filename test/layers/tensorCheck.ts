import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-wasm";
import { expect } from "vitest";
import { tf } from "../../lib/backend";
import { muteGreeting } from "../../lib/backend/cpuEngine";
import { onnxEngine } from "../../lib/backend/onnxEngine";
import { findTensorflow } from "../../lib/backend/tensorflow/findTensorflow";
import { tfjsNodeEngine } from "../../lib/backend/tfjsNodeEngine";
import { registerWasmKernels } from "../../lib/backend/wasm/registerWasmKernels";
import { normal, type RandomKey, uniform } from "../../lib/random/randomKey";

/** Engines present in every installation, and TensorFlow where it has been set up. */
export const engines: readonly string[] = ["cpu", "wasm", "onnx", ...(hasTensorflow() ? ["tensorflow"] : [])];

function hasTensorflow(): boolean {
  try {
    findTensorflow("cpu");
    return true;
  } catch {
    return false;
  }
}

/** Whether the engine has the gradients of convolutions (wasm has them only with the library's own kernels). */
export function hasConvGradients(engine: string): boolean {
  if (engine === "wasm") registerWasmKernels();
  return engine === "tensorflow" || Boolean(tf.getKernel("Conv2DBackpropFilter", engine));
}

export async function useEngine(name: string): Promise<void> {
  muteGreeting();
  if (name === "wasm") registerWasmKernels();
  if (name === "onnx" && !tf.findBackendFactory("onnx")) await onnxEngine.load();
  if (name === "tensorflow") await tfjsNodeEngine.load();
  await tf.setBackend(name);
  await tf.ready();
}

/** Runs `body` and fails if it leaves tensors behind, or frees some of others. */
export function expectNoLeak(body: () => void): void {
  const before = tf.memory().numTensors;
  const stored = tf.engine().backend.numDataIds();
  body();
  expect(tf.memory().numTensors - before, "tensors left behind").toBe(0);
  expect(tf.engine().backend.numDataIds() - stored, "buffers left behind").toBe(0);
}

/** Every value within `tolerance` times the largest absolute expected value. */
export function expectClose(
  actual: tf.Tensor | ArrayLike<number>,
  expected: tf.Tensor | ArrayLike<number>,
  tolerance = 2e-4,
): void {
  const [a, e] = [actual, expected].map((v) => Array.from(v instanceof tf.Tensor ? v.dataSync() : v)) as [
    number[],
    number[],
  ];
  expect(a.length).toBe(e.length);
  const largest = e.reduce((most, v) => Math.max(most, Math.abs(v)), 1e-30);
  let worst = 0;
  let at = 0;
  for (const [i, value] of a.entries()) {
    const distance = Math.abs(value - (e[i] as number));
    if (distance > worst || Number.isNaN(distance)) [worst, at] = [distance, i];
    if (Number.isNaN(distance)) break;
  }
  expect(worst / largest, `entry ${at}: got ${a[at]}, expected ${e[at]}`).toBeLessThanOrEqual(tolerance);
}

/** Standard normal numbers in the given shape. */
export function normals<T extends tf.Tensor>(key: RandomKey, shape: number[]): T {
  return tf.tensor(
    normal(
      key,
      shape.reduce((a, b) => a * b, 1),
    ),
    shape,
  ) as T;
}

/** Uniform numbers in [0, 1) in the given shape. */
export function uniforms<T extends tf.Tensor>(key: RandomKey, shape: number[]): T {
  return tf.tensor(
    uniform(
      key,
      shape.reduce((a, b) => a * b, 1),
    ),
    shape,
  ) as T;
}

/**
 * Central differences of a scalar function with respect to some entries of `x`, against its gradient.
 * The step suits float32: the error of a difference is about `1e-7 · |f| / step`.
 */
export function expectGradient(
  f: (x: tf.Tensor) => tf.Tensor,
  x: tf.Tensor,
  { step = 1e-2, tolerance = 2e-2, entries = 12 } = {},
): void {
  tf.tidy(() => {
    const gradient = Array.from(
      tf
        .grad((v) => tf.sum(f(v)))(x)
        .dataSync(),
    );
    const values = x.dataSync();
    const stride = Math.max(1, Math.floor(values.length / entries));
    const largest = gradient.reduce((most, v) => Math.max(most, Math.abs(v)), 1e-3);
    for (let i = 0; i < values.length; i += stride) {
      const at = (delta: number) => {
        const moved = Float32Array.from(values);
        moved[i] = (moved[i] as number) + delta;
        return tf.sum(f(tf.tensor(moved, x.shape))).dataSync()[0] as number;
      };
      const difference = (at(step) - at(-step)) / (2 * step);
      expect(Math.abs(difference - (gradient[i] as number)) / largest, `entry ${i}`).toBeLessThan(tolerance);
    }
  });
}
