/**
 * Entropy in bits of a coin that shows heads with probability `p`: `−p log2 p − (1−p) log2 (1−p)`.
 *
 * @example
 * ```ts
 * console.log(bars.analysis.binaryEntropy(0.5), bars.analysis.binaryEntropy(1)); // 1 0
 * ```
 */
export function binaryEntropy(p: number): number {
  return p <= 0 || p >= 1 ? 0 : -p * Math.log2(p) - (1 - p) * Math.log2(1 - p);
}

/** An entropy estimated from counts, in bits. */
export interface EntropyEstimate {
  /** `−Σ_k (n_k/N) log2 (n_k/N)`: the entropy of the counted frequencies. Too small on average. */
  readonly plugIn: number;
  /** `plugIn + (K − 1) / (2 N ln 2)`, `K` the number of values that occurred. */
  readonly corrected: number;
  readonly samples: number;
  /** Values that occurred. */
  readonly values: number;
}

/**
 * Plug-in entropy of a discrete variable with the Miller-Madow correction.
 *
 * Bias: the plug-in falls short by about `(K* − 1) / (2N ln 2)` bits for `K*` possible values (Miller 1955). The
 * correction replaces `K*` by those seen, so it is still too small where rare values have not occurred yet, and no
 * estimate of this kind exceeds `log2 N` by more than `1 / (2 ln 2)`.
 *
 * @param counts how often each value occurred; zeros are allowed.
 * @throws RangeError if nothing was counted.
 *
 * @example
 * ```ts
 * const { plugIn, corrected } = bars.analysis.entropyEstimate([8, 4, 2, 2]);
 * console.log(plugIn, corrected.toFixed(3)); // 1.75 1.885
 * ```
 */
export function entropyEstimate(counts: Iterable<number>): EntropyEstimate {
  let samples = 0;
  let values = 0;
  let sum = 0;
  for (const count of counts) {
    if (count <= 0) continue;
    samples += count;
    values += 1;
    sum += count * Math.log2(count);
  }
  if (samples === 0) throw new RangeError("entropyEstimate: expected at least one sample, got none.");
  const plugIn = Math.max(0, Math.log2(samples) - sum / samples);
  return { plugIn, corrected: plugIn + (values - 1) / (2 * samples * Math.LN2), samples, values };
}
