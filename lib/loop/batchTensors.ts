import { tf } from "../backend";

/** One batch on the engine: `images` `[batch, height, width, channels]`, `labels` `[batch]` int32. */
export interface TensorBatch {
  readonly images: tf.Tensor4D;
  readonly labels: tf.Tensor1D;
}

/** A batch as plain arrays, as `lib/data` gives it. */
export interface PlainBatch {
  readonly images: Float32Array;
  readonly labels: Int32Array;
}

/** Puts a plain batch on the engine; the caller frees both tensors. */
export function toTensors(batch: PlainBatch, imageSize: number, channels: number): TensorBatch {
  const count = batch.labels.length;
  return {
    images: tf.tensor4d(batch.images, [count, imageSize, imageSize, channels]),
    labels: tf.tensor1d(batch.labels, "int32"),
  };
}

/** Images whose largest logit is that of their label. */
export function countCorrect(logits: tf.Tensor2D, labels: tf.Tensor1D): tf.Scalar {
  return tf.tidy(() => tf.sum(tf.cast(tf.equal(tf.argMax(logits, -1), labels), "float32")) as tf.Scalar);
}
