import { tf } from "../backend";
import type { SamplerConfig } from "../config/searchConfig";
import { gumbel, type RandomKey, uniform } from "../random/randomKey";

/** How one level of alphas is turned into mixture weights in one step: the method at its present temperature. */
export interface Sampler {
  readonly method: SamplerConfig["method"];
  readonly temperature: number;
}

/**
 * Draws mixture weights from alphas, differentiably.
 *
 * With `a` the logits along the last axis, `T` the temperature, `G` standard Gumbel and `L` standard logistic noise:
 * - `softmax`: `softmax(a / T)`, no noise (DARTS, arXiv:1806.09055; T < 1 sharpens: BATS, arXiv:2003.01711)
 * - `gumbel`: `softmax((a + G) / T)` (Jang et al. 2017, arXiv:1611.01144)
 * - `hard_gumbel`: forward the one-hot of the largest entry of the gumbel weights, backward the gradient of
 *   the gumbel weights (straight-through)
 * - `sigmoid`: `sigmoid((a + L) / T)`, independent relaxed Bernoulli choices (Maddison et al. 2017, arXiv:1611.00712)
 *
 * Shapes: `alphas` `[…, choices]`, result the same, in [0, 1]. Without a key no noise is drawn: the weights are
 * those of zero noise, used for evaluation.
 */
export function sampleWeights(alphas: tf.Tensor, sampler: Sampler, key?: RandomKey): tf.Tensor {
  const { method, temperature } = sampler;
  return tf.tidy(() => {
    const noise = key && method !== "softmax" ? drawNoise(alphas, method, key) : null;
    const logits = tf.div(noise ? tf.add(alphas, noise) : alphas, temperature);
    if (method === "sigmoid") return tf.sigmoid(logits);
    const soft = tf.softmax(logits);
    return method === "hard_gumbel" && key ? straightThroughOneHot(soft) : soft;
  });
}

/**
 * The probabilities the alphas stand for, without noise: `sigmoid(a)` for independent choices, `softmax(a / T)` for
 * `softmax`, and `softmax(a)` for the Gumbel methods, whose temperature relaxes the draw but not the distribution.
 */
export function probabilityWeights(alphas: tf.Tensor, sampler: Sampler): tf.Tensor {
  const { method, temperature } = sampler;
  if (method === "sigmoid") return tf.sigmoid(alphas);
  return tf.tidy(() => tf.softmax(method === "softmax" ? tf.div(alphas, temperature) : alphas));
}

function drawNoise(alphas: tf.Tensor, method: SamplerConfig["method"], key: RandomKey): tf.Tensor {
  if (method !== "sigmoid") return tf.tensor(gumbel(key, alphas.size), alphas.shape);
  const logistic = uniform(key, alphas.size).map((u) => {
    const inside = Math.min(Math.max(u, 2 ** -24), 1 - 2 ** -24);
    return Math.log(inside / (1 - inside));
  });
  return tf.tensor(logistic, alphas.shape);
}

/** Forward the one-hot of the largest entry along the last axis, backward the identity. */
const straightThroughOneHot = tf.customGrad((x) => {
  const soft = x as tf.Tensor;
  const choices = soft.shape[soft.rank - 1] as number;
  const value = tf.tidy(() =>
    tf.reshape(tf.cast(tf.oneHot(tf.argMax(soft, -1), choices), "float32"), soft.shape),
  );
  return { value, gradFunc: (upstream: tf.Tensor) => upstream };
});
