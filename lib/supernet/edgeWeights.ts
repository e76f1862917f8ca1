import { tf } from "../backend";

/**
 * Edge normalization (PC-DARTS, arXiv:1907.05737, equation 4): `γ_{ij} = exp(β_{ij}) / Σ_{i'<j} exp(β_{i'j})` over the
 * edges that enter a node. Shapes: `betas` `[edges]` in the order of `edgesOf(steps)`, result the same; differentiable.
 */
export function edgeWeights(betas: tf.Tensor, steps: number): tf.Tensor1D {
  return tf.tidy(() => {
    // Edges are grouped by destination: node j has j incoming ones, after those of the nodes before it.
    const rows = Array.from({ length: steps }, (_, i) => {
      const start = (i * (i + 1)) / 2;
      return tf.softmax(tf.slice(betas, [start], [i + 1]));
    });
    return tf.concat(rows) as tf.Tensor1D;
  });
}
