import { tf } from "../backend";
import type { Optimizer } from "./createOptimizer";

/** Result of {@link clipByGlobalNorm}. The caller owns all tensors. */
export interface ClippedGradients {
  readonly gradients: Record<string, tf.Tensor>;
  /** Global L2 norm before clipping, a scalar; reading it waits for the engine. */
  readonly norm: tf.Scalar;
}

/**
 * Scales all gradients by one factor, `min(1, maxNorm / norm)`, `norm = sqrt(Σ g²)` over all of them.
 *
 * New tensors come back; the given ones stay with the caller. Nothing is read back from the engine.
 *
 * Reference: Pascanu et al. 2013, arXiv:1211.5063.
 */
export function clipByGlobalNorm(
  gradients: Readonly<Record<string, tf.Tensor>>,
  maxNorm: number,
): ClippedGradients {
  const names = Object.keys(gradients);
  const { norm, ...clipped } = tf.tidy(() => {
    const squares = names.map((name) => tf.sum(tf.square(gradients[name] as tf.Tensor)));
    const total = squares.length > 0 ? tf.sqrt(tf.addN(squares)) : tf.scalar(0);
    // maximum() keeps the quotient at 1 or below, and defined for an all-zero gradient.
    const factor = tf.div(maxNorm, tf.maximum(total, maxNorm));
    const result: Record<string, tf.Tensor> = { norm: total };
    for (const name of names) result[`g.${name}`] = tf.mul(gradients[name] as tf.Tensor, factor);
    return result;
  });
  const named = Object.fromEntries(Object.entries(clipped).map(([key, tensor]) => [key.slice(2), tensor]));
  return { gradients: named, norm: norm as tf.Scalar };
}

/** One optimizer step with clipped gradients; `clipNorm` 0 leaves them as they are. Gradients stay with the caller. */
export function clippedStep(
  optimizer: Optimizer,
  parameters: Readonly<Record<string, tf.Variable>>,
  gradients: Readonly<Record<string, tf.Tensor>>,
  clipNorm: number,
  learningRate: number,
): void {
  tf.tidy(() => {
    const clipped = clipNorm > 0 ? clipByGlobalNorm(gradients, clipNorm).gradients : gradients;
    optimizer.step(parameters, clipped, learningRate);
  });
}
