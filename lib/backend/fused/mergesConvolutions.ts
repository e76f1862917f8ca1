import * as tf from "@tensorflow/tfjs-core";

/**
 * Whether the running engine gains from one convolution with the filters of several, cut apart afterwards. On wasm
 * the wide convolution takes as long as the narrow ones together and the cutting comes on top; TensorFlow fills its
 * matrix kernels better and cuts fast.
 */
export function mergesConvolutions(): boolean {
  return tf.getBackend() === "tensorflow";
}
