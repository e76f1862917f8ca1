import { freeze, tf } from "../backend";
import { sequentialBatches } from "../data/sequentialBatches";
import { type PlainBatch, toTensors } from "../loop/batchTensors";
import type { Trainable } from "../network/trainable";
import { openPacked } from "../packed/openPacked";
import type { PackedModel } from "../packed/packedModel";
import { fold, normal, randomKey } from "../random/randomKey";
import { loadTrainingData } from "../train/trainContext";
import { trainedNetwork } from "../train/trainedNetwork";
import { ConfigError, RecordError } from "../util/errors";
import { type Progress, silentProgress } from "../util/progress";

/** How a packed model compares with the float network it was made from. */
export interface PackedComparison {
  /** Images both were run on. */
  readonly images: number;
  /** "test": of the training. "drawn": normal noise from a fixed key. */
  readonly of: "test" | "drawn";
  /** Images of which both say the same class. */
  readonly same: number;
  /** Largest difference of a logit. */
  readonly largestDifference: number;
  /** Largest logit of the float network, without its sign. */
  readonly largestLogit: number;
  /** Shares of right answers, of test images: of the packed model, and of the float network. */
  readonly accuracy: { readonly packed: number; readonly float: number } | null;
}

export interface VerifyOptions {
  readonly checkpoint?: "last" | "best" | number;
  /** "test": of the training, found as for it. "drawn" (the default): normal noise from a fixed key, which needs no data. */
  readonly of?: "test" | "drawn";
  /** How many; by default 64 drawn ones, or all of the test. */
  readonly images?: number;
  readonly progress?: Progress;
}

/**
 * Compares a packed model with the float network that a training left in its folder, on the engines that would run them: the
 * WebAssembly engine and the tensor engine.
 *
 * Binary layers are exact on both. Real layers add in an order of their own, so logits differ by rounding; where a value that a sign
 * is taken of lies within it of zero, that sign may differ and all behind it, which is rare.
 *
 * @throws RecordError if the folder holds no training, or the model was packed from another one; ConfigError for a number of images
 * that is none; DataError if test images are asked for and cannot be read.
 *
 * @example
 * ```ts
 * const data = { dataset: "synthetic", trainImages: 40, testImages: 20 };
 * const config = bars.trainPresetConfig("smoke", { data, epochs: 1, batchSize: 10, validationShare: 0 });
 * const network = bars.config.baselineConfig({ family: "resnet20", block: "bireal", width: 0.125 });
 * await bars.train(config, { kind: "baseline", name: "small", ...network }, { directory: "runs/small" });
 * const packed = await bars.packed.packTrained("runs/small");
 * const { same, images } = await bars.packed.verifyPacked(packed, "runs/small");
 * console.log(same === images); // true
 * ```
 */
export async function verifyPacked(
  model: PackedModel,
  directory: string,
  options: VerifyOptions = {},
): Promise<PackedComparison> {
  const { checkpoint = "last", of = "drawn", progress = silentProgress } = options;
  const { network, record } = await trainedNetwork(directory, checkpoint);
  try {
    const { configHash } = model.header.provenance;
    if (configHash !== record.configHash)
      throw new RecordError(
        `verifyPacked: the model should be packed from ${directory}, whose training has the hash ${record.configHash.slice(0, 12)}, got ${configHash === null ? "none" : configHash.slice(0, 12)}.`,
      );
    if (of === "drawn")
      return await comparePacked(model, network, drawnBatches(network, checked(options.images ?? 64)), of);
    const { data } = await loadTrainingData(record.config, progress);
    const all = data.test.labels.length;
    const count = Math.min(all, checked(options.images ?? all));
    const { mean, std } = model.header.normalization;
    const indices = Uint32Array.from({ length: count }, (_, i) => i);
    const batches = sequentialBatches({ set: data.test, indices, batchSize: 64, mean, std });
    progress.start("verify", count, "images");
    try {
      return await comparePacked(model, network, batches, of, (done) => progress.update(done));
    } finally {
      progress.stop();
    }
  } finally {
    network.dispose();
  }
}

function checked(images: number): number {
  if (Number.isInteger(images) && images >= 1) return images;
  throw new ConfigError(`verifyPacked: images must be an integer of at least 1, got ${images}.`);
}

/** Batches of normal noise. */
async function* drawnBatches(
  { imageSize, imageChannels }: Trainable,
  count: number,
): AsyncGenerator<PlainBatch> {
  const key = fold(randomKey(0), "verify packed");
  for (let first = 0; first < count; first += 32) {
    const some = Math.min(32, count - first);
    const drawn = normal(fold(key, first), some * imageSize * imageSize * imageChannels);
    yield { images: Float32Array.from(drawn), labels: new Int32Array(some) };
  }
}

/** Runs both over some images. */
async function comparePacked(
  model: PackedModel,
  network: Trainable,
  batches: AsyncIterable<PlainBatch>,
  of: PackedComparison["of"],
  onImages: (done: number) => void = () => {},
): Promise<PackedComparison> {
  const { imageSize, imageChannels, classes } = network;
  const opened = await openPacked(model, { threads: "all" });
  const frozen = freeze((x: tf.Tensor4D) => network.outputs(x, { training: false, edeT: 1 }).logits);
  let [images, same, largestDifference, largestLogit] = [0, 0, 0, 0];
  const right = { packed: 0, float: 0 };
  try {
    for await (const batch of batches) {
      const count = batch.labels.length;
      const logits = tf.tidy(() => frozen.run(toTensors(batch, imageSize, imageChannels).images));
      const float = (await logits.data()) as Float32Array;
      logits.dispose();
      const packed = await opened.logits(batch.images, count);
      for (const [k, value] of float.entries()) {
        largestDifference = Math.max(largestDifference, Math.abs(value - (packed[k] as number)));
        largestLogit = Math.max(largestLogit, Math.abs(value));
      }
      for (const [i, label] of batch.labels.entries()) {
        const [a, b] = [packed, float].map((all) => largestOf(all.subarray(i * classes, (i + 1) * classes)));
        if (a === b) same += 1;
        if (a === label) right.packed += 1;
        if (b === label) right.float += 1;
      }
      images += count;
      onImages(images);
    }
  } finally {
    frozen.dispose();
    opened.dispose();
  }
  const accuracy = of === "test" ? { packed: right.packed / images, float: right.float / images } : null;
  return { images, of, same, largestDifference, largestLogit, accuracy };
}

function largestOf(row: Float32Array): number {
  let best = 0;
  for (let k = 1; k < row.length; k++) if ((row[k] as number) > (row[best] as number)) best = k;
  return best;
}
