import { tf } from "../backend";
import { type PlainBatch, statisticsOver } from "../loop/batchTensors";
import type { AlphaTensors } from "../supernet/alphaVariables";
import type { ForwardOptions, Supernet } from "../supernet/supernet";

/**
 * Statistics of every batch norm of one architecture, or mixture, inside a supernet, taken anew over some batches
 * (`recalibratedStatistics`). A supernet's own running statistics are those of its mixture.
 *
 * By `<name>.mean` and `<name>.variance`; the caller frees them.
 */
export async function supernetStatistics(
  supernet: Supernet,
  weights: AlphaTensors,
  batches: AsyncIterable<PlainBatch>,
  options: Pick<ForwardOptions, "edeT" | "active">,
): Promise<Map<string, tf.Tensor>> {
  const stored = await statisticsOver(batches, supernet.space, (images, collect) =>
    supernet.logits(images, weights, { ...options, collect }),
  );
  return new Map(
    [...stored].map(([name, { shape, values }]) => [
      name,
      tf.tidy(() => tf.keep(tf.tensor(values, [...shape]))),
    ]),
  );
}
