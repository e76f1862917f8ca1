import * as tf from "@tensorflow/tfjs-core";

/**
 * Whether the running engine compiles whole steps, each new structure once. Leaving operations out then changes the
 * structure and costs a compilation, more than computing them and multiplying by 0.
 */
export function compilesSteps(): boolean {
  return tf.getBackend() === "onnx";
}

/** Whether steps become programs of stages, where they have nothing that stages do not compute. */
export function runsStages(): boolean {
  return compilesSteps() && (tf.backend() as { readonly runsStages?: boolean }).runsStages === true;
}

/**
 * Whether the compiled steps run only the branches whose gates are open. On graphics cards all is computed, so that what stands in
 * the graph more than once costs as often.
 */
export function runsBranches(): boolean {
  return compilesSteps() && (tf.backend() as { readonly runsBranches?: boolean }).runsBranches === true;
}
