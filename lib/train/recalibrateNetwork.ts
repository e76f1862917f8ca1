import { tf } from "../backend";
import type { NetworkPass, Trainable } from "../network/trainable";
import { type PlainBatch, toTensors } from "../run/batchTensors";
import type { StoredTensor } from "../util/tensorFile";

interface Sums {
  mean: Float64Array;
  square: Float64Array;
}

/**
 * Takes the statistics of a network's batch norms anew, weights as they are, in place of the running ones, which lag
 * behind the weights: over all batches, `mean = E[m_b]` and `variance = E[v_b + m_b²] − E[m_b]²` with `m_b`, `v_b`
 * the mean and biased variance of one batch. With batches of equal size these are those of all images together,
 * but for what earlier layers' own batch statistics change.
 *
 * Reference: Wu & Johnson 2021, arXiv:2105.07576, section 3 ("PreciseBN").
 */
export async function recalibrateNetwork(
  network: Trainable,
  batches: AsyncIterable<PlainBatch>,
  how: Pick<NetworkPass, "edeT" | "binaryWeights">,
): Promise<void> {
  const sums = new Map<string, Sums>();
  let count = 0;
  for await (const batch of batches) {
    const collect = network.statistics.collector();
    tf.tidy(() => {
      const { images } = toTensors(batch, network.imageSize, network.imageChannels);
      network.outputs(images, { ...how, training: true, collect });
    });
    for (const [name, { mean, variance }] of collect) {
      const [means, variances] = await Promise.all([mean.data(), variance.data()]);
      tf.dispose([mean, variance]);
      const channels = means.length;
      const sum = sums.get(name) ?? { mean: new Float64Array(channels), square: new Float64Array(channels) };
      sums.set(name, sum);
      for (let c = 0; c < channels; c++) {
        const m = means[c] as number;
        sum.mean[c] = (sum.mean[c] as number) + m;
        sum.square[c] = (sum.square[c] as number) + (variances[c] as number) + m * m;
      }
    }
    count += 1;
  }
  const stored = new Map<string, StoredTensor>();
  for (const [name, { mean, square }] of sums) {
    const means = mean.map((value) => value / count);
    const variances = square.map((value, c) => Math.max(0, value / count - (means[c] as number) ** 2));
    stored.set(`${name}.mean`, { shape: [means.length], values: Float32Array.from(means) });
    stored.set(`${name}.variance`, { shape: [means.length], values: Float32Array.from(variances) });
  }
  network.statistics.restore(stored);
}
