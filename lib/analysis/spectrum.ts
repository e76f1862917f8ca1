import { EigenvalueDecomposition, Matrix } from "ml-matrix";

/** How many directions features really use (measure M4). */
export interface Spectrum {
  /** Columns: the most either number can be. */
  readonly dimensions: number;
  /**
   * `exp(−Σ p_i ln p_i)` with `p_i = s_i / Σ s`, `s_i` the singular values of the centred feature matrix (Roy &
   * Vetterli 2007, "The effective rank"). 0 where features do not vary.
   */
  readonly effectiveRank: number;
  /** `(Σ λ_i)² / Σ λ_i²`, `λ_i` the eigenvalues of the covariance. 0 where features do not vary. */
  readonly participationRatio: number;
}

/**
 * Effective rank and participation ratio of features from their covariance.
 *
 * Bias: with `N` rows the rank of the covariance is at most `N − 1`; both numbers come out too small while `N` is not
 * many times the number of columns (for white noise the participation ratio tends to `C N / (N + C)`).
 *
 * @example
 * ```ts
 * console.log(bars.analysis.spectrum([[2, 0], [0, 2]])); // {"dimensions":2,"effectiveRank":2,"participationRatio":2}
 * ```
 */
export function spectrum(covariance: readonly (readonly number[])[]): Spectrum {
  const dimensions = covariance.length;
  const matrix = new Matrix(covariance.map((row) => [...row]));
  const raw = new EigenvalueDecomposition(matrix, { assumeSymmetric: true }).realEigenvalues;
  const largest = raw.reduce((most, value) => Math.max(most, value), 0);
  // Below this an eigenvalue is the rounding of the decomposition.
  const floor = largest * dimensions * 1e-12;
  const eigenvalues = raw.map((value) => (value > floor ? value : 0));
  const total = eigenvalues.reduce((sum, value) => sum + value, 0);
  if (!(total > 0)) return { dimensions, effectiveRank: 0, participationRatio: 0 };
  const singular = eigenvalues.map(Math.sqrt);
  const length = singular.reduce((sum, value) => sum + value, 0);
  const entropy = singular.reduce((sum, value) => {
    const p = value / length;
    return p > 0 ? sum - p * Math.log(p) : sum;
  }, 0);
  const squares = eigenvalues.reduce((sum, value) => sum + value * value, 0);
  return { dimensions, effectiveRank: Math.exp(entropy), participationRatio: (total * total) / squares };
}
