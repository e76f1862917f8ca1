import type { EigenvalueStopConfig } from "../../config/strategiesConfig";

/**
 * The epoch a search should go back to, or null while all is well (R-DARTS, arXiv:1909.09656, section 4.3): with `m(e)`
 * the mean of the eigenvalues of the last `window` epochs up to `e`, the search has gone astray at the last epoch `e`
 * where `m(e) / m(e − delta) > ratio`, and `e − delta` was still good.
 *
 * Magnitudes are compared: the dominant eigenvalue of a network with signs can be negative. Epochs without a
 * measurement count as absent.
 *
 * @param eigenvalues one per epoch, from epoch 0.
 */
export function epochToReturnTo(
  eigenvalues: readonly (number | null)[],
  { window, ratio, delta, startEpoch }: EigenvalueStopConfig,
): number | null {
  const last = eigenvalues.length - 1;
  const before = last - delta;
  if (last < startEpoch || before < 0) return null;
  const mean = (epoch: number) => {
    const known = eigenvalues
      .slice(Math.max(0, epoch - window + 1), epoch + 1)
      .filter((value): value is number => value !== null)
      .map(Math.abs);
    return known.length === 0 ? Number.NaN : known.reduce((a, b) => a + b, 0) / known.length;
  };
  // A comparison with NaN is false: too few measurements never stop a search.
  return mean(last) / mean(before) > ratio ? before : null;
}
