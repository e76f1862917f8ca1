import { lossGradients, softmaxCrossEntropy, tf } from "../backend";
import { mixedLoss, type TensorBatch } from "../loop/batchTensors";
import { fold, type RandomKey } from "../random/randomKey";
import { drawWeights } from "./draws";
import type { EpochSettings } from "./epochSettings";
import type { SearchState } from "./searchState";
import { type AlphaGradients, alphaGradients, passOptions } from "./steps";

/**
 * Gradient of the alpha loss through one unrolled weight step (DARTS, arXiv:1806.09055, equations 6 to 8):
 *
 * `∇_α L_val(w', α) − ξ · [∇_α L_train(w⁺, α) − ∇_α L_train(w⁻, α)] / (2 ε)`
 *
 * with `w' = w − ξ ∇_w L_train(w, α)`, `w± = w ± ε ∇_{w'} L_val(w', α)`, `ε = 0.01 / ‖∇_{w'} L_val‖`, ξ the present
 * learning rate of the weights. Momentum, weight decay and the bound of latent weights of the unrolled step are left out. Costs about three
 * times the first-order gradient. The weights are as before when it returns.
 */
export function secondOrderAlphaGradients(
  state: SearchState,
  weightBatch: TensorBatch,
  alphaBatch: TensorBatch,
  settings: EpochSettings,
  rate: number,
  key: RandomKey,
): AlphaGradients {
  const variables = state.supernet.parameters.entries().map(([, variable]) => variable);
  const kept = variables.map((variable) => variable.clone());
  const moveTo = (shift: (i: number) => tf.Tensor | null) =>
    tf.tidy(() => {
      variables.forEach((variable, i) => {
        const by = shift(i);
        variable.assign(by ? tf.add(kept[i] as tf.Tensor, by) : (kept[i] as tf.Tensor).clone());
      });
    });
  try {
    return tf.tidy(() => {
      const trainKey = fold(key, "unrolled");
      const trainGradients = weightLossGradients(state, weightBatch, settings, trainKey);
      moveTo((i) => (trainGradients[i] ? tf.mul(trainGradients[i] as tf.Tensor, -rate) : null));
      const result = alphaGradients(
        state.supernet,
        state.alphas,
        alphaBatch,
        settings,
        state.expectedCost,
        key,
      );
      const direction = weightLossGradients(state, alphaBatch, settings, key);
      const squares = direction.filter((g): g is tf.Tensor => g !== null).map((g) => tf.sum(tf.square(g)));
      const epsilon = tf.div(0.01, tf.maximum(tf.sqrt(tf.addN(squares)), 1e-12));
      const side = (sign: number) => {
        moveTo((i) => (direction[i] ? tf.mul(tf.mul(direction[i] as tf.Tensor, epsilon), sign) : null));
        return trainLossAlphaGradients(state, weightBatch, settings, trainKey);
      };
      const plus = side(1);
      const minus = side(-1);
      const factor = tf.div(rate / 2, epsilon);
      const gradients: Record<string, tf.Tensor> = {};
      for (const [name, gradient] of Object.entries(result.gradients)) {
        const curvature = tf.mul(tf.sub(plus[name] as tf.Tensor, minus[name] as tf.Tensor), factor);
        gradients[name] = tf.sub(gradient, curvature);
      }
      return { ...result, gradients };
    });
  } finally {
    moveTo(() => null);
    tf.dispose(kept);
  }
}

/** Gradient of the cross entropy in the weights, in the order of the supernet's parameters; null where there is none. */
function weightLossGradients(
  state: SearchState,
  batch: TensorBatch,
  settings: EpochSettings,
  key: RandomKey,
): (tf.Tensor | null)[] {
  const { supernet, alphas } = state;
  const variables = supernet.parameters.entries().map(([, variable]) => variable);
  const draw = drawWeights(alphas, settings, key);
  const { value, gradients } = lossGradients(() => {
    const logits = supernet.logits(batch.images, draw.weights, passOptions(settings, draw, key));
    return mixedLoss(batch, (labels) => softmaxCrossEntropy(logits, labels, 0));
  }, variables);
  value.dispose();
  return [...gradients];
}

/** Gradient of the cross entropy on the weight split, without cost and entropy terms, in the alphas. */
function trainLossAlphaGradients(
  state: SearchState,
  batch: TensorBatch,
  settings: EpochSettings,
  key: RandomKey,
): Record<string, tf.Tensor> {
  const { supernet, alphas } = state;
  const named = alphas.named();
  const { value, gradients } = lossGradients(() => {
    const draw = drawWeights(alphas, settings, key);
    const logits = supernet.logits(batch.images, draw.weights, passOptions(settings, draw, key));
    return mixedLoss(batch, (labels) => softmaxCrossEntropy(logits, labels, 0));
  }, Object.values(named));
  value.dispose();
  return Object.fromEntries(
    Object.entries(named).map(([name, variable], i) => [name, gradients[i] ?? tf.zerosLike(variable)]),
  );
}
