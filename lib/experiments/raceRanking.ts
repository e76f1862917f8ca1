import { type Correlation, kendall } from "../analysis/rankCorrelation";
import { isIndependent } from "../config/samplers";
import type { SpaceConfig } from "../config/spaceConfig";
import { deriveInputOf, type StoredEpoch } from "../derive/alphasAt";
import { logPrunedProbability } from "../derive/logProbabilities";
import type { RaceNetwork, RaceOrigin, RaceRecord } from "../records/raceRecord";
import { resultIn } from "../records/raceStandings";
import type { SearchRecord } from "../records/searchRecord";
import { alphasFrom } from "../space/alphaShapes";
import type { Genotype } from "../space/genotype";
import { canonicalJson } from "../util/canonicalJson";
import { RecordError } from "../util/errors";

export interface RaceRankingOptions {
  /** Whose scores, counted from 0; default 0, minus the mean training loss on images not seen before. */
  readonly rung?: number;
  /**
   * Networks by where they come from; default `["random"]`: uniform draws of the band. Mutations and draws from fitted alphas are
   * choices of the race itself, and crowd where it has found good ones.
   */
  readonly origins?: readonly RaceOrigin["kind"][];
  /** Of a search: whose alphas are asked; by default the epoch it chose, else the last. */
  readonly epoch?: StoredEpoch;
}

export interface RaceRanking {
  /** Networks compared: of these origins, run and not diverged in the rung, and judged. */
  readonly networks: number;
  /** Kendall's τ_b of the judgement and the scores; null where it is not defined. */
  readonly tau: Correlation | null;
  /** The same for binary operations: what one ranks by without any judgement. */
  readonly tauOfBops: Correlation | null;
}

/**
 * Whether something ranks the networks of a race as their own short trainings do: within one band of cost, over many more networks
 * than anyone trains to the end.
 *
 * @param judge a search, by the probability that a draw from its alphas prunes to the network (a race's networks are pruned, so several
 * draws lead to each); or a function, higher is better, null for no judgement.
 * @throws RecordError where the search is of another space than the race.
 *
 * @example
 * ```ts
 * const race = bars.records.readRaceRecord("data/records/race-small-seed0.json");
 * const dear = bars.frontier.raceRanking(({ cost }) => cost.bops, race);
 * console.log(dear.networks, dear.tau.value === dear.tauOfBops.value); // 8 true
 * ```
 */
export function raceRanking(
  judge: SearchRecord | ((network: RaceNetwork) => number | null),
  race: Pick<RaceRecord, "config" | "networks">,
  options: RaceRankingOptions = {},
): RaceRanking {
  const { rung = 0, origins = ["random"] } = options;
  const judged = typeof judge === "function" ? judge : probabilityOf(judge, race.config.space, options.epoch);
  const rows = race.networks.flatMap((network) => {
    const score = resultIn(network, rung)?.score ?? null;
    if (score === null || !origins.includes(network.origin.kind)) return [];
    const value = judged(network);
    return value === null ? [] : [{ value, score, bops: network.cost.bops }];
  });
  const scores = rows.map(({ score }) => score);
  const by = (of: (row: (typeof rows)[number]) => number) =>
    rows.length < 2 ? null : kendall(rows.map(of), scores);
  return { networks: rows.length, tau: by(({ value }) => value), tauOfBops: by(({ bops }) => bops) };
}

/**
 * How many choices of a network are free, because pruning left them out: `ln` of the share of all draws that prune to it, where every choice
 * is equally likely. What one ranks by with alphas that say nothing.
 */
export function equalAlphas(space: SpaceConfig): (network: { readonly genotype: Genotype }) => number | null {
  const alphas = alphasFrom(space, () => 0);
  return ({ genotype }) => logPrunedProbability(genotype, alphas);
}

/** Of pruned networks `ln p` of the draws from a search's alphas that prune to them. */
export function probabilityUnder(
  search: SearchRecord,
  epoch?: StoredEpoch,
): (pruned: Genotype) => number | null {
  const { alphas } = deriveInputOf(search, epoch);
  const method = isIndependent(search.config.samplers.cell.method) ? "sigmoid" : "softmax";
  return (pruned) => logPrunedProbability(pruned, alphas, method);
}

function probabilityOf(
  search: SearchRecord,
  raced: SpaceConfig,
  epoch: StoredEpoch | undefined,
): (network: { readonly genotype: Genotype }) => number | null {
  if (canonicalJson(search.config.space) !== canonicalJson(raced)) {
    throw new RecordError(
      "raceRanking: expected a search of the race's space, got one of another. Give records of one space.",
    );
  }
  const judged = probabilityUnder(search, epoch);
  return ({ genotype }) => judged(genotype);
}
