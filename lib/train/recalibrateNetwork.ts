import { type PlainBatch, statisticsOver } from "../loop/batchTensors";
import type { NetworkPass, Trainable } from "../network/trainable";

/**
 * Puts statistics taken anew over some batches (`recalibratedStatistics`) in place of a network's running ones, which
 * lag behind its weights. Weights stay as they are.
 */
export async function recalibrateNetwork(
  network: Trainable,
  batches: AsyncIterable<PlainBatch>,
  how: Pick<NetworkPass, "edeT" | "binaryWeights">,
): Promise<void> {
  const statistics = await statisticsOver(batches, network, (images, collect) =>
    network.outputs(images, { ...how, training: true, collect }),
  );
  network.statistics.restore(statistics);
}
