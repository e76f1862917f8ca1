import type { SpaceConfig } from "../config/spaceConfig";
import { fold, normal, permutation, type RandomKey, randomKey } from "../random/randomKey";
import type { RaceFit } from "../records/raceRecord";
import { alphaCount, alphaShapes, alphasFrom } from "../space/alphaShapes";
import type { Alphas } from "../space/alphas";
import { edgesOf } from "../space/edges";
import type { Genotype } from "../space/genotype";
import { mean } from "../util/statistics";
import { cholesky, solveLower, solveUpper } from "./cholesky";
import { kendall } from "./rankCorrelation";

/** A network with what it reached; higher is better. */
export interface ScoredGenotype {
  readonly genotype: Genotype;
  readonly score: number;
}

/** Fewest networks alphas are fitted to. */
export const leastFitted = 8;
const folds = 10;
/** Ridge penalties that are tried, with standardised scores: from almost none to almost all. */
const penalties = [0.1, 0.3, 1, 3, 10, 30, 100, 300] as const;

/**
 * Places of a genotype's choices in alphas, in reading order (`alphasFrom`): `none` of an edge that is empty, every
 * operation of one that is not, the depth and the width of each stage that is built.
 */
export function choicePlaces(space: SpaceConfig, genotype: Genotype): number[] {
  const shapes = alphaShapes(space);
  const places: number[] = [];
  let next = 0;
  for (let group = 0; group < shapes.groups; group++) {
    for (const { to, from } of edgesOf(space.steps)) {
      const own = (genotype.cells[group] ?? []).filter((edge) => edge.to === to && edge.from === from);
      const names: readonly string[] = own.length === 0 ? ["none"] : own.map(({ primitive }) => primitive);
      for (const name of names) {
        const at = space.primitives.indexOf(name as (typeof space.primitives)[number]);
        if (at >= 0) places.push(next + at);
      }
      next += shapes.primitives;
    }
  }
  shapes.depth.forEach((length, stage) => {
    if (length > 0) places.push(next + (genotype.depth[stage] as number));
    next += length;
  });
  const stages = shapes.width.length;
  shapes.width.forEach((length, stage) => {
    // A stage without cells that is followed by another has that one's width, and none of its own.
    const own = stage === stages - 1 || genotype.depth[stage] !== 0;
    if (length > 0 && own) places.push(next + space.widthChoices.indexOf(genotype.width[stage] as number));
    next += length;
  });
  return places;
}

/** A ridge regression of standardised scores on choices. */
export interface ChoiceRegression {
  /** Of every choice, in reading order. */
  readonly coefficients: readonly number[];
  readonly deviations: readonly number[];
  /** Of a genotype, in the unit of the scores. */
  predict(genotype: Genotype): number;
  /** The same, with coefficients drawn from their posterior `N(β, σ² (XᵀX + λI)⁻¹)`. */
  drawn(key: RandomKey): (genotype: Genotype) => number;
  readonly scoreMean: number;
  readonly scoreDeviation: number;
  readonly residual: number;
}

/**
 * Ridge regression of scores on choices in closed form: with `X` the choices (1 or 0, columns centred) and `y` the
 * standardised scores, `β = (XᵀX + λI)⁻¹ Xᵀy`, `σ² = |y − Xβ|² / (n − tr(X (XᵀX + λI)⁻¹ Xᵀ))`.
 *
 * Reference: Hoerl & Kennard 1970, "Ridge regression".
 */
export function regressChoices(
  space: SpaceConfig,
  scored: readonly ScoredGenotype[],
  lambda: number,
): ChoiceRegression {
  const count = alphaCount(space);
  const n = scored.length;
  const scores = scored.map(({ score }) => score);
  const scoreMean = mean(scores);
  const scoreDeviation = Math.sqrt(
    scores.reduce((sum, y) => sum + (y - scoreMean) ** 2, 0) / Math.max(1, n - 1),
  );
  const scale = scoreDeviation > 0 ? scoreDeviation : 1;
  const y = scores.map((score) => (score - scoreMean) / scale);
  const raw = scored.map(({ genotype }) => choicePlaces(space, genotype));
  const shares = new Array<number>(count).fill(0);
  for (const places of raw) for (const at of places) shares[at] = (shares[at] as number) + 1 / n;
  const centred = (places: readonly number[]) => {
    const row = shares.map((share) => -share);
    for (const at of places) row[at] = (row[at] as number) + 1;
    return row;
  };
  const x = raw.map(centred);
  const gram = Array.from({ length: count }, (_, i) =>
    Array.from({ length: i + 1 }, (_, j) =>
      x.reduce((sum, row) => sum + (row[i] as number) * (row[j] as number), i === j ? lambda : 0),
    ),
  );
  const lower = cholesky(gram);
  const target = shares.map((_, i) =>
    x.reduce((sum, row, k) => sum + (row[i] as number) * (y[k] as number), 0),
  );
  const beta = solveUpper(lower, solveLower(lower, target));
  const dot = (row: readonly number[], b: readonly number[]) =>
    row.reduce((sum, value, i) => sum + value * (b[i] as number), 0);
  const rest = x.reduce((sum, row, k) => sum + ((y[k] as number) - dot(row, beta)) ** 2, 0);
  const freedom = x.reduce((sum, row) => {
    const half = solveLower(lower, row);
    return sum + dot(half, half);
  }, 0);
  const sigma = Math.sqrt(rest / Math.max(1, n - 1 - freedom));
  const predictWith = (b: readonly number[]) => (genotype: Genotype) =>
    scoreMean + scale * dot(centred(choicePlaces(space, genotype)), b);
  return {
    coefficients: beta,
    deviations: shares.map((_, i) => {
      const unit = shares.map((_, j) => (i === j ? 1 : 0));
      const half = solveLower(lower, unit);
      return sigma * Math.sqrt(dot(half, half));
    }),
    predict: predictWith(beta),
    drawn(key) {
      const noise = solveUpper(lower, Array.from(normal(key, count)));
      return predictWith(beta.map((b, i) => b + sigma * (noise[i] as number)));
    },
    scoreMean,
    scoreDeviation,
    residual: sigma,
  };
}

