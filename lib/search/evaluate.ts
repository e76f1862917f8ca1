import { freeze, softmaxCrossEntropy, tf } from "../backend";
import { countCorrect, type PlainBatch, toTensors } from "../loop/batchTensors";
import type { AlphaTensors } from "../supernet/alphaVariables";
import type { ForwardOptions, Supernet } from "../supernet/supernet";

/** Mean cross entropy, and share of images classified correctly. */
export interface Evaluation {
  readonly loss: number;
  readonly accuracy: number;
  readonly images: number;
}

/**
 * Runs the supernet with fixed mixture weights over batches. Batch norm uses `options.statistics`
 * (`supernetStatistics`), without them those of each evaluated batch: the supernet's weights serve many
 * architectures, whose statistics differ. With given statistics the supernet is frozen (`freeze`).
 */
export async function evaluate(
  supernet: Supernet,
  weights: AlphaTensors,
  batches: AsyncIterable<PlainBatch>,
  options: Pick<ForwardOptions, "edeT" | "active" | "statistics">,
): Promise<Evaluation> {
  const { imageSize, imageChannels } = supernet.space;
  let loss = 0;
  let correct = 0;
  let images = 0;
  const logitsOf = (x: tf.Tensor4D) => supernet.logits(x, weights, options);
  const frozen = options.statistics ? freeze(logitsOf) : null;
  try {
    for await (const plain of batches) {
      const count = plain.labels.length;
      const [batchLoss, batchCorrect] = tf.tidy(() => {
        const batch = toTensors(plain, imageSize, imageChannels);
        const logits = frozen ? frozen.run(batch.images) : logitsOf(batch.images);
        return [softmaxCrossEntropy(logits, batch.labels, 0), countCorrect(logits, batch.labels)] as const;
      });
      loss += ((await batchLoss.data())[0] as number) * count;
      correct += (await batchCorrect.data())[0] as number;
      images += count;
      tf.dispose([batchLoss, batchCorrect]);
    }
  } finally {
    frozen?.dispose();
  }
  return { loss: loss / images, accuracy: correct / images, images };
}
