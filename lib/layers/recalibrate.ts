import { tf } from "../backend";
import type { StoredTensor } from "../util/tensorFile";
import type { BatchStatistics } from "./runningStatistics";

/** Of one batch norm, over the images seen so far, per channel. */
interface Pool {
  images: number;
  readonly mean: Float64Array;
  /** Sum of squared distances from the mean, divided by the positions of one image. */
  readonly squares: Float64Array;
}

/**
 * Takes the statistics of batch norms anew: those of all images of some batches together, weights as they are. The one
 * meaning of "recalibrated" in the library: searches, derivation, evolution, training and ablation all use it.
 *
 * With `n_b` images in batch `b`, `m_b` and `v_b` its mean and biased variance and `N = Σ n_b`:
 *
 * `mean = Σ n_b m_b / N`, `variance = Σ n_b v_b / N + Σ n_b (m_b − mean)² / N`
 *
 * (law of total variance, summed batch by batch as Chan et al. do, in double precision). For a batch norm that no
 * other one precedes this is exactly the mean and biased variance over all the images; a later one sees what the
 * earlier ones make of it with each batch's own statistics.
 *
 * Statistics of a mixture, or that lag behind the weights, make a network look far worse than it is (Guo et al. 2020,
 * arXiv:1904.00420).
 *
 * @param run one forward pass in which batch norms use the statistics of the batch and hand them to `collect`; what
 * it makes besides is freed.
 * @returns `<name>.mean` and `<name>.variance` of every batch norm, `[channels]`.
 *
 * References:
 * - Wu & Johnson 2021, arXiv:2105.07576, section 3 ("PreciseBN")
 * - Chan, Golub & LeVeque 1979, "Updating formulae and a pairwise algorithm for computing sample variances"
 */
export async function recalibratedStatistics<Batch extends { readonly labels: ArrayLike<unknown> }>(
  batches: AsyncIterable<Batch>,
  run: (batch: Batch, collect: BatchStatistics) => unknown,
): Promise<Map<string, StoredTensor>> {
  const pools = new Map<string, Pool>();
  for await (const batch of batches) {
    const collect: BatchStatistics = new Map();
    try {
      tf.tidy(() => {
        run(batch, collect);
      });
      await addBatch(pools, collect, batch.labels.length);
    } finally {
      for (const { mean, variance } of collect.values()) tf.dispose([mean, variance]);
    }
  }
  const statistics = new Map<string, StoredTensor>();
  for (const [name, { images, mean, squares }] of pools) {
    const shape = [mean.length];
    statistics.set(`${name}.mean`, { shape, values: Float32Array.from(mean) });
    statistics.set(`${name}.variance`, { shape, values: Float32Array.from(squares, (sum) => sum / images) });
  }
  return statistics;
}

/** Adds the statistics of one batch. */
async function addBatch(pools: Map<string, Pool>, batch: BatchStatistics, images: number): Promise<void> {
  const entries = [...batch];
  if (entries.length === 0) return;
  // All side by side in one vector: one reading, however many batch norms there are.
  const side = tf.tidy(() => tf.concat(entries.flatMap(([, { mean, variance }]) => [mean, variance])));
  const values = await side.data();
  side.dispose();
  let at = 0;
  for (const [name, { mean }] of entries) {
    const channels = mean.size;
    const pool = pools.get(name) ?? {
      images: 0,
      mean: new Float64Array(channels),
      squares: new Float64Array(channels),
    };
    pools.set(name, pool);
    const all = pool.images + images;
    for (let c = 0; c < channels; c++) {
      const distance = (values[at + c] as number) - (pool.mean[c] as number);
      pool.mean[c] = (pool.mean[c] as number) + (distance * images) / all;
      pool.squares[c] =
        (pool.squares[c] as number) +
        images * (values[at + channels + c] as number) +
        (distance * distance * pool.images * images) / all;
    }
    pool.images = all;
    at += 2 * channels;
  }
}
