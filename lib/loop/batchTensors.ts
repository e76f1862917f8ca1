import { tf } from "../backend";
import type { EpochOptions } from "../data/epochBatches";
import type { LoadedData } from "../data/loadData";
import type { Mix } from "../data/runPlans";
import { recalibratedStatistics } from "../layers/recalibrate";
import type { BatchStatistics } from "../layers/runningStatistics";

/** One batch on the engine: `images` `[batch, height, width, channels]`, `labels` `[batch]` int32. */
export interface TensorBatch {
  readonly images: tf.Tensor4D;
  readonly labels: tf.Tensor1D;
  /** Where images were mixed: the labels of what was mixed in, and the share that is the image's own. */
  readonly mix?: { readonly labels: tf.Tensor1D; readonly share: tf.Scalar };
}

/** A batch as plain arrays, as `lib/data` gives it. */
export interface PlainBatch {
  readonly images: Float32Array;
  readonly labels: Int32Array;
  readonly mix?: Mix;
}

/**
 * The loss of a batch by its labels; of mixed images `λ loss(y) + (1 − λ) loss(y')`. Inside a tidy.
 * @param loss of the batch by some labels, the mean over its images.
 */
export function mixedLoss(batch: TensorBatch, loss: (labels: tf.Tensor1D) => tf.Scalar): tf.Scalar {
  const { labels, mix } = batch;
  if (!mix) return loss(labels);
  const rest = tf.sub(1, mix.share);
  return tf.add(tf.mul(loss(labels), mix.share), tf.mul(loss(mix.labels), rest)) as tf.Scalar;
}

/** Everything of a batch. */
export function tensorsOf({ images, labels, mix }: TensorBatch): tf.Tensor[] {
  return [images, labels, ...(mix ? [mix.labels, mix.share] : [])];
}

/** Frees a batch. */
export function disposeBatch(batch: TensorBatch): void {
  tf.dispose(tensorsOf(batch));
}

/** Puts a plain batch on the engine; the caller frees both tensors. */
export function toTensors(batch: PlainBatch, imageSize: number, channels: number): TensorBatch {
  const count = batch.labels.length;
  const { mix } = batch;
  return {
    images: tf.tensor4d(batch.images, [count, imageSize, imageSize, channels]),
    labels: tf.tensor1d(batch.labels, "int32"),
    ...(mix ? { mix: { labels: tf.tensor1d(mix.labels, "int32"), share: tf.scalar(mix.share) } } : {}),
  };
}

/** A batch with images of zeros, of class 0, after its own, so that there are `count`. */
export function filledUp(batch: PlainBatch, count: number): PlainBatch {
  const own = batch.labels.length;
  if (own >= count) return batch;
  const images = new Float32Array((batch.images.length / own) * count);
  images.set(batch.images);
  const labels = new Int32Array(count);
  labels.set(batch.labels);
  return { images, labels };
}

/** Images whose largest logit is that of their label. */
export function countCorrect(logits: tf.Tensor2D, labels: tf.Tensor1D): tf.Scalar {
  return tf.tidy(() => tf.sum(tf.cast(tf.equal(tf.argMax(logits, -1), labels), "float32")) as tf.Scalar);
}

/** Settings of the batches that train: augmented, in whole batches. */
export function trainingBatches(
  config: { readonly batchSize: number; readonly data: { readonly augment: EpochOptions["augment"] } },
  { train, info }: Pick<LoadedData, "train" | "info">,
  indices: Uint32Array,
): Omit<EpochOptions, "key"> {
  const { mean, std } = info;
  return {
    set: train,
    indices,
    batchSize: config.batchSize,
    augment: config.data.augment,
    mean,
    std,
    dropLast: true,
  };
}

/**
 * Statistics of every batch norm, taken anew over some batches (`recalibratedStatistics`).
 * @param pass runs what is measured on the images of a batch.
 */
export function statisticsOver(
  batches: AsyncIterable<PlainBatch>,
  form: { readonly imageSize: number; readonly imageChannels: number },
  pass: (images: tf.Tensor4D, collect: BatchStatistics) => unknown,
): ReturnType<typeof recalibratedStatistics> {
  return recalibratedStatistics(batches, (plain, collect) => {
    pass(toTensors(plain, form.imageSize, form.imageChannels).images, collect);
  });
}
