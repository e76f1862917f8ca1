import type { BackendInfo } from "../backend";
import type { EvolutionConfig } from "../config/evolutionConfig";
import type { SpaceConfig } from "../config/spaceConfig";
import type { Genotype } from "../space/genotype";
import { RecordError } from "../util/errors";
import type { Definition } from "../util/variantTable";
import { type GenotypeModel, genotypeModel } from "./modelSpec";

/** An architecture that was evaluated. Plain JSON. */
export interface EvolutionEntry {
  /** Order of evaluation, from 0. */
  readonly index: number;
  /** Index of the parent; null for one drawn at random. */
  readonly parent: number | null;
  readonly genotype: Genotype;
  /** What is maximised. */
  readonly fitness: number;
}

/** One regularised evolution, stored whole. Plain JSON. */
export interface EvolutionRecord {
  readonly kind: "bars.evolution-record";
  /** 2; 1 where fitness was measured with another recalibration (`evolutionRecalibration`). */
  readonly schema: 1 | 2 | 3;
  readonly config: EvolutionConfig;
  /** SHA-256 of the canonical JSON of `config`. */
  readonly configHash: string;
  /** The user's own variants it holds; left out where there are none. */
  readonly defined?: readonly Definition[];
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly versions: { readonly bars: string; readonly node: string };
  readonly backend: BackendInfo;
  readonly space: SpaceConfig;
  /** What fitness is measured on; null before the first architecture is. */
  readonly data: {
    readonly name: string;
    readonly note: string;
    readonly contentHash?: string;
    readonly images: number;
  } | null;
  readonly status: "running" | "finished" | "interrupted";
  /** For "interrupted": where it stopped. */
  readonly statusDetail: string | null;
  /** Of all evaluations so far. */
  readonly seconds: number;
  /** Index of the fittest so far, the first of equals; null before the first. */
  readonly best: number | null;
  /** Every architecture that was evaluated, in order. Fitness is an accuracy, a share in [0, 1], or of early steps `exp(−loss)`. */
  readonly history: readonly EvolutionEntry[];
}

/**
 * The fittest architecture of an evolution as a model to train.
 * @param place what messages begin with, where the record has one: its path.
 * @throws RecordError if none has been evaluated yet.
 *
 * @example
 * ```ts
 * const data = { dataset: "synthetic", trainImages: 48, testImages: 16 };
 * const space = bars.space.spaceConfig({ initChannels: 4, cellLayout: [0, 1, 0], steps: 1 });
 * const train = bars.trainConfig({ data, batchSize: 8, epochs: 1, validationShare: 0.5 });
 * const config = bars.config.evolutionConfig(
 *   { kind: "training", space, train },
 *   { population: 2, sample: 1, evaluations: 3 },
 * );
 * const record = await bars.evolve(config, { directory: "runs/tiny-evolution" });
 * console.log(bars.records.evolvedModel(record, "fittest").name); // fittest
 * ```
 */
export function evolvedModel(record: EvolutionRecord, name?: string, place?: string): GenotypeModel {
  const best = record.best === null ? undefined : record.history[record.best];
  if (best === undefined) {
    throw new RecordError(
      `${place ?? "evolvedModel"}: the evolution with config ${record.configHash.slice(0, 12)} has evaluated no architecture yet. Run it first.`,
    );
  }
  const { configHash: recordHash, config } = record;
  const origin = { method: "evolution", recordHash, rule: config, epoch: null, seed: config.seed } as const;
  return genotypeModel(best.genotype, name, origin);
}
