import * as tf from "@tensorflow/tfjs-core";

/**
 * Whether the running engine compiles whole steps, each new structure once. Leaving operations out then changes the
 * structure and costs a compilation, more than computing them and multiplying by 0.
 */
export function compilesSteps(): boolean {
  return tf.getBackend() === "onnx";
}
