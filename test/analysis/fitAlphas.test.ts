import { describe, expect, it } from "vitest";
import { cholesky, solveLower, solveUpper } from "../../lib/analysis/cholesky";
import { choicePlaces, fitAlphas, predictedScore, regressChoices } from "../../lib/analysis/fitAlphas";
import { kendall } from "../../lib/analysis/rankCorrelation";
import { spaceConfig } from "../../lib/config/spaceConfig";
import { logProbabilityOf } from "../../lib/derive/logProbabilities";
import { fold, normal, randomKey } from "../../lib/random/randomKey";
import { alphaCount } from "../../lib/space/alphaShapes";
import { type Genotype, genotype } from "../../lib/space/genotype";
import { randomGenotype } from "../../lib/space/randomGenotype";

const space = spaceConfig({ initChannels: 4, cellLayout: [0, 1, 0], steps: 2, widthChoices: [0.5, 1] });
const drawn = (count: number, from = 0) =>
  Array.from({ length: count }, (_, i) => randomGenotype(space, randomKey(from + i)));
/** Scores that are additive in the choices, but for noise. */
const effects = Array.from(normal(randomKey(7), alphaCount(space)));
const truth = (of: Genotype) => choicePlaces(space, of).reduce((sum, at) => sum + (effects[at] as number), 0);
const noisy = (of: Genotype, i: number, size: number) =>
  truth(of) + size * (normal(fold(randomKey(8), i), 1)[0] as number);

describe("fitAlphas", () => {
  it("finds effects that are additive: unseen networks are ranked as they are", () => {
    const scored = drawn(120).map((of, i) => ({ genotype: of, score: noisy(of, i, 0.3) }));
    const fit = fitAlphas(space, scored);
    expect(fit?.tau?.value).toBeGreaterThan(0.75);
    const unseen = drawn(60, 1000);
    const predicted = unseen.map((of) => predictedScore(fit as NonNullable<typeof fit>, of));
    const tau = kendall(predicted, unseen.map(truth));
    expect(tau?.value).toBeGreaterThan(0.8);
    // The promise of cross-validation holds: within its interval, give or take the other networks.
    expect(Math.abs((tau?.value as number) - (fit?.tau?.value as number))).toBeLessThan(0.15);
    // In the unit of the scores.
    const mean = (list: readonly number[]) => list.reduce((sum, value) => sum + value / list.length, 0);
    expect(mean(predicted)).toBeCloseTo(mean(unseen.map(truth)), 0);
  });

  it("ranks as the probabilities of its alphas do: sums of logits", () => {
    const scored = drawn(80).map((of, i) => ({ genotype: of, score: noisy(of, i, 0.5) }));
    const fit = fitAlphas(space, scored);
    const full = drawn(40, 500).filter((of) => of.depth.every((depth) => depth > 0));
    const sums = full.map((of) => logProbabilityOf(space, fit?.alphas as never, of, "softmax", 1) as number);
    const predicted = full.map((of) => predictedScore(fit as NonNullable<typeof fit>, of));
    expect(kendall(sums, predicted)?.value).toBeCloseTo(1, 6);
  });

  it("says of noise that it ranks nothing, and shrinks it away", () => {
    const taus = [0, 1, 2, 3].map((seed) => {
      const noise = normal(randomKey(100 + seed), 60);
      const scored = drawn(60, 60 * seed).map((of, i) => ({ genotype: of, score: noise[i] as number }));
      const fit = fitAlphas(space, scored);
      expect(fit?.lambda).toBeGreaterThanOrEqual(30);
      return fit?.tau?.value as number;
    });
    // Predictions with the mean of each fold's fit make it clearly negative.
    expect(Math.abs(taus.reduce((sum, tau) => sum + tau / 4, 0))).toBeLessThan(0.12);
  });

  it("is surer of a choice the more often it was seen", () => {
    const scored = drawn(60).map((of, i) => ({ genotype: of, score: noisy(of, i, 0.5) }));
    const few = regressChoices(space, scored.slice(0, 12), 1);
    const many = regressChoices(space, scored, 1);
    // Of the same noise.
    const spread = ({ deviations, residual }: ReturnType<typeof regressChoices>) =>
      deviations.reduce((sum, value) => sum + value / residual / deviations.length, 0);
    expect(spread(many)).toBeLessThan(0.8 * spread(few));
  });

  it("gives none for fewer than eight networks, or equal scores", () => {
    const same = drawn(20).map((of) => ({ genotype: of, score: 1 }));
    expect(fitAlphas(space, same)).toBeNull();
    expect(
      fitAlphas(
        space,
        same.slice(0, 7).map((one, i) => ({ ...one, score: i })),
      ),
    ).toBeNull();
  });
});

describe("regressChoices", () => {
  it("draws coefficients around what it found, wider where it knows less", () => {
    const scored = drawn(60).map((of, i) => ({ genotype: of, score: noisy(of, i, 0.5) }));
    const fit = regressChoices(space, scored, 3);
    const [one] = drawn(1, 900) as [Genotype];
    const values = Array.from({ length: 400 }, (_, i) => fit.drawn(fold(randomKey(0), i))(one));
    const mean = values.reduce((sum, value) => sum + value / values.length, 0);
    const sd = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2 / values.length, 0));
    expect(sd).toBeGreaterThan(0.05);
    expect(Math.abs(mean - fit.predict(one))).toBeLessThan((4 * sd) / 20);
  });
});

describe("choicePlaces", () => {
  it("counts none of an empty edge, and no width of a stage that has no cell of its own", () => {
    const of = genotype(space, {
      cells: [[{ to: 1, from: 0, primitive: "skip_connect" }], []],
      depth: [0, 1],
      width: [1, 1],
    });
    // Two groups of three edges, three primitives each; depths of 2; widths of 2.
    expect(choicePlaces(space, of)).toEqual([1, 3, 6, 9, 12, 15, 18, 21, 25]);
  });
});

describe("choicePlaces with a width per cell", () => {
  it("counts the widths of cells that are kept, and of the last stage's opening", () => {
    const perCell = spaceConfig({ ...space, cellLayout: [0, 0, 1, 0], widthPer: "cell" });
    const of = genotype(perCell, { cells: [[], []], depth: [1, 0], width: [0.5, 1, 1] });
    // After 18 places of edges, depths of 3 and 2: widths of three cells, two choices each.
    expect(choicePlaces(perCell, of).slice(6)).toEqual([19, 21, 23, 28]);
  });
});

describe("cholesky", () => {
  it("solves what it factors, and refuses what is not positive definite", () => {
    const a = [[4], [2, 5], [1, -1, 6]];
    const lower = cholesky(a);
    const x = solveUpper(lower, solveLower(lower, [1, 2, 3]));
    const full = [
      [4, 2, 1],
      [2, 5, -1],
      [1, -1, 6],
    ];
    const back = full.map((row) => row.reduce((sum, value, i) => sum + value * (x[i] as number), 0));
    back.forEach((value, i) => {
      expect(value).toBeCloseTo(i + 1, 12);
    });
    expect(() => cholesky([[1], [2, 1]])).toThrow("cholesky: pivot 1 is -3, not above 0.");
  });
});
