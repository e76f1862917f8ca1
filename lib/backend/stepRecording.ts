import * as tf from "@tensorflow/tfjs-core";
import { isSameRecording, type OnnxBackend, type Recording } from "tfjs-onnxruntime";

export type StepRecording = Recording;
export const isSameStep = isSameRecording;

/** The running engine where it can run a recorded step again. */
function recorder(): OnnxBackend | undefined {
  const backend = tf.backend() as unknown as Partial<OnnxBackend>;
  return typeof backend.replay === "function" ? (backend as OnnxBackend) : undefined;
}

/** Whether the running engine can run a recorded step again. */
export const recordsSteps = (): boolean => recorder() !== undefined;

/**
 * Calls `body`, which must read no value, and records it.
 *
 * @param given the tensors it reads that change from call to call.
 * @returns what it gives, and the recording, or why there is none.
 */
export function recordStep(
  given: readonly tf.Tensor[],
  body: () => tf.Tensor[],
): { readonly results: tf.Tensor[]; readonly recording: StepRecording | string } {
  const engine = recorder() as OnnxBackend;
  engine.beginRecording();
  try {
    const results = body();
    return { results, recording: engine.endRecording(given, results) };
  } catch (error) {
    engine.abandonRecording();
    throw error;
  }
}

/** Runs a recorded step without calling it; undefined where the recording no longer holds. See {@link OnnxBackend}. */
export function replayStep(
  recording: StepRecording,
  given: readonly tf.Tensor[],
  fresh: (array: unknown) => Float32Array | Int32Array | undefined,
): tf.Tensor[] | undefined {
  const made = recorder()?.replay(recording, given, fresh);
  return made?.map((info) => tf.engine().makeTensorFromTensorInfo(info) as unknown as tf.Tensor);
}

/** Hands what is recorded to the engine at once, where it would wait for a value to be read. */
export function computePending(): void {
  (tf.backend() as unknown as Partial<OnnxBackend>).flush?.();
}
