import { existsSync } from "node:fs";
import { startBackend } from "../backend";
import { loadData } from "../data/loadData";
import { sequentialBatches } from "../data/sequentialBatches";
import { splitTraining } from "../data/splitTraining";
import { deriveInputOf, type StoredEpoch } from "../derive/alphasAt";
import { type BestOfOptions, bestOfCandidates, bestOfRule } from "../derive/bestOfRule";
import { type Derivation, derive } from "../derive/derive";
import { oneHotAlphas } from "../derive/oneHotAlphas";
import { fold, type RandomKey, randomKey } from "../random/randomKey";
import type { SearchRecord } from "../run/searchRecord";
import { readSearchRecord } from "../run/searchRecordFile";
import type { Genotype } from "../space/genotype";
import { genotypeHash } from "../space/genotypeJson";
import { AlphaVariables } from "../supernet/alphaVariables";
import { DeriveError } from "../util/errors";
import { type Progress, silentProgress } from "../util/progress";
import { activeOperations } from "./epochRecord";
import { evaluate } from "./evaluate";
import { recalibratedStatistics } from "./recalibrate";
import { epochSettings, searchFiles } from "./search";
import { SearchState } from "./searchState";

export interface DeriveBySupernetOptions {
  /** Architectures drawn. */
  readonly samples?: number;
  readonly temperature?: number;
  /** Whose alphas are sampled; by default those of the chosen epoch, else the last. The weights are the checkpoint's. */
  readonly epoch?: StoredEpoch;
  /** Images of the alpha split each sample is measured on; 0: all. Default: as many as each epoch was measured on. */
  readonly images?: number;
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
  const input = { ...deriveInputOf(record, options.epoch), key };
  const { samples = bestOfRule.defaults.samples, temperature = 1 } = options;
  const rule: BestOfOptions = { ...bestOfRule.defaults, samples, temperature };
  const candidates = bestOfCandidates(input, rule);
  const scores = await supernetAccuracies(record, files.checkpoint, candidates, options);
  const byName = new Map(candidates.map((candidate, i) => [genotypeHash(candidate), scores[i] as number]));
  const score = (candidate: Genotype) => byName.get(genotypeHash(candidate)) as number;
  return derive({ ...input, score }, { rule: "best_of", samples, temperature });
}

/**
 * Accuracy of architectures with a search's shared weights, on images of the alpha split. The batch norms of each take
 * their statistics from batches of the weight split (`diagnostics.recalibrationBatches`; 0: from the evaluated ones).
 */
export async function supernetAccuracies(
  record: SearchRecord,
  checkpoint: string,
  genotypes: readonly Genotype[],
  options: Pick<DeriveBySupernetOptions, "images" | "progress"> = {},
): Promise<number[]> {
  await startBackend();
  const { config } = record;
  const progress = options.progress ?? silentProgress;
  const key = randomKey(config.seed);
  const data = await loadData(config.data, fold(key, "data"), progress);
  const split = splitTraining(data.train.labels, config.weightShare, fold(key, "split"));
  const state = new SearchState(config, key);
  const { mean, std } = data.info;
  const images = options.images ?? config.evaluationImages;
  const count = images === 0 ? split.alphaSplit.length : Math.min(images, split.alphaSplit.length);
  const evaluated = Uint32Array.from(
    { length: count },
    (_, i) => split.alphaSplit[Math.floor((i * split.alphaSplit.length) / count)] as number,
  );
  const calibration = split.weightSplit.slice(0, config.diagnostics.recalibrationBatches * config.batchSize);
  const batches = (indices: Uint32Array) =>
    sequentialBatches({ set: data.train, batchSize: config.batchSize, mean, std, indices });
  try {
    state.restore(checkpoint, record.configHash);
    const { edeT } = epochSettings(config, Math.max(0, state.position.epoch - 1));
    const accuracies: number[] = [];
    progress.start("samples", genotypes.length, "samples");
    for (const genotype of genotypes) {
      const weights = new AlphaVariables(oneHotAlphas(genotype, 1));
      const how = { edeT, active: activeOperations(genotype) };
      const statistics =
        calibration.length === 0
          ? undefined
          : await recalibratedStatistics(state.supernet, weights, batches(calibration), how);
      const { accuracy } = await evaluate(state.supernet, weights, batches(evaluated), {
        ...how,
        statistics,
      });
      accuracies.push(accuracy);
      for (const value of statistics?.values() ?? []) value.dispose();
      weights.dispose();
      progress.update(accuracies.length);
    }
    return accuracies;
  } finally {
    progress.stop();
    state.dispose();
  }
}
