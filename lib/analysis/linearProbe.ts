import { CholeskyDecomposition, Matrix } from "ml-matrix";
import { fold, permutation, type RandomKey } from "../random/randomKey";
import { Moments } from "./moments";

/** Features of some images, row by row, and their labels. */
export interface LabelledFeatures {
  /** `[images · columns]`. */
  readonly values: Float32Array;
  readonly labels: ArrayLike<number>;
}

/** How well a linear classifier reads the labels off features (measure M6). */
export interface LinearProbe {
  /** Share of the scored images. */
  readonly accuracy: number;
  /** Of the images it was fitted to; well above `accuracy` where it overfits. */
  readonly fitAccuracy: number;
  /** Chosen penalty, in units of a standardised feature's variance. */
  readonly penalty: number;
  readonly fitImages: number;
  readonly scoredImages: number;
}

const penalties = [1e-4, 1e-3, 1e-2, 1e-1, 1] as const;
const heldOut = 0.2;

/**
 * A linear probe by ridge regression in closed form: features standardised on the fitted images, targets one-hot and
 * centred, `W = (C + λ I)⁻¹ Xᵀ Y / N` with `C` the covariance of the standardised features; the largest output is the
 * class. `λ` is the one of 1e-4 … 1 that is best on a fifth of the fitted images, held out, drawn by `key`; then all
 * are used. Features that do not vary are left out.
 *
 * Reference: Alain & Bengio 2017, arXiv:1610.01644 (probes; theirs are logistic).
 *
 * @example
 * ```ts
 * const labels = Array.from({ length: 40 }, (_, i) => i % 2);
 * const features = { values: Float32Array.from(labels, (label) => 3 * label), labels };
 * console.log(bars.analysis.linearProbe(features, features, 2, bars.randomKey(0)).accuracy); // 1
 * ```
 */
export function linearProbe(
  fit: LabelledFeatures,
  scored: LabelledFeatures,
  classes: number,
  key: RandomKey,
): LinearProbe {
  const images = fit.labels.length;
  const columns = fit.values.length / images;
  const order = permutation(fold(key, "held out"), images);
  const held = Math.floor(heldOut * images);
  const choose = ridge(rowsOf(fit, order.subarray(held), columns), classes);
  const checked = rowsOf(fit, order.subarray(0, held), columns);
  let best: { readonly penalty: number; readonly accuracy: number } = { penalty: 1e-2, accuracy: -1 };
  for (const penalty of held > 0 ? penalties : []) {
    const accuracy = choose(penalty)(checked);
    if (accuracy > best.accuracy) best = { penalty, accuracy };
  }
  const probe = ridge(fit, classes)(best.penalty);
  return {
    accuracy: probe(scored),
    fitAccuracy: probe(fit),
    penalty: best.penalty,
    fitImages: images,
    scoredImages: scored.labels.length,
  };
}

type Scorer = (features: LabelledFeatures) => number;

/** Everything that does not depend on the penalty, once. */
function ridge({ values, labels }: LabelledFeatures, classes: number): (penalty: number) => Scorer {
  const images = labels.length;
  const columns = values.length / images;
  const moments = new Moments(columns);
  moments.add(values);
  const covariance = moments.covariance();
  const mean = new Float64Array(columns);
  for (let at = 0; at < values.length; at++)
    mean[at % columns] = (mean[at % columns] as number) + (values[at] as number) / images;
  const used = covariance.flatMap((row, c) => ((row[c] as number) > 1e-12 ? [c] : []));
  const scale = used.map((c) => 1 / Math.sqrt((covariance[c] as number[])[c] as number));
  const shares = new Float64Array(classes);
  for (let i = 0; i < images; i++) {
    const y = labels[i] as number;
    shares[y] = (shares[y] as number) + 1 / images;
  }
  // Xᵀ Y / N with centred X: the centring of Y drops out.
  const targets = used.map(() => new Array<number>(classes).fill(0));
  for (let i = 0; i < images; i++) {
    const y = labels[i] as number;
    used.forEach((c, k) => {
      const x = ((values[i * columns + c] as number) - (mean[c] as number)) * (scale[k] as number);
      const row = targets[k] as number[];
      row[y] = (row[y] as number) + x / images;
    });
  }
  return (penalty) => {
    const gram = used.map((a, i) =>
      used.map(
        (b, j) =>
          ((covariance[a] as number[])[b] as number) * ((scale[i] as number) * (scale[j] as number)) +
          (i === j ? penalty : 0),
      ),
    );
    const weights =
      used.length === 0
        ? []
        : new CholeskyDecomposition(new Matrix(gram)).solve(new Matrix(targets)).to2DArray();
    return (features) => accuracyOf(features, columns, used, mean, scale, weights, shares);
  };
}

function accuracyOf(
  { values, labels }: LabelledFeatures,
  columns: number,
  used: readonly number[],
  mean: Float64Array,
  scale: readonly number[],
  weights: readonly (readonly number[])[],
  shares: Float64Array,
): number {
  const classes = shares.length;
  let correct = 0;
  for (let i = 0; i < labels.length; i++) {
    const outputs = Float64Array.from(shares);
    for (let k = 0; k < used.length; k++) {
      const c = used[k] as number;
      const x = ((values[i * columns + c] as number) - (mean[c] as number)) * (scale[k] as number);
      const row = weights[k] as readonly number[];
      for (let y = 0; y < classes; y++) outputs[y] = (outputs[y] as number) + x * (row[y] as number);
    }
    let best = 0;
    for (let y = 1; y < classes; y++) if ((outputs[y] as number) > (outputs[best] as number)) best = y;
    if (best === labels[i]) correct += 1;
  }
  return correct / labels.length;
}

function rowsOf({ values, labels }: LabelledFeatures, rows: Uint32Array, columns: number): LabelledFeatures {
  const chosen = new Float32Array(rows.length * columns);
  rows.forEach((row, i) => {
    chosen.set(values.subarray(row * columns, (row + 1) * columns), i * columns);
  });
  return { values: chosen, labels: Uint32Array.from(rows, (row) => labels[row] as number) };
}
