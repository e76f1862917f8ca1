import { rmSync } from "node:fs";
import { join } from "node:path";
import { forgetGraphs, startBackend } from "../backend";
import type { BinarizationConfig } from "../config/binarizationConfig";
import type { EvolutionConfig, SupernetFitness, TrainingFitness } from "../config/evolutionConfig";
import type { SpaceConfig } from "../config/spaceConfig";
import { trainConfig } from "../config/trainConfig";
import { integers, type RandomKey } from "../random/randomKey";
import type { EvolutionEntry, EvolutionRecord } from "../records/evolutionRecord";
import { genotypeModel } from "../records/modelSpec";
import { SupernetScorer } from "../search/supernetScorer";
import type { Genotype } from "../space/genotype";
import { genotypeHash } from "../space/genotypeJson";
import { checkUnseen } from "../train/checkUnseen";
import { train } from "../train/train";
import { loadTrainingData, stepsPerEpoch } from "../train/trainContext";
import { trainPart } from "../train/trainPart";
import { ConfigError, DivergenceError, RecordError } from "../util/errors";
import { type Progress, partOf } from "../util/progress";
import { mean } from "../util/statistics";
import { candidatesFolder } from "./candidatesFolder";
import { storedSearch } from "./storedSearch";

/** Something that says how fit architectures are. */
export interface Fitness {
  readonly space: SpaceConfig;
  /** How the networks binarize, which their costs depend on. */
  readonly style: BinarizationConfig;
  /** What it measures on; null before the first architecture is measured. */
  readonly data: EvolutionRecord["data"];
  /** Accuracy, or `exp(−loss)`: in [0, 1]. */
  of(genotype: Genotype, index: number, key: RandomKey): Promise<number>;
  /** The last architecture's fitness is on disk: what was kept to go on with it is not needed any more. */
  stored(): void;
  /** Frees memory; leaves files. */
  close(): void;
}

export interface FitnessOptions {
  /** Folder of the evolution. */
  readonly directory: string;
  /** "supernet": the folder, or the record, of the search. */
  readonly search: string | undefined;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  /** What is known already. */
  readonly history: readonly EvolutionEntry[];
}

/** Opens what an evolution's settings ask for. */
export function openFitness(config: EvolutionConfig, options: FitnessOptions): Promise<Fitness> {
  const { fitness } = config;
  if (fitness.kind === "training" && fitness.early)
    return earlyFitness(fitness, fitness.early, { ...options, evaluations: config.evaluations });
  return fitness.kind === "supernet"
    ? supernetFitness(fitness, options)
    : Promise.resolve(trainingFitness(fitness, config.evaluations, options));
}

/** By a supernet's weights. An architecture that comes again is not measured again: it would get the same number. */
async function supernetFitness(
  { search, images }: SupernetFitness,
  { search: place, progress, history }: FitnessOptions,
): Promise<Fitness> {
  if (place === undefined) {
    throw new ConfigError(
      `evolve: fitness "supernet" needs the search with config ${search.slice(0, 12)}, got none. Give its folder.`,
    );
  }
  const { record, checkpoint } = storedSearch(place);
  if (record.configHash !== search) {
    throw new RecordError(
      `evolve: ${place}: expected the search with config ${search.slice(0, 12)}, got one with config ${record.configHash.slice(0, 12)}.`,
    );
  }
  const scorer = await SupernetScorer.open(record, checkpoint, { images, progress });
  const known = new Map(history.map(({ genotype, fitness }) => [genotypeHash(genotype), fitness]));
  const { name, note, contentHash } = scorer.info;
  return {
    space: record.config.space,
    style: record.config.binarization,
    data: { name, note, ...hashOf(contentHash), images: scorer.images },
    async of(genotype) {
      const hash = genotypeHash(genotype);
      const accuracy = known.get(hash) ?? (await scorer.accuracy(genotype));
      known.set(hash, accuracy);
      return accuracy;
    },
    stored() {},
    close: () => scorer.dispose(),
  };
}

