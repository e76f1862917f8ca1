import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { baselineBlocks } from "../config/baselineConfig";
import { baselineFamilies } from "../config/baselineFamilies";
import type { BinarizationConfig } from "../config/binarizationConfig";
import { type DataChoice, formOf } from "../config/datasets";
import type { TrainConfig } from "../config/trainConfig";
import { deriveInputOf } from "../derive/alphasAt";
import { derive } from "../derive/derive";
import { type EvolutionRecord, evolvedModel } from "../records/evolutionRecord";
import { checkEvolutionRecord } from "../records/evolutionRecordFile";
import { checkModelSpec, genotypeModel, type ModelSpec } from "../records/modelSpec";
import { type RaceRecord, racedModel } from "../records/raceRecord";
import { checkRaceRecord } from "../records/raceRecordFile";
import { otherKind, readRecordJson } from "../records/readRecord";
import type { SearchRecord } from "../records/searchRecord";
import { readSearchRecord } from "../records/searchRecordFile";
import type { TrainRecord } from "../records/trainRecord";
import { checkTrainRecord } from "../records/trainRecordFile";
import { parseGenotype } from "../space/validateGenotype";
import { ConfigError } from "../util/errors";
import { likelyNames } from "../util/nearNames";

/** What a training is to be of. */
export interface TrainTarget {
  readonly model: ModelSpec;
  /** The settings of the training it was taken from; null where it comes without any. */
  readonly config: TrainConfig | null;
  /** The folder of that training, where it goes on; null likewise. */
  readonly directory: string | null;
  /** The checkpoint of the search it was derived from, where that is on disk. */
  readonly supernetCheckpoint: string | null;
  /** How the run it was taken from binarizes; null where it comes without any. */
  readonly binarization: BinarizationConfig | null;
  /** The record it was taken from; null where it comes without any. */
  readonly record: SearchRecord | EvolutionRecord | RaceRecord | TrainRecord | null;
}

/** What comes with a model that is not taken from a run. */
const alone = {
  config: null,
  directory: null,
  supernetCheckpoint: null,
  binarization: null,
  record: null,
} as const;

/**
 * What a text on the command line names:
 * - a hand-made network, `family-block` or `family-block-x<width>`: `resnet20-bireal-x0.5`
 * - a genotype's JSON file
 * - the folder, record or checkpoint of a search: the architecture its argmax derives
 * - the folder or record of an evolution: its fittest architecture
 * - the folder or record of a race: its winner
 * - the folder, record or checkpoint of a training: its model with its settings
 *
 * @throws ConfigError for a text that is neither a name nor a path; GenotypeError or RecordError for a file that
 * cannot be read.
 *
 * @example
 * ```ts
 * const { model } = bars.networks.trainTarget("resnet20-bireal-x0.5");
 * console.log(model.kind, model.name); // baseline resnet20-bireal-x0.5
 * ```
 */
export function trainTarget(text: string): TrainTarget {
  if (existsSync(text)) return targetAt(text);
  const named = /^([\w-]+)-([a-z]+)(?:-x([0-9.]+))?$/.exec(text);
  const family = baselineFamilies.names.find((known) => known === named?.[1]);
  const block = baselineBlocks.find((known) => known === named?.[2]);
  if (family && block) {
    const width = named?.[3] === undefined ? {} : { width: Number(named[3]) };
    return { model: checkModelSpec({ kind: "baseline", family, block, ...width }, text), ...alone };
  }
  const names = baselineFamilies.names.flatMap((one) => baselineBlocks.map((other) => `${one}-${other}`));
  const near = likelyNames(text.replace(/-x[0-9.]*$/, ""), names, 3);
  const hint = near.length > 0 ? ` Near names: ${near.join(", ")}.` : "";
  throw new ConfigError(
    `${text || '""'}: expected a genotype file, the folder, record or checkpoint of a search, an evolution, a race or a training, or a network's name such as resnet20-bireal-x0.5 (families ${baselineFamilies.names.join(", ")}; blocks ${baselineBlocks.join(", ")}); found neither file nor network of that name.${hint}`,
  );
}

function targetAt(path: string): TrainTarget {
  if (statSync(path).isDirectory()) return fromRecord(join(path, "record.json"));
  if (path.endsWith(".safetensors")) return fromRecord(join(dirname(path), "record.json"));
  if (basename(path) === "record.json") return fromRecord(path);
  const kind = (readRecordJson(path, "a genotype or a record") as { kind?: unknown } | null)?.kind;
  if (recordKinds.includes(kind as string)) return fromRecord(path);
  return { model: genotypeModel(parseGenotype(readFileSync(path, "utf8"), path)), ...alone };
}

const recordKinds: readonly string[] = [
  "bars.train-record",
  "bars.search-record",
  "bars.evolution-record",
  "bars.race-record",
];

function fromRecord(path: string): TrainTarget {
  const what = "the record of a search, an evolution, a race or a training";
  const value = readRecordJson(path, what);
  const kind = (value as { kind?: unknown } | null)?.kind;
  if (kind === "bars.train-record") {
    const record = checkTrainRecord(value, path);
    const { model, config } = record;
    const { binarization } = config;
    return { model, config, directory: dirname(path), supernetCheckpoint: null, binarization, record };
  }
  if (kind === "bars.search-record") {
    const record = readSearchRecord(path);
    const { genotype } = derive(deriveInputOf(record, undefined, path), "argmax");
    const epoch = record.chosen?.epoch ?? record.epochs.at(-1)?.epoch ?? null;
    const origin = { method: "search", recordHash: record.configHash, rule: "argmax", epoch } as const;
    const model = genotypeModel(genotype, undefined, { ...origin, seed: record.config.seed });
    const checkpoint = join(dirname(path), "checkpoint.safetensors");
    return {
      model,
      config: null,
      directory: null,
      supernetCheckpoint: existsSync(checkpoint) ? checkpoint : null,
      binarization: record.config.binarization,
      record,
    };
  }
  if (kind === "bars.evolution-record") {
    const record = checkEvolutionRecord(value, path);
    const { fitness } = record.config;
    const binarization = fitness.kind === "training" ? fitness.train.binarization : null;
    return { ...alone, model: evolvedModel(record, undefined, path), binarization, record };
  }
  if (kind === "bars.race-record") {
    const record = checkRaceRecord(value, path);
    return {
      ...alone,
      model: racedModel(record, record.winner, undefined, path),
      binarization: record.config.train.binarization,
      record,
    };
  }
  throw otherKind(value, what, path);
}

/**
 * A hand-made network given by name has neither images nor classes of its own: they are the data set's. Other models stay as they are.
 */
export function forDataset({ model, config }: TrainTarget, data: string | DataChoice): ModelSpec {
  if (model.kind !== "baseline" || config !== null) return model;
  return checkModelSpec({ ...model, ...formOf(data) }, model.name);
}
