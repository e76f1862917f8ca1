import { freeze, tf } from "../backend";
import { filledUp, type PlainBatch, toTensors } from "../loop/batchTensors";
import type { NetworkPass, Trainable } from "../network/trainable";
import type { Measurement } from "../records/trainRecord";

/** What a network says of each of some images, in their order. */
export interface Predictions {
  /** 1 where the largest logit is the label's (the first of equals), else 0. */
  readonly correct: Uint8Array;
  /** 1 where fewer than five logits are larger than the label's; of networks with more than ten classes, else left out. */
  readonly topFive?: Uint8Array;
  /** Cross entropy with the label, in nats. */
  readonly losses: Float64Array;
}

/**
 * Runs a network over images with its stored batch-norm statistics, frozen (`freeze`): its kernels are binarized once. A last
 * batch of fewer images than the first is filled up, so that all run as one graph.
 */
export async function evaluateNetwork(
  network: Trainable,
  batches: AsyncIterable<PlainBatch>,
  how: Pick<NetworkPass, "edeT" | "binaryWeights">,
): Promise<Predictions> {
  const { imageSize, imageChannels, classes } = network;
  const correct: number[] = [];
  const topFive: number[] = [];
  const losses: number[] = [];
  const frozen = freeze((images: tf.Tensor4D) => network.outputs(images, { ...how, training: false }).logits);
  let rows = 0;
  try {
    for await (const batch of batches) {
      rows = Math.max(rows, batch.labels.length);
      const logits = tf.tidy(() =>
        frozen.run(toTensors(filledUp(batch, rows), imageSize, imageChannels).images),
      );
      const values = (await logits.data()) as Float32Array;
      logits.dispose();
      for (const [i, label] of batch.labels.entries()) {
        const row = values.subarray(i * classes, (i + 1) * classes);
        correct.push(argMax(row) === label ? 1 : 0);
        topFive.push(largerThan(row, label) < 5 ? 1 : 0);
        losses.push(logSumExp(row) - (row[label] as number));
      }
    }
  } finally {
    frozen.dispose();
  }
  return {
    correct: Uint8Array.from(correct),
    ...(classes > 10 ? { topFive: Uint8Array.from(topFive) } : {}),
    losses: Float64Array.from(losses),
  };
}

/** Accuracy and mean loss over all predictions, or over those at some places. */
export function accuracyOf(
  { correct, losses }: Predictions,
  places?: ArrayLike<number>,
): Measurement & { readonly correct: number } {
  const chosen = places ?? Array.from(correct, (_, i) => i);
  let right = 0;
  let loss = 0;
  for (let k = 0; k < chosen.length; k++) {
    right += correct[chosen[k] as number] as number;
    loss += losses[chosen[k] as number] as number;
  }
  const images = chosen.length;
  return { images, correct: right, accuracy: right / images, loss: loss / images };
}

/** How many entries are larger than the label's, or as large and before it. */
function largerThan(row: Float32Array, label: number): number {
  const own = row[label] as number;
  let larger = 0;
  for (let k = 0; k < row.length; k++) {
    const other = row[k] as number;
    if (other > own || (other === own && k < label)) larger += 1;
  }
  return larger;
}

function argMax(row: Float32Array): number {
  let best = 0;
  for (let k = 1; k < row.length; k++) if ((row[k] as number) > (row[best] as number)) best = k;
  return best;
}

function logSumExp(row: Float32Array): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (const value of row) largest = Math.max(largest, value);
  let sum = 0;
  for (const value of row) sum += Math.exp(value - largest);
  return largest + Math.log(sum);
}
