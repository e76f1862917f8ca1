import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-wasm";
import { expect } from "vitest";
import { tf } from "../../lib/backend";
import { registerCpuKernels } from "../../lib/backend/cpu/registerCpuKernels";
import { muteGreeting } from "../../lib/backend/cpuEngine";
import { registerWasmKernels } from "../../lib/backend/wasm/registerWasmKernels";
import { fold, integers, normal, randomKey } from "../../lib/random/randomKey";
import { expectNoLeak } from "../helpers/expectNoLeak";

const key = randomKey(0);
export type Plain = { readonly shape: number[]; readonly values: Float32Array };
export type Compute = (...inputs: tf.Tensor[]) => tf.Tensor;

/** Normal numbers, made outside of any engine so that both engines get the same. */
export function plain(label: string, shape: number[]): Plain {
  return { shape, values: normal(fold(key, label), tf.util.sizeFromShape(shape)) };
}

/** Like {@link plain}, but of few distinct values, so that windows hold ties. */
export function coarse(label: string, shape: number[]): Plain {
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
export async function expectParity(
  inputs: readonly Plain[],
  compute: Compute,
  tolerance = 1e-4,
): Promise<void> {
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
export function gradientOf(index: number, op: Compute): Compute {
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

export async function expectGradientParity(
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

/** Starts both engines, with the library's kernels. */
export async function startBothEngines(): Promise<void> {
  muteGreeting();
  registerCpuKernels();
  registerWasmKernels();
  await tf.setBackend("wasm");
}
