import { detach, tf } from "../backend";
import { isIndependent, type SamplerConfig } from "../config/searchConfig";
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
 * - `path`: forward as `hard_gumbel`, but gradients reach the alphas through the chosen candidate only, so that the
 *   others change nothing: `h ⊙ (1 + s − stop(s))`, `s` the gumbel weights and `h` the one-hot of their largest
 *   (GDAS, arXiv:1910.04465, equation 7). Whether they are computed all the same, with weight 0, is up to the engine
 *   (`lib/search/draws`)
 * - `sigmoid`: `sigmoid((a + L) / T)`, independent relaxed Bernoulli choices (Maddison et al. 2017, arXiv:1611.00712)
 * - `plain_sigmoid`: `sigmoid(a / T)`, independent weights without noise (FairDARTS, arXiv:1911.12126)
 *
 * Shapes: `alphas` `[…, choices]`, result the same, in [0, 1]. Without a key no noise is drawn: the weights are
 * those of zero noise, used for evaluation.
 */
export function sampleWeights(alphas: tf.Tensor, sampler: Sampler, key?: RandomKey): tf.Tensor {
  const { method, temperature } = sampler;
  return tf.tidy(() => {
    const noise =
      key && method !== "softmax" && method !== "plain_sigmoid" ? drawNoise(alphas, method, key) : null;
    const logits = tf.div(noise ? tf.add(alphas, noise) : alphas, temperature);
    if (isIndependent(method)) return tf.sigmoid(logits);
    const soft = tf.softmax(logits);
    if (method === "hard_gumbel" && key) return straightThroughOneHot(soft);
    return method === "path" && key ? chosenOnly(soft) : soft;
  });
}

/**
 * The probabilities the alphas stand for, without noise: `sigmoid(a / T)` and `softmax(a / T)` for the
 * methods without noise, which mix with just these; `sigmoid(a)` and `softmax(a)` for the others, whose temperature
 * relaxes the draw but not its distribution.
 */
export function probabilityWeights(alphas: tf.Tensor, sampler: Sampler): tf.Tensor {
  const { method, temperature } = sampler;
  const noiseless = method === "softmax" || method === "plain_sigmoid";
  return tf.tidy(() => {
    const logits = noiseless ? tf.div(alphas, temperature) : alphas;
    return isIndependent(method) ? tf.sigmoid(logits) : tf.softmax(logits);
  });
}

/**
 * The candidates that `sampleWeights` with method `path` and the same key chooses, row by row: `argmax (a + g)`, in
 * single precision as the engine does it.
 */
export function chosenPaths(alphas: readonly (readonly number[])[], key: RandomKey): number[] {
  const columns = alphas[0]?.length ?? 0;
  const noise = gumbel(key, alphas.length * columns);
  return alphas.map((row, r) => {
    let best = 0;
    let largest = -Infinity;
    row.forEach((alpha, k) => {
      const value = Math.fround(Math.fround(alpha) + (noise[r * columns + k] as number));
      if (value > largest) [best, largest] = [k, value];
    });
    return best;
  });
}

function drawNoise(alphas: tf.Tensor, method: SamplerConfig["method"], key: RandomKey): tf.Tensor {
  if (method !== "sigmoid") return tf.tensor(gumbel(key, alphas.size), alphas.shape);
  const logistic = uniform(key, alphas.size).map((u) => {
    const inside = Math.min(Math.max(u, 2 ** -24), 1 - 2 ** -24);
    return Math.log(inside / (1 - inside));
  });
  return tf.tensor(logistic, alphas.shape);
}

/** The one-hot of the largest entry; gradients pass through that entry alone. */
function chosenOnly(soft: tf.Tensor): tf.Tensor {
  const constant = detach(soft);
  return tf.mul(oneHotOfLargest(constant), tf.add(1, tf.sub(soft, constant)));
}

function oneHotOfLargest(soft: tf.Tensor): tf.Tensor {
  const choices = soft.shape[soft.rank - 1] as number;
  return tf.tidy(() => tf.reshape(tf.cast(tf.oneHot(tf.argMax(soft, -1), choices), "float32"), soft.shape));
}

/** Forward the one-hot of the largest entry along the last axis, backward the identity. */
const straightThroughOneHot = tf.customGrad((x) => {
  const soft = x as tf.Tensor;
  return { value: oneHotOfLargest(soft), gradFunc: (upstream: tf.Tensor) => upstream };
});
