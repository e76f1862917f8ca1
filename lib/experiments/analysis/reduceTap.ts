import type { TapKind } from "../../analysis/analysisRecord";
import { drawUnits } from "../../analysis/tapSums";
import { tf } from "../../backend";
import type { AnalysisConfig } from "../../config/analysisConfig";
import type { TensorBatch } from "../../loop/batchTensors";
import { fold, integers, type RandomKey } from "../../random/randomKey";

/** What the reduction of one tap depends on. */
export interface ReduceSettings {
  readonly kind: TapKind;
  readonly classes: number;
  readonly config: Pick<AnalysisConfig, "bits" | "subsets">;
  /** Half-width of the window in which the sign passes gradients. */
  readonly window: number;
  /** Of the tap: decides its codes. */
  readonly tapKey: RandomKey;
  /** Of the tap and the batch: decides its pixels. */
  readonly batchKey: RandomKey;
}

/**
 * The tensors that `TapSums` adds up, made of one tapped tensor `[batch, height, width, channels]` or
 * `[batch, features]` on the engine, so that only they are read out.
 */
export function reduceTap(
  tensor: tf.Tensor,
  batch: TensorBatch,
  settings: ReduceSettings,
): Record<string, tf.Tensor> {
  const { kind, classes, config, window, tapKey, batchKey } = settings;
  const [images, ...shape] = tensor.shape as [number, ...number[]];
  const channels = shape.at(-1) as number;
  const pixels = shape.length === 3 ? (shape[0] as number) * (shape[1] as number) : 1;
  const parts: Record<string, tf.Tensor> = {};
  if (shape.length === 3) {
    parts["pooled"] = tf.mean(tensor, [1, 2]);
    const places = integers(batchKey, images, pixels);
    const rows = Int32Array.from(places, (pixel, image) => image * pixels + pixel);
    parts["local"] = tf.gather(tf.reshape(tensor, [images * pixels, channels]), tf.tensor1d(rows, "int32"));
  } else {
    parts["pooled"] = tensor;
  }
  if (kind === "presign") {
    parts["zeroed"] = tf.mean(tf.cast(tf.greater(tf.abs(tensor), window), "float32"));
  }
  if (kind === "bits") {
    const flat = tf.reshape(tensor, [images, pixels * channels]) as tf.Tensor2D;
    const ofClass = tf.cast(tf.oneHot(batch.labels, classes), "float32") as tf.Tensor2D;
    parts["classSums"] = tf.matMul(ofClass, flat, true, false);
    const units = drawUnits(pixels * channels, config, fold(tapKey, "units"));
    if (units) parts["units"] = tf.gather(flat, tf.tensor1d(units, "int32"), 1);
  }
  return parts;
}
