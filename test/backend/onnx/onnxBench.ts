import "@tensorflow/tfjs-backend-cpu";
import { expect } from "vitest";
import { tf } from "../../../lib/backend";
import { muteGreeting } from "../../../lib/backend/cpuEngine";
import { registerFusedKernels } from "../../../lib/backend/fused/registerFusedKernels";
import { fold, normal, type RandomKey, randomKey, uniform } from "../../../lib/random/randomKey";
import type { OnnxBackend } from "../../../packages/tfjs-onnxruntime/src/onnxBackend";
import { type OnnxSettings, registerOnnx } from "../../../packages/tfjs-onnxruntime/src/startOnnx";

export const testSettings: OnnxSettings = {
  provider: (process.env["BARS_TEST_PROVIDER"] ?? "cpu") as "cpu",
  threads: 1,
  optimization: "disabled",
  poolBytes: 2 ** 24,
  maxPending: 100_000,
  maxPrograms: 8,
  keptBytes: 2 ** 28,
  thread: false,
  staged: process.env["BARS_TEST_STAGED"] === "1",
};

/** Registers the back end for a test file, in the place of another file's, and selects it. */
export async function startOnnx(overrides: Partial<OnnxSettings> = {}, name = "onnx"): Promise<OnnxBackend> {
  if (tf.findBackendFactory(name)) {
    tf.removeBackend(name);
    for (const { kernelName } of tf.getKernelsForBackend(name)) tf.unregisterKernel(kernelName, name);
  }
  const { backend } = await registerOnnx(name, { ...testSettings, ...overrides });
  registerFusedKernels(name);
  muteGreeting();
  await tf.setBackend(name);
  return backend;
}

/** Standard normal numbers by name, the same for every call with a key. */
export const drawnBy =
  (key: RandomKey) =>
  (name: string, ...shape: number[]): tf.Tensor =>
    tf.tensor(
      normal(
        fold(key, name),
        shape.reduce((a, b) => a * b, 1),
      ),
      shape,
    );

/** Makes the inputs of a case; equal calls give equal numbers on every back end. */
export interface Inputs {
  /** Standard normal. */
  normals(...shape: number[]): tf.Tensor;
  /** Uniform in (0.1, 1.1). */
  positives(...shape: number[]): tf.Tensor;
  /** Uniform integers in [0, below). */
  integers(below: number, ...shape: number[]): tf.Tensor;
  /** Truth values. */
  truths(...shape: number[]): tf.Tensor;
}

function inputsOf(): Inputs {
  let count = 0;
  const size = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);
  const key = () => fold(randomKey(0), count++);
  return {
    normals: (...shape) => tf.tensor(normal(key(), size(shape)), shape),
    positives: (...shape) =>
      tf.tensor(
        uniform(key(), size(shape)).map((u) => u + 0.1),
        shape,
      ),
    integers: (below, ...shape) =>
      tf.tensor(
        Int32Array.from(uniform(key(), size(shape)), (u) => Math.floor(u * below)),
        shape,
        "int32",
      ),
    truths: (...shape) =>
      tf.tensor(
        Uint8Array.from(uniform(key(), size(shape)), (u) => Number(u < 0.5)),
        shape,
        "bool",
      ),
  };
}

export type Case = (inputs: Inputs) => tf.Tensor | tf.Tensor[];

interface Outcome {
  readonly shape: number[];
  readonly dtype: string;
  readonly values: number[];
}

async function outcomes(backend: string, run: Case): Promise<Outcome[]> {
  await tf.setBackend(backend);
  return tf.tidy(() =>
    [run(inputsOf())].flat().map((result) => ({
      shape: result.shape,
      dtype: result.dtype,
      values: Array.from(result.dataSync()),
    })),
  );
}

/**
 * Computes a case on the cpu back end and on onnx and compares: shapes and types exactly, numbers within `tolerance`
 * of the largest (float32) or exactly (all else).
 */
export async function expectParity(run: Case, tolerance = 2e-6): Promise<void> {
  const expected = await outcomes("cpu", run);
  const got = await outcomes("onnx", run);
  expect(got.length).toBe(expected.length);
  for (const [i, result] of got.entries()) compare(result, expected[i] as Outcome, tolerance, `result ${i}`);
}

function compare(result: Outcome, reference: Outcome, tolerance: number, place: string): void {
  const { values, ...kind } = reference;
  expect({ shape: result.shape, dtype: result.dtype }, place).toEqual(kind);
  if (result.dtype !== "float32") {
    expect(result.values, place).toEqual(values);
    return;
  }
  const scale = values.reduce((most, v) => (Number.isFinite(v) ? Math.max(most, Math.abs(v)) : most), 1e-3);
  for (const [k, value] of values.entries()) {
    const own = result.values[k] as number;
    const where = `${place}, entry ${k}: got ${own}, expected ${value}`;
    if (Number.isFinite(value)) expect(Math.abs(own - value) / scale, where).toBeLessThan(tolerance);
    else expect(own, where).toEqual(value);
  }
}
