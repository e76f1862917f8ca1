import { isIndependent } from "../config/samplers";
import type { SearchRecord } from "../records/searchRecord";
import type { Alphas } from "../space/alphas";

/** Of each level; null where it is not searched, or where the alphas moved in fewer than two epochs. */
export interface AlphaDrift {
  readonly cells: number | null;
  readonly depth: number | null;
  readonly width: number | null;
}

/**
 * Whether the alphas of a search went somewhere or wandered: the mean over all pairs of epochs `i < j` of the cosine of
 * `Δ_i` and `Δ_j`, `Δ_e` what epoch `e` added to a level's alphas. About 1 where every epoch pushed the same way (then
 * a search that is still undecided ended early), about 0 for a random walk (then longer searches decide by chance),
 * below 0 where they swing. Rows of exclusive choices are centred first, as softmax does not see their mean.
 *
 * This library's own measure. Epochs in which a level's alphas did not move, as in warm-up, do not count.
 *
 * @example
 * ```ts
 * const record = bars.readSearchRecord("data/records/search-cured-seed0.json");
 * console.log(Object.keys(bars.derivation.alphaDrift(record))); // ["cells","depth","width"]
 * ```
 */
export function alphaDrift({ startAlphas, epochs, config }: SearchRecord): AlphaDrift {
  const path = [startAlphas, ...epochs.map(({ alphas }) => alphas)];
  const drift = (rowsOf: (alphas: Alphas) => readonly (readonly number[])[], centred: boolean) =>
    meanCosine(path.map((alphas) => rowsOf(alphas).flatMap((row) => (centred ? withoutMean(row) : row))));
  return {
    cells: drift(({ cells }) => cells.flat(), !isIndependent(config.samplers.cell.method)),
    depth: drift(({ depth }) => depth, true),
    width: drift(({ width }) => width, true),
  };
}

function meanCosine(points: readonly (readonly number[])[]): number | null {
  const steps = points
    .slice(1)
    .map((point, i) => point.map((value, k) => value - (points[i]?.[k] as number)))
    .map((step) => ({ step, length: Math.hypot(...step) }))
    .filter(({ length }) => length > 0);
  const cosines = steps.flatMap((a, i) =>
    steps
      .slice(i + 1)
      .map(
        (b) =>
          a.step.reduce((sum, value, k) => sum + value * (b.step[k] as number), 0) / (a.length * b.length),
      ),
  );
  return cosines.length === 0 ? null : cosines.reduce((sum, cosine) => sum + cosine, 0) / cosines.length;
}

function withoutMean(row: readonly number[]): number[] {
  const mean = row.reduce((sum, value) => sum + value, 0) / row.length;
  return row.map((value) => value - mean);
}
