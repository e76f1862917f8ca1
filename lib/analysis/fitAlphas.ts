import type { SpaceConfig } from "../config/spaceConfig";
import { fold, normal, permutation, type RandomKey, randomKey } from "../random/randomKey";
import type { RaceFit } from "../records/raceRecord";
import { alphaCount, alphaShapes, alphasFrom } from "../space/alphaShapes";
import { edgesOf } from "../space/edges";
import type { Genotype } from "../space/genotype";
import { ownWidths } from "../space/ownWidths";
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
  const own = ownWidths(space, genotype);
  shapes.width.forEach((length, slot) => {
    if (length > 0 && own.has(slot))
      places.push(next + space.widthChoices.indexOf(genotype.width[slot] as number));
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
 * standardised scores, `β = (XᵀX + λI)⁻¹ Xᵀy`, `σ² = |y − Xβ|² / (n − 1 − tr(X (XᵀX + λI)⁻¹ Xᵀ))` (the 1 for the mean).
 *
 * Reference: Hoerl & Kennard 1970, "Ridge regression".
 */
export function regressChoices(
  space: SpaceConfig,
  scored: readonly ScoredGenotype[],
  lambda: number,
): ChoiceRegression {
  return regress(designOf(space, scored), lambda);
}

/** Choices and scores of networks, and what fits of every penalty share. */
interface Design {
  readonly centred: (genotype: Genotype) => readonly number[];
  readonly x: readonly (readonly number[])[];
  readonly y: readonly number[];
  /** `XᵀX`, its lower half, and `Xᵀy`. */
  readonly gram: readonly (readonly number[])[];
  readonly target: readonly number[];
  readonly scoreMean: number;
  readonly scoreDeviation: number;
}

function designOf(space: SpaceConfig, scored: readonly ScoredGenotype[]): Design {
  const count = alphaCount(space);
  const n = scored.length;
  const scores = scored.map(({ score }) => score);
  const scoreMean = mean(scores);
  const squares = scores.reduce((sum, y) => sum + (y - scoreMean) ** 2, 0);
  const scoreDeviation = Math.sqrt(squares / Math.max(1, n - 1));
  const y = scores.map((score) => (score - scoreMean) / (scoreDeviation || 1));
  const raw = scored.map(({ genotype }) => choicePlaces(space, genotype));
  const shares = new Array<number>(count).fill(0);
  for (const places of raw) for (const at of places) shares[at] = (shares[at] as number) + 1 / n;
  const centredRow = (places: readonly number[]) => {
    const row = shares.map((share) => -share);
    for (const at of places) row[at] = (row[at] as number) + 1;
    return row;
  };
  const x = raw.map(centredRow);
  // XᵀX out of counts: centred columns have the covariance of the choices.
  const gram = shares.map((_, i) =>
    shares.slice(0, i + 1).map((share) => -n * share * (shares[i] as number)),
  );
  for (const places of raw)
    for (const i of places)
      for (const j of places) if (j <= i) (gram[i] as number[])[j] = ((gram[i] as number[])[j] as number) + 1;
  const target = new Array<number>(count).fill(0);
  raw.forEach((places, k) => {
    for (const at of places) target[at] = (target[at] as number) + (y[k] as number);
  });
  const centred = (genotype: Genotype) => centredRow(choicePlaces(space, genotype));
  return { centred, x, y, gram, target, scoreMean, scoreDeviation };
}

function regress(design: Design, lambda: number): ChoiceRegression {
  const { centred, x, y, gram, target, scoreMean, scoreDeviation } = design;
  const scale = scoreDeviation || 1;
  const lower = cholesky(gram.map((row, i) => row.map((value, j) => (i === j ? value + lambda : value))));
  const beta = solveUpper(lower, solveLower(lower, target));
  const predictWith = (b: readonly number[]) => (genotype: Genotype) =>
    scoreMean + scale * dot(centred(genotype), b);
  // What cross-validation does not ask for is worked out when it is.
  let sigma: number | undefined;
  const residual = () => {
    if (sigma !== undefined) return sigma;
    const rest = x.reduce((sum, row, k) => sum + ((y[k] as number) - dot(row, beta)) ** 2, 0);
    const freedom = x.reduce((sum, row) => sum + square(solveLower(lower, row)), 0);
    sigma = Math.sqrt(rest / Math.max(1, x.length - 1 - freedom));
    return sigma;
  };
  return {
    coefficients: beta,
    get deviations() {
      return beta.map((_, i) => {
        const unit = beta.map((_, j) => (i === j ? 1 : 0));
        return residual() * Math.sqrt(square(solveLower(lower, unit)));
      });
    },
    predict: predictWith(beta),
    drawn(key) {
      const noise = solveUpper(lower, Array.from(normal(key, beta.length)));
      return predictWith(beta.map((b, i) => b + residual() * (noise[i] as number)));
    },
    scoreMean,
    scoreDeviation,
    get residual() {
      return residual();
    },
  };
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * (b[i] as number), 0);
}

const square = (a: readonly number[]) => dot(a, a);

/**
 * The penalty out of a grid with the smallest squared error on networks left out, by folds.
 * @param key decides which networks share a fold.
 */
export function choosePenalty(space: SpaceConfig, scored: readonly ScoredGenotype[], key: RandomKey): number {
  const errors = penalties.map(() => 0);
  for (const { out, others } of foldsOf(scored, key)) {
    const design = designOf(space, others);
    penalties.forEach((lambda, i) => {
      const { predict } = regress(design, lambda);
      for (const { genotype, score } of out)
        errors[i] = (errors[i] as number) + (score - predict(genotype)) ** 2;
    });
  }
  return penalties[errors.indexOf(Math.min(...errors))] as number;
}

/** Networks that are left out together, and the others. */
function foldsOf<S extends ScoredGenotype>(scored: readonly S[], key: RandomKey) {
  const order = Array.from(permutation(fold(key, "folds"), scored.length));
  return Array.from({ length: Math.min(folds, scored.length) }, (_, part) => {
    const places = new Set(order.filter((_, place) => place % Math.min(folds, scored.length) === part));
    return {
      out: scored.filter((_, i) => places.has(i)),
      others: scored.filter((_, i) => !places.has(i)),
    };
  });
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
  const leftOut = leftOutPredictions(space, scored, key);
  const found = kendall(
    leftOut.map(({ score }) => score),
    leftOut.map(({ predicted }) => predicted),
  );
  return {
    method: "race",
    networks: scored.length,
    alphas: alphasFrom(space, (place) => fit.coefficients[place] as number),
    deviations: alphasFrom(space, (place) => fit.deviations[place] as number),
    lambda,
    scoreMean: fit.scoreMean,
    scoreDeviation: fit.scoreDeviation,
    offset: mean(scored.map(({ genotype }) => sumOf(space, fit.coefficients, genotype))),
    residual: fit.residual,
    tau: found && { value: found.value, interval: found.interval, folds: Math.min(folds, scored.length) },
  };
}

/**
 * What is predicted of each network by a fit without it: ten folds, the penalty chosen anew in each. Fold by fold, not in the order given.
 *
 * `predicted` is what the fit adds to the mean of the scores it has seen. That mean is left out, since it is low where those left out
 * are good: with it networks of different folds would be ranked the wrong way round by a fit that knows nothing (Parker et al. 2007,
 * "Stratification bias in low signal microarray studies").
 *
 * @param key of {@link fitAlphas}, whose `tau` is over these.
 */
export function leftOutPredictions<S extends ScoredGenotype>(
  space: SpaceConfig,
  scored: readonly S[],
  key: RandomKey = randomKey(0),
): (S & { readonly predicted: number })[] {
  const own = fold(fold(key, "fit"), "tau");
  return foldsOf(scored, own).flatMap(({ out, others }, part) => {
    const penalty = choosePenalty(space, others, fold(own, part));
    const { predict, scoreMean } = regressChoices(space, others, penalty);
    return out.map((one) => ({ ...one, predicted: predict(one.genotype) - scoreMean }));
  });
}

/** The key by which a race with this seed fits its alphas. */
export function raceFitKey(seed: number): RandomKey {
  return fold(randomKey(seed), "race fit");
}

/** `Σ α` over a genotype's choices. */
function sumOf(space: SpaceConfig, values: readonly number[], genotype: Genotype): number {
  return choicePlaces(space, genotype).reduce((sum, at) => sum + (values[at] as number), 0);
}

/**
 * The score that fitted alphas predict of a network, in the unit of the race's first rung: minus a mean training loss.
 * The network is pruned as the race's were.
 */
export function predictedScore({ alphas, ...fit }: RaceFit, genotype: Genotype): number {
  const values = [...alphas.cells.flat(2), ...alphas.depth.flat(), ...alphas.width.flat()];
  const sum = sumOf(genotype.space, values, genotype);
  return fit.scoreMean + fit.scoreDeviation * (sum - (fit.offset ?? 0));
}
