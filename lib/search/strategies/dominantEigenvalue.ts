import { tf } from "../../backend";
import { fold, normal, type RandomKey } from "../../random/randomKey";

/** How far the alphas are moved, along a unit vector, for a difference of gradients. */
const shift = 0.05;
/** Relative change of the estimate at which the iteration has converged. */
const tolerance = 0.02;

/**
 * The eigenvalue of largest magnitude of `∇²_α L`, with its sign, by power iteration:
 *
 * `H v ≈ [∇L(α + ε v) − ∇L(α − ε v)] / (2 ε)`, `v ← H v / ‖H v‖`, estimate `v · H v`
 *
 * as R-DARTS (arXiv:1909.09656) watches it. With binary activations L is a step function of the alphas; its
 * straight-through gradients are what the search follows, and their curvature is what is measured, over a step wide
 * enough (0.05) to average over single flips.
 *
 * The alphas are as before when it returns. 0 if the gradient does not change at all.
 *
 * @param variables the alphas.
 * @param gradient gradients of the loss at their present values, in the order of `variables`; they are freed here.
 */
export async function dominantEigenvalue(
  variables: readonly tf.Variable[],
  gradient: () => Promise<tf.Tensor[]>,
  iterations: number,
  key: RandomKey,
): Promise<number> {
  const start = await Promise.all(
    variables.map(async (variable) => Float32Array.from(await variable.data())),
  );
  const sizes = start.map((values) => values.length);
  let direction = unit(Float64Array.from(normal(fold(key, "direction"), sum(sizes))));
  const move = (distance: number) => {
    let offset = 0;
    variables.forEach((variable, i) => {
      const values = (start[i] as Float32Array).map(
        (a, j) => a + distance * (direction[offset + j] as number),
      );
      offset += values.length;
      tf.tidy(() => variable.assign(tf.tensor(values, variable.shape)));
    });
  };
  const gradientAt = async (distance: number) => {
    move(distance);
    const parts = await gradient();
    const values = await Promise.all(parts.map((part) => part.data()));
    tf.dispose(parts);
    return Float64Array.from(values.flatMap((part) => [...part]));
  };
  let estimate = 0;
  try {
    for (let i = 0; i < iterations; i++) {
      const plus = await gradientAt(shift);
      const minus = await gradientAt(-shift);
      const product = plus.map((g, j) => (g - (minus[j] as number)) / (2 * shift));
      const next = product.reduce((total, p, j) => total + p * (direction[j] as number), 0);
      const length = Math.hypot(...product);
      if (length === 0 || !Number.isFinite(length)) return length === 0 ? 0 : Number.NaN;
      const converged = i > 0 && Math.abs(next - estimate) <= tolerance * Math.abs(next);
      estimate = next;
      if (converged) break;
      direction = product.map((p) => p / length);
    }
    return estimate;
  } finally {
    move(0);
  }
}

function unit(vector: Float64Array): Float64Array {
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
