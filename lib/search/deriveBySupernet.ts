import { existsSync } from "node:fs";
import { deriveInputOf, type StoredEpoch } from "../derive/alphasAt";
import { type BestOfOptions, bestOfCandidates, bestOfRule } from "../derive/bestOfRule";
import { type Derivation, derive } from "../derive/derive";
import { fold, type RandomKey, randomKey } from "../random/randomKey";
import type { SearchRecord } from "../records/searchRecord";
import { readSearchRecord } from "../records/searchRecordFile";
import type { Genotype } from "../space/genotype";
import { genotypeHash } from "../space/genotypeJson";
import { DeriveError } from "../util/errors";
import { type Progress, silentProgress } from "../util/progress";
import { searchFiles } from "./searchFiles";
import { SupernetScorer } from "./supernetScorer";

export interface DeriveBySupernetOptions {
  /** Architectures drawn. */
  readonly samples?: number;
  readonly temperature?: number;
  /** Whose alphas are sampled; by default those of the chosen epoch, else the last. The weights are the checkpoint's. */
  readonly epoch?: StoredEpoch;
  /** Images of the alpha split each sample is measured on; 0: all. Default: as many as each epoch was measured on. */
  readonly images?: number;
  /** As for every rule: whether operations that start at a node nothing feeds are left out of the best one. */
  readonly prune?: boolean;
  readonly key?: RandomKey;
  readonly progress?: Progress;
}

/**
 * Derives by rule "best_of": draws architectures from a stored search's alphas and keeps the one that is most accurate
 * with the supernet's weights on the alpha split.
 *
 * @param directory of the run: `record.json` and `checkpoint.safetensors`.
 * @throws DeriveError where there is no checkpoint.
 * @throws RecordError for a checkpoint of another search.
 *
 * @example
 * ```ts
 * const space = { initChannels: 4, cellLayout: [0, 1, 0], steps: 1 };
 * const data = { dataset: "synthetic", trainImages: 48, testImages: 16 };
 * const config = bars.searchConfig({ space, data, batchSize: 8, epochs: 2, warmupEpochs: 1 });
 * await bars.search(config, { directory: "runs/tiny-search" });
 * const { rule } = await bars.derivation.deriveBySupernet("runs/tiny-search", { samples: 2 });
 * console.log(rule.rule); // best_of
 * ```
 */
export async function deriveBySupernet(
  directory: string,
  options: DeriveBySupernetOptions = {},
): Promise<Derivation> {
  const files = searchFiles(directory);
  if (!existsSync(files.checkpoint)) {
    throw new DeriveError(
      `${files.checkpoint}: rule "best_of" ranks its samples by the supernet's accuracy and needs the checkpoint of the search, found none. Use the folder the search ran in, or a rule that needs no checkpoint.`,
    );
  }
  const record = readSearchRecord(files.record);
  const key = options.key ?? fold(randomKey(record.config.seed), "derive");
  const input = { ...deriveInputOf(record, options.epoch, files.record), key };
  const { samples = bestOfRule.defaults.samples, temperature = 1 } = options;
  const rule: BestOfOptions = { ...bestOfRule.defaults, samples, temperature };
  const candidates = bestOfCandidates(input, rule);
  const scores = await supernetAccuracies(record, files.checkpoint, candidates, options);
  const byName = new Map(candidates.map((candidate, i) => [genotypeHash(candidate), scores[i] as number]));
  const score = (candidate: Genotype) => byName.get(genotypeHash(candidate)) as number;
  const prune = options.prune === undefined ? {} : { prune: options.prune };
  return derive({ ...input, score }, { rule: "best_of", samples, temperature, ...prune });
}

/** Accuracy of architectures with a search's shared weights ({@link SupernetScorer}). */
export async function supernetAccuracies(
  record: SearchRecord,
  checkpoint: string,
  genotypes: readonly Genotype[],
  options: Pick<DeriveBySupernetOptions, "images" | "progress"> = {},
): Promise<number[]> {
  const progress = options.progress ?? silentProgress;
  const scorer = await SupernetScorer.open(record, checkpoint, { images: options.images, progress });
  try {
    const accuracies: number[] = [];
    progress.start("samples", genotypes.length, "samples");
    for (const genotype of genotypes) {
      accuracies.push(await scorer.accuracy(genotype));
      progress.update(accuracies.length);
    }
    return accuracies;
  } finally {
    progress.stop();
    scorer.dispose();
  }
}
