import { tf } from "../backend";
import type { BatchStatistics } from "../operations/runningStatistics";
import { type PlainBatch, toTensors } from "../run/batchTensors";
import type { AlphaTensors } from "../supernet/alphaVariables";
import type { ForwardOptions, Supernet } from "../supernet/supernet";

/**
 * Statistics of every batch norm of one architecture: the means, over some batches, of the batches' mean and
 * variance. A supernet's own running statistics are those of its mixture; a single architecture inside it has
 * others, and measured with the wrong ones it looks far worse than it is (Guo et al. 2020, arXiv:1904.00420).
 *
 * By `<name>.mean` and `<name>.variance`; the caller frees them.
 */
export async function recalibratedStatistics(
  supernet: Supernet,
  weights: AlphaTensors,
  batches: AsyncIterable<PlainBatch>,
  options: Pick<ForwardOptions, "edeT" | "active">,
): Promise<Map<string, tf.Tensor>> {
  const { imageSize, imageChannels } = supernet.space;
  const sums = new Map<string, tf.Tensor>();
  const add = (name: string, value: tf.Tensor) => {
    const old = sums.get(name);
    sums.set(name, old ? tf.tidy(() => tf.keep(tf.add(old, value))) : tf.keep(value.clone()));
    tf.dispose([value, ...(old ? [old] : [])]);
  };
  let count = 0;
  for await (const plain of batches) {
    const collect: BatchStatistics = new Map();
    tf.tidy(() => {
      const { images } = toTensors(plain, imageSize, imageChannels);
      supernet.logits(images, weights, { ...options, collect });
    });
    for (const [name, { mean, variance }] of collect) {
      add(`${name}.mean`, mean);
      add(`${name}.variance`, variance);
    }
    count += 1;
  }
  for (const [name, sum] of sums) {
    sums.set(
      name,
      tf.tidy(() => tf.keep(tf.div(sum, count))),
    );
    sum.dispose();
  }
  return sums;
}
