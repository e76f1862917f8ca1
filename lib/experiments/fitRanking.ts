import { leastFitted, leftOutPredictions, raceFitKey } from "../analysis/fitAlphas";
import { type Correlation, kendall } from "../analysis/rankCorrelation";
import type { RaceRecord } from "../records/raceRecord";
import { resultIn } from "../records/raceStandings";

export interface FitRanking {
  /** Networks with a score in the first rung. */
  readonly networks: number;
  /** Kendall's τ_b of scores and predictions of networks left out of the fit, over all of them: a record's `fit.tau`, from schema 3 on. */
  readonly tau: Correlation | null;
  /** Uniform draws among them. */
  readonly uniform: number;
  /** The same predictions over the uniform draws alone. */
  readonly tauOfUniform: Correlation | null;
  /**
   * Of scores and of whether a network is a uniform draw, without any fit: later proposals are better because the race chose them. Without an
   * interval (that of τ is for variables without ties), and not larger than `√(2 p (1 − p) n / (n − 1))` with `p` the share of uniform draws.
   */
  readonly tauOfOrigin: Correlation | null;
}

/**
 * How well alphas fitted to a race rank networks that were left out of the fit, over all of them and over its uniform draws. The first
 * says more than the fit does: half of the networks were proposed by what was found before, and are better on the whole, so a fit that
 * knew nothing but which half a network is of would rank them, too. To compare with alphas of searches ({@link raceRanking}), take the second.
 *
 * @example
 * ```ts
 * const race = bars.records.readRaceRecord("data/records/race-small-seed0.json");
 * const { networks, uniform } = bars.frontier.fitRanking(race);
 * console.log(networks, uniform); // 12 8
 * ```
 */
export function fitRanking(race: Pick<RaceRecord, "config" | "networks">): FitRanking {
  const scored = race.networks.flatMap((network) => {
    const score = resultIn(network, 0)?.score ?? null;
    const isUniform = network.origin.kind === "random";
    return score === null ? [] : [{ genotype: network.genotype, score, isUniform }];
  });
  const predicted =
    scored.length < leastFitted
      ? []
      : leftOutPredictions(race.config.space, scored, raceFitKey(race.config.seed));
  const uniform = predicted.filter(({ isUniform }) => isUniform);
  const tauOf = (rows: typeof predicted, of: (row: (typeof predicted)[number]) => number) =>
    rows.length < 2
      ? null
      : kendall(
          rows.map(({ score }) => score),
          rows.map(of),
        );
  const ofOrigin = tauOf(predicted, ({ isUniform }) => (isUniform ? 0 : 1));
  return {
    networks: scored.length,
    tau: tauOf(predicted, (row) => row.predicted),
    uniform: uniform.length,
    tauOfUniform: tauOf(uniform, (row) => row.predicted),
    tauOfOrigin: ofOrigin && { ...ofOrigin, interval: null },
  };
}
