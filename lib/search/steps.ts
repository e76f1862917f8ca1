import { lossGradients, softmaxCrossEntropy, tf } from "../backend";
import type { SearchConfig } from "../config/searchConfig";
import type { BatchStatistics } from "../operations/runningStatistics";
import { fold, type RandomKey } from "../random/randomKey";
import { countCorrect, type TensorBatch } from "../run/batchTensors";
import { namedGradients } from "../run/namedGradients";
import type { AlphaTensors, AlphaVariables } from "../supernet/alphaVariables";
import type { ExpectedCost } from "../supernet/expectedCost";
import { sampleWeights } from "../supernet/sampler";
import type { Supernet } from "../supernet/supernet";
import { type EntropyCoefficients, regularisers, type Samplers } from "./alphaObjective";

/** Everything of a search that stays the same during an epoch. */
export interface EpochSettings {
  readonly config: SearchConfig;
  readonly samplers: Samplers;
  readonly entropy: EntropyCoefficients;
  readonly edeT: number;
}

/** Draws the mixture weights of one step. Differentiable in the alphas. */
export function drawWeights(alphas: AlphaTensors, samplers: Samplers, key: RandomKey): AlphaTensors {
  const level = (name: string, sampler: Samplers["cell"]) => (alpha: tf.Tensor | null, i: number) =>
    alpha ? sampleWeights(alpha, sampler, fold(fold(key, name), i)) : null;
  return {
    cells: alphas.cells.map((alpha, i) => sampleWeights(alpha, samplers.cell, fold(fold(key, "cell"), i))),
    depth: alphas.depth.map(level("depth", samplers.depth)),
    width: alphas.width.map(level("width", samplers.width)),
  };
}

/** Gradients by parameter name, the mean loss and the number of correctly classified images. The caller owns them. */
export interface WeightGradients {
  readonly gradients: Record<string, tf.Tensor>;
  readonly loss: tf.Scalar;
  readonly correct: tf.Scalar;
}

/** Gradient of the weight loss (cross entropy with label smoothing) in the supernet's weights, alphas held fixed. */
export function weightGradients(
  supernet: Supernet,
  alphas: AlphaTensors,
  batch: TensorBatch,
  settings: EpochSettings,
  key: RandomKey,
  statistics?: BatchStatistics,
): WeightGradients {
  return tf.tidy(() => {
    const weights = drawWeights(alphas, settings.samplers, key);
    const byName = supernet.parameters.entries();
    let correct: tf.Scalar | undefined;
    const { value, gradients: list } = lossGradients(
      () => {
        const logits = supernet.logits(batch.images, weights, { edeT: settings.edeT, collect: statistics });
        correct = tf.keep(countCorrect(logits, batch.labels));
        return softmaxCrossEntropy(logits, batch.labels, settings.config.labelSmoothing);
      },
      byName.map(([, variable]) => variable),
    );
    const gradients = namedGradients(byName, list);
    const counted = (correct as tf.Scalar).clone();
    (correct as tf.Scalar).dispose();
    return { gradients, loss: value as tf.Scalar, correct: counted };
  });
}

/** Gradients by alpha name and the parts of the alpha loss. The caller owns them. */
export interface AlphaGradients {
  readonly gradients: Record<string, tf.Tensor>;
  readonly total: tf.Scalar;
  readonly crossEntropy: tf.Scalar;
  readonly penalty: tf.Scalar;
  readonly entropy: tf.Scalar;
}

/**
 * Gradient of the alpha loss `CE(alpha split) + penalty + entropy terms` in the alphas, weights held fixed
 * (first-order: the weights are taken as if they did not depend on the alphas; DARTS, arXiv:1806.09055).
 */
export function alphaGradients(
  supernet: Supernet,
  alphas: AlphaVariables,
  batch: TensorBatch,
  settings: EpochSettings,
  expectedCost: ExpectedCost,
  key: RandomKey,
): AlphaGradients {
  return tf.tidy(() => {
    const named = alphas.named();
    let parts: { crossEntropy: tf.Scalar; penalty: tf.Scalar; entropy: tf.Scalar } | undefined;
    const { value, gradients: list } = lossGradients(() => {
      const weights = drawWeights(alphas, settings.samplers, key);
      const logits = supernet.logits(batch.images, weights, { edeT: settings.edeT });
      const crossEntropy = softmaxCrossEntropy(logits, batch.labels, 0);
      const extra = regularisers(alphas, settings.samplers, settings.entropy, expectedCost, settings.config);
      parts = {
        crossEntropy: tf.keep(crossEntropy),
        penalty: tf.keep(extra.penalty),
        entropy: tf.keep(extra.entropy),
      };
      return tf.addN([crossEntropy, extra.penalty, extra.entropy]) as tf.Scalar;
    }, Object.values(named));
    const gradients = namedGradients(Object.entries(named), list);
    const { crossEntropy, penalty, entropy } = parts as NonNullable<typeof parts>;
    const copies = { crossEntropy: crossEntropy.clone(), penalty: penalty.clone(), entropy: entropy.clone() };
    tf.dispose([crossEntropy, penalty, entropy]);
    return { gradients, total: value as tf.Scalar, ...copies };
  });
}
