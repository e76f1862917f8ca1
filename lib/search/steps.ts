import { compilesSteps, lossGradients, runsBranches, softmaxCrossEntropy, tf } from "../backend";
import { samplers } from "../config/samplers";
import type { BatchStatistics } from "../layers/runningStatistics";
import { countCorrect, mixedLoss, type TensorBatch } from "../loop/batchTensors";
import { namedGradients } from "../loop/namedResults";
import { fold, type RandomKey } from "../random/randomKey";
import type { AlphaTensors, AlphaVariables } from "../supernet/alphaVariables";
import type { ExpectedCost } from "../supernet/expectedCost";
import { drawOf, type Sampler } from "../supernet/sampler";
import type { ForwardOptions, Supernet } from "../supernet/supernet";
import { regularisers } from "./alphaObjective";
import { drawWeights, weightDraws } from "./draws";
import type { EpochSettings } from "./epochSettings";
import type { Draw } from "./strategyHooks";

const byPath = ({ method }: Sampler): boolean => drawOf(method).chosen !== undefined;

/** How a forward pass of a training step runs. */
export function passOptions(
  settings: EpochSettings,
  draw: Pick<Draw, "active">,
  key: RandomKey,
): ForwardOptions {
  return settings.strategies.reduce<ForwardOptions>(
    (options, { name, own, hooks }) => hooks.pass?.(own, options, { key: fold(key, name) }) ?? options,
    { edeT: settings.edeT, active: draw.active, drawnWidths: byPath(settings.samplers.width) },
  );
}

/**
 * What of the mixture is skipped where its weight is 0, in searches by sampled paths on engines that compile whole steps:
 * operations, and cells where depths are sampled so too; in weight steps, which ask for no gradient in a depth's weights,
 * of any sampler that draws a single one.
 */
function skipsOf(
  { samplers: { cell, depth, width }, strategies }: Pick<EpochSettings, "samplers" | "strategies">,
  step: "weights" | "alphas",
): ForwardOptions["skips"] {
  const drawn = (sampler: Sampler) =>
    byPath(sampler) || (step === "weights" && samplers.get(sampler.method).single);
  if (!compilesSteps() || !byPath(cell)) return undefined;
  return {
    operations: true,
    cells: drawn(depth),
    // Nothing may mix the drawn widths with others.
    widths: runsBranches() && drawn(width) && strategies.every(({ hooks }) => !hooks.mixture && !hooks.draw),
  };
}

/** Gradients by parameter name, the mean loss and the number of correctly classified images. The caller owns them. */
export interface WeightGradients {
  readonly gradients: Record<string, tf.Tensor>;
  readonly loss: tf.Scalar;
  readonly correct: tf.Scalar;
}

/**
 * Gradient of the weight loss (cross entropy with label smoothing) in the supernet's weights, alphas held fixed:
 * the mean over the draws of this step, each with the mixture weights that strategies give it.
 */
export function weightGradients(
  supernet: Supernet,
  alphas: AlphaTensors,
  batch: TensorBatch,
  settings: EpochSettings,
  key: RandomKey,
  statistics?: BatchStatistics,
): WeightGradients {
  const averaged = (): WeightGradients => {
    const draws = weightDraws(alphas, settings, key).map((draw) =>
      mixed(draw, supernet, batch, settings, key),
    );
    const results = draws.map((draw, i) =>
      gradientsAt(supernet, draw, batch, settings, fold(key, i), i === 0 ? statistics : undefined),
    );
    const [first] = results as [WeightGradients];
    if (results.length === 1) return first;
    const mean = (values: tf.Tensor[]) => tf.div(tf.addN(values), values.length);
    const names = Object.keys(first.gradients);
    return {
      gradients: Object.fromEntries(
        names.map((name) => [name, mean(results.map(({ gradients }) => gradients[name] as tf.Tensor))]),
      ),
      loss: mean(results.map(({ loss }) => loss)) as tf.Scalar,
      correct: mean(results.map(({ correct }) => correct)) as tf.Scalar,
    };
  };
  return tf.tidy(averaged as unknown as () => tf.TensorContainer) as unknown as WeightGradients;
}

function gradientsAt(
  supernet: Supernet,
  draw: Draw,
  batch: TensorBatch,
  settings: EpochSettings,
  key: RandomKey,
  statistics: BatchStatistics | undefined,
): WeightGradients {
  const byName = supernet.parameters.entries();
  const options = {
    ...passOptions(settings, draw, key),
    collect: statistics,
    skips: skipsOf(settings, "weights"),
  };
  let correct: tf.Scalar | undefined;
  const { value, gradients: list } = lossGradients(
    () => {
      const logits = supernet.logits(batch.images, draw.weights, options);
      correct = tf.keep(countCorrect(logits, batch.labels));
      return mixedLoss(batch, (labels) =>
        softmaxCrossEntropy(logits, labels, settings.config.labelSmoothing),
      );
    },
    byName.map(([, variable]) => variable),
  );
  const gradients = namedGradients(byName, list);
  const counted = (correct as tf.Scalar).clone();
  (correct as tf.Scalar).dispose();
  return { gradients, loss: value as tf.Scalar, correct: counted };
}

/** The draw with the mixture weights that strategies pass it with. */
function mixed(
  draw: Draw,
  supernet: Supernet,
  batch: TensorBatch,
  settings: EpochSettings,
  key: RandomKey,
): Draw {
  return settings.strategies.reduce((before, { name, own, hooks }) => {
    const ownKey = fold(key, name);
    const loss = (weights: AlphaTensors) => {
      const logits = supernet.logits(batch.images, weights, passOptions(settings, before, ownKey));
      return mixedLoss(batch, (labels) =>
        softmaxCrossEntropy(logits, labels, settings.config.labelSmoothing),
      );
    };
    return hooks.mixture?.(own, before, { key: ownKey, loss }) ?? before;
  }, draw);
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
      const draw = drawWeights(alphas, settings, key);
      const options = {
        ...passOptions(settings, draw, key),
        alphasOnly: true,
        skips: skipsOf(settings, "alphas"),
      };
      const logits = supernet.logits(batch.images, draw.weights, options);
      const crossEntropy = mixedLoss(batch, (labels) => softmaxCrossEntropy(logits, labels, 0));
      const extra = regularisers(alphas, settings, expectedCost);
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