/**
 * The penalty out of a grid with the smallest squared error on networks left out, by folds.
 * @param key decides which networks share a fold.
 */
export function choosePenalty(space: SpaceConfig, scored: readonly ScoredGenotype[], key: RandomKey): number {
  const errors = penalties.map((lambda) => {
    const predicted = leftOut(space, scored, () => lambda, key);
    return scored.reduce((sum, { score }, i) => sum + (score - (predicted[i] as number)) ** 2, 0);
  });
  return penalties[errors.indexOf(Math.min(...errors))] as number;
}

/** What a fit without its fold predicts of each network. */
function leftOut(
  space: SpaceConfig,
  scored: readonly ScoredGenotype[],
  lambdaOf: (others: readonly ScoredGenotype[], key: RandomKey) => number,
  key: RandomKey,
): number[] {
  const order = permutation(fold(key, "folds"), scored.length);
  const parts = Math.min(folds, scored.length);
  const predicted = new Array<number>(scored.length).fill(0);
  for (let part = 0; part < parts; part++) {
    const out = new Set(Array.from(order).filter((_, place) => place % parts === part));
    const others = scored.filter((_, i) => !out.has(i));
    const fit = regressChoices(space, others, lambdaOf(others, fold(key, part)));
    for (const i of out) predicted[i] = fit.predict((scored[i] as ScoredGenotype).genotype);
  }
  return predicted;
}

/**
 * Alphas out of scores: `Σ ln p` is additive in the choices, so the coefficients of a ridge regression of the scores on
 * the choices ({@link regressChoices}) are logits that rank networks as the regression predicts them. The penalty is
 * chosen by cross-validation; `tau` is Kendall's, of scores and what was predicted of networks left out, the penalty
 * chosen anew without them.
 *
 * @returns null for fewer than eight networks, or scores that do not differ.
 *
 * @example
 * ```ts
 * const space = bars.space.spaceConfig({ initChannels: 4, cellLayout: [0, 1, 0], steps: 1 });
 * const scored = Array.from({ length: 40 }, (_, i) => {
 *   const genotype = bars.space.randomGenotype(space, bars.randomKey(i));
 *   return { genotype, score: genotype.depth[0] };
 * });
 * const fit = bars.analysis.fitAlphas(space, scored);
 * console.log(fit.alphas.depth[0][0] < fit.alphas.depth[0][1], fit.tau.value > 0.5); // true true
 * ```
 */
export function fitAlphas(
  space: SpaceConfig,
  scored: readonly ScoredGenotype[],
  key: RandomKey = randomKey(0),
): RaceFit | null {
  const differ = scored.some(({ score }) => score !== scored[0]?.score);
  if (scored.length < leastFitted || !differ) return null;
  const own = fold(key, "fit");
  const lambda = choosePenalty(space, scored, own);
  const fit = regressChoices(space, scored, lambda);
  const predicted = leftOut(
    space,
    scored,
    (others, at) => choosePenalty(space, others, at),
    fold(own, "tau"),
  );
  const found = kendall(
    scored.map(({ score }) => score),
    predicted,
  );
  return {
    method: "race",
    networks: scored.length,
    alphas: centredRows(alphasFrom(space, (place) => fit.coefficients[place] as number)),
    deviations: alphasFrom(space, (place) => fit.deviations[place] as number),
    lambda,
    scoreMean: fit.scoreMean,
    scoreDeviation: fit.scoreDeviation,
    residual: fit.residual,
    tau: found && { value: found.value, interval: found.interval, folds: Math.min(folds, scored.length) },
  };
}

/** Every decision's logits shifted to sum to 0, which changes no probability. */
function centredRows({ cells, depth, width }: Alphas): Alphas {
  const row = (values: readonly number[]) => {
    if (values.length === 0) return values;
    const shift = mean(values);
    return values.map((value) => value - shift);
  };
  return { cells: cells.map((rows) => rows.map(row)), depth: depth.map(row), width: width.map(row) };
}
