import { predictedScore } from "../analysis/fitAlphas";
import { type Correlation, kendall } from "../analysis/rankCorrelation";
import { deriveInputOf, type StoredEpoch } from "../derive/alphasAt";
import { prunedNetwork } from "../derive/prunedNetwork";
import type { RunPoint } from "../frontier/runPoint";
import type { GenotypeModel } from "../records/modelSpec";
import type { RaceFit, RaceRecord } from "../records/raceRecord";
import type { SearchRecord } from "../records/searchRecord";
import type { TrainRecord } from "../records/trainRecord";
import type { Genotype } from "../space/genotype";
import { genotypeHash } from "../space/genotypeJson";
import { canonicalJson } from "../util/canonicalJson";
import { probabilityUnder } from "./raceRanking";
import { rankedRuns } from "./rankedRuns";

/** One trained architecture beside what a search thinks of it. */
export interface RankedArchitecture {
  readonly network: string;
  readonly genotype: string;
  /** Trainings that were averaged. */
  readonly runs: number;
  readonly bops: number;
  /** Of the last epoch on all test images, 0 to 1. */
  readonly accuracy: number;
  /**
   * ln of the probability that a draw from the search's alphas prunes to it; of a race the score that its alphas predict
   * (`predictedScore`).
   */
  readonly logProbability: number;
}

export interface AlphaRanking {
  /** Most accurate first. */
  readonly architectures: readonly RankedArchitecture[];
  /** Kendall's τ_b between the alphas' probability and accuracy; null where it is not defined. */
  readonly tau: Correlation | null;
  /** The same between BOPs and accuracy: what one ranks by without any search. */
  readonly tauOfBops: Correlation | null;
}

/**
 * Whether the alphas of a search, or those fitted to a race, rank architectures as training does: Kendall's rank correlation of the probability that
 * a draw from them prunes to a network (`Σ ln p` over edges, depths and widths, without what pruning leaves out) and the test accuracy of networks trained from
 * scratch; a τ near 0 means that they say nothing of accuracy. Whether a
 * search ranks better than chance was asked so by Yu et al. 2020 (arXiv:1902.08142).
 *
 * @param records trainings by one recipe; those of hand-made networks and of other spaces, and unfinished ones do not count, and one that is given twice counts once. Runs of one architecture are averaged.
 * @param options.epoch whose alphas are asked; by default the epoch the search chose, else the last.
 * @param options.bops smallest and largest cost of the architectures compared, without operations that nothing feeds; by default all.
 * @throws RecordError where the trainings follow several recipes, or one was not tested on all test images.
 *
 * @example
 * ```ts
 * const [search] = Object.values(bars.records.storedSearches("", "data/records/frontier/searches"));
 * const records = bars.records.loadTrainRecords("data/records/frontier").map(({ record }) => record);
 * const { architectures, tau } = bars.frontier.alphaRanking(search, records);
 * console.log(architectures.length > 10, Math.abs(tau.value) <= 1); // true true
 * ```
 */
export function alphaRanking(
  search: SearchRecord | RaceRecord,
  records: readonly TrainRecord[],
  options: { readonly epoch?: StoredEpoch; readonly bops?: readonly [number, number] } = {},
): AlphaRanking {
  const { space } = deriveInputOf(search, options.epoch);
  const ownSpace = canonicalJson(space);
  const own = records.filter(
    ({ model }) => model.kind === "genotype" && canonicalJson(model.genotype.space) === ownSpace,
  );
  const groups = new Map<string, { genotype: Genotype; runs: RunPoint[] }>();
  for (const { record, run } of rankedRuns(own, options.bops, "alphaRanking")) {
    const { genotype } = record.model as GenotypeModel;
    const hash = genotypeHash(genotype);
    groups.set(hash, { genotype, runs: [...(groups.get(hash)?.runs ?? []), run] });
  }
  const judged =
    "fit" in search
      ? (pruned: Genotype) => predictedScore(search.fit as RaceFit, pruned)
      : probabilityUnder(search, options.epoch);
  const architectures = [...groups].flatMap(([hash, { genotype, runs }]) => {
    const logProbability = judged(prunedNetwork(genotype));
    if (logProbability === null) return [];
    const { name: network, bops } = runs[0] as RunPoint;
    const accuracy = runs.reduce((sum, run) => sum + run.accuracy, 0) / runs.length;
    return [{ network, genotype: hash.slice(0, 8), runs: runs.length, bops, accuracy, logProbability }];
  });
  architectures.sort((a, b) => b.accuracy - a.accuracy);
  const accuracy = architectures.map((one) => one.accuracy);
  const by = (of: (one: RankedArchitecture) => number) => kendall(architectures.map(of), accuracy);
  return {
    architectures,
    tau: by((one) => one.logProbability),
    tauOfBops: by((one) => one.bops),
  };
}
