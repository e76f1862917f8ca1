import * as tf from "@tensorflow/tfjs-core";
import type { OnnxBackend } from "tfjs-onnxruntime";

/**
 * Frees the memory of compiled graphs, where the engine compiles them: some 200 MB a network whose steps have 64 images.
 * For a process that trains many networks one after the other.
 */
export function forgetGraphs(): void {
  const backend = tf.backend() as unknown as Partial<OnnxBackend>;
  backend.forgetPrograms?.();
}
