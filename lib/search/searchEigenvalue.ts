import { lossGradients, softmaxCrossEntropy, tf } from "../backend";
import { sequentialBatches } from "../data/sequentialBatches";
import { toTensors } from "../loop/batchTensors";
import { fold } from "../random/randomKey";
import { probabilityTensors } from "./draws";
import type { EpochSettings } from "./epochSettings";
import type { SearchContext } from "./searchContext";
import type { SearchState } from "./searchState";
import { dominantEigenvalue } from "./strategies/dominantEigenvalue";

/**
 * The dominant eigenvalue of the Hessian of the cross entropy in the alphas, on the first images of the alpha split,
 * at the probabilities (no noise); null in epochs that do not measure it.
 */
export async function searchEigenvalue(
  context: SearchContext,
  state: SearchState,
  settings: EpochSettings,
): Promise<number | null> {
  const { config, data, split } = context;
  const { eigenvalueEvery, eigenvalueImages, eigenvalueIterations } = config.diagnostics;
  const { epoch } = state.position;
  if (eigenvalueEvery === 0 || (epoch + 1) % eigenvalueEvery !== 0) return null;
  const { mean, std } = data.info;
  const indices = split.alphaSplit.slice(0, eigenvalueImages);
  const variables = Object.values(state.alphas.named());
  const gradient = async () => {
    let sum: tf.Tensor[] | null = null as tf.Tensor[] | null;
    const options = { set: data.train, indices, batchSize: config.batchSize, mean, std, worker: false };
    for await (const plain of sequentialBatches(options)) {
      const share = plain.labels.length / indices.length;
      const before: tf.Tensor[] | null = sum;
      sum = tf.tidy(() => {
        const batch = toTensors(plain, data.train.imageSize, data.train.channels);
        const { gradients } = lossGradients(() => {
          const weights = probabilityTensors(state.alphas, settings.samplers, config.space.steps);
          const logits = state.supernet.logits(batch.images, weights, { edeT: settings.edeT });
          return softmaxCrossEntropy(logits, batch.labels, 0);
        }, variables);
        return variables.map((variable, i) => {
          const own = tf.mul(gradients[i] ?? tf.zerosLike(variable), share);
          return before ? tf.add(before[i] as tf.Tensor, own) : own;
        });
      });
      tf.dispose(before ?? []);
    }
    return sum ?? [];
  };
  const key = fold(fold(context.key, "eigenvalue"), epoch);
  return dominantEigenvalue(variables, gradient, eigenvalueIterations, key);
}