/**
 * By short trainings, each in `candidates/<index>` of the folder until its fitness is stored, so that one that is
 * stopped goes on. A training that diverges has fitness 0. An architecture that comes again is trained again, with
 * another seed: that is how ageing evolution tells luck from fitness.
 */
function trainingFitness(
  { space, train: recipe }: TrainingFitness,
  evaluations: number,
  { directory, progress, signal }: FitnessOptions,
): Fitness {
  const folder = (index: number) => join(directory, candidatesFolder, String(index));
  let data: EvolutionRecord["data"] = null;
  return {
    space,
    style: recipe.binarization,
    get data() {
      return data;
    },
    async of(genotype, index, key) {
      const seed = integers(key, 1, 2 ** 31)[0] as number;
      try {
        const record = await train(trainConfig({ ...recipe, seed }), genotypeModel(genotype), {
          directory: folder(index),
          progress: partOf(progress, { name: "evolution", before: index, own: 1, total: evaluations }),
          signal,
          measureTests: false,
          title: `architecture ${index + 1}/${evaluations}: `,
        });
        const { name, note, contentHash, validationImages: images } = record.data;
        data = { name, note, ...hashOf(contentHash), images };
        return record.epochs.at(-1)?.validation?.accuracy ?? 0;
      } catch (error) {
        if (error instanceof DivergenceError) return 0;
        throw error;
      }
    },
    stored: () => rmSync(join(directory, candidatesFolder), { recursive: true, force: true }),
    close() {},
  };
}

/**
 * By the loss early in a training (`TrainingFitness.early`): by one seed and on the same batches for all, so that what differs is
 * the architecture. One that comes again is not trained again.
 */
async function earlyFitness(
  { space, train: recipe }: TrainingFitness,
  { steps, lossSteps }: NonNullable<TrainingFitness["early"]>,
  { directory, progress, signal, history, evaluations }: FitnessOptions & { readonly evaluations: number },
): Promise<Fitness> {
  const folder = (index: number) => join(directory, candidatesFolder, String(index));
  const backend = await startBackend();
  const images = await loadTrainingData(recipe, progress);
  const perEpoch = stepsPerEpoch({ config: recipe, trainImages: images.trainImages });
  const { batchSize } = recipe;
  const first = { steps: perEpoch, images: images.trainImages.length, batchSize };
  checkUnseen("evolve", "fitness.early.steps", steps, first);
  const known = new Map(history.map(({ genotype, fitness }) => [genotypeHash(genotype), fitness]));
  const { name, note, contentHash } = images.data.info;
  progress.start("evolution", evaluations, "architectures");
  return {
    space,
    style: recipe.binarization,
    data: { name, note, ...hashOf(contentHash), images: lossSteps * batchSize },
    async of(genotype, index) {
      const hash = genotypeHash(genotype);
      const before = known.get(hash);
      if (before !== undefined) return before;
      progress.update(index);
      const value = await trained(genotype, index);
      known.set(hash, value);
      return value;
    },
    stored: () => rmSync(join(directory, candidatesFolder), { recursive: true, force: true }),
    close: () => progress.stop(),
  };

  async function trained(genotype: Genotype, index: number): Promise<number> {
    try {
      const { losses } = await trainPart(recipe, genotypeModel(genotype), {
        ...{ images, backend, signal, heldOut: false, test: false },
        directory: folder(index),
        until: { epoch: Math.floor(steps / perEpoch), step: steps % perEpoch },
      });
      return Math.exp(-mean(losses.slice(steps - lossSteps, steps)));
    } catch (error) {
      if (error instanceof DivergenceError) return 0;
      throw error;
    } finally {
      // The next architecture has graphs of its own.
      forgetGraphs();
    }
  }
}

function hashOf(contentHash: string | undefined): { contentHash?: string } {
  return contentHash === undefined ? {} : { contentHash };
}
