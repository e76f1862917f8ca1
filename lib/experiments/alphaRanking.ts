import { type Correlation, kendall } from "../analysis/rankCorrelation";
import { isIndependent } from "../config/searchConfig";
import { deriveInputOf, type StoredEpoch } from "../derive/alphasAt";
import { logProbabilityOf } from "../derive/logProbabilities";
import type { SearchRecord } from "../run/searchRecord";
import type { TrainRecord } from "../run/trainRecord";
import type { Genotype } from "../space/genotype";
import { genotypeHash } from "../space/genotypeJson";
import { canonicalJson } from "../util/canonicalJson";

/** One trained architecture beside what a search thinks of it. */
export interface RankedArchitecture {
  readonly network: string;
  readonly genotype: string;
  /** Trainings that were averaged. */
  readonly runs: number;
  readonly bops: number;
  /** Of the last epoch on all test images, 0 to 1. */
  readonly accuracy: number;
  /** ln of the probability that the search's alphas give it. */
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
 * Whether the alphas of a search rank architectures as training does: Kendall's rank correlation of `Σ ln p` (edges, depth,
 * width) and the test accuracy of networks trained from scratch; a τ near 0 means that they say nothing of accuracy. Whether a
 * search ranks better than chance was asked so by Yu et al. 2020 (arXiv:1902.08142).
 *
 * @param records trainings by one recipe; those of hand-made networks and of other spaces, unfinished and untested ones do not
 * count. Runs of one architecture are averaged. Where `prune` left out operations, the edges count as empty.
 * @param options.epoch whose alphas are asked; by default the epoch the search chose, else the last.
 * @param options.bops smallest and largest cost of the architectures compared; by default all.
 */
export function alphaRanking(
  search: SearchRecord,
  records: readonly TrainRecord[],
  options: { readonly epoch?: StoredEpoch; readonly bops?: readonly [number, number] } = {},
): AlphaRanking {
  const { space, alphas } = deriveInputOf(search, options.epoch);
  const [least, most] = options.bops ?? [0, Infinity];
  const ownSpace = canonicalJson(space);
  const groups = new Map<
    string,
    { genotype: Genotype; network: string; bops: number; accuracies: number[] }
  >();
  for (const { model, tests, cost, status } of records) {
    const test = tests.find(({ which, checkpoint }) => which === "all" && checkpoint === "last");
    if (status !== "finished" || test === undefined || model.kind !== "genotype") continue;
    if (canonicalJson(model.genotype.space) !== ownSpace || cost.bops < least || cost.bops > most) continue;
    const hash = genotypeHash(model.genotype);
    const group = groups.get(hash) ?? {
      genotype: model.genotype,
      network: model.name,
      bops: cost.bops,
      accuracies: [],
    };
    group.accuracies.push(test.accuracy);
    groups.set(hash, group);
  }
  const method = isIndependent(search.config.samplers.cell.method) ? "sigmoid" : "softmax";
  const architectures = [...groups].flatMap(([hash, { genotype, network, bops, accuracies }]) => {
    const logProbability = logProbabilityOf(space, alphas, genotype, method, 1);
    if (logProbability === null) return [];
    const accuracy = accuracies.reduce((sum, value) => sum + value, 0) / accuracies.length;
    return [{ network, genotype: hash.slice(0, 8), runs: accuracies.length, bops, accuracy, logProbability }];
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
