import { validateGenotype } from "../space/validateGenotype";
import { writeFileAtomic } from "../util/atomicFile";
import type { EvolutionRecord } from "./evolutionRecord";
import { checkEvolutionParts, evolutionRecordShape, storedEvolutionConfig } from "./evolutionRecordShape";
import { checkRecordForm, readRecordJson } from "./readRecord";
import { recordText } from "./recordText";
import { sealed } from "./seal";

/** Schema this version of the library writes. */
export const evolutionRecordSchema = 3;

const form = {
  what: "a record of an evolution",
  kind: "bars.evolution-record",
  schema: evolutionRecordSchema,
  earlier: [1, 2],
  shape: evolutionRecordShape,
  hashed: ["config"],
} as const;

/** Writes a record as JSON, one line for each architecture, atomically. */
export function writeEvolutionRecord(path: string, record: EvolutionRecord): void {
  const { history, ...rest } = sealed(record);
  const head = recordText(rest).replace(/\n\}$/, "");
  const lines = history.map((entry) => `  ${recordText(entry, 0)}`).join(",\n");
  writeFileAtomic(path, `${head},\n "history": [\n${lines}\n ]\n}\n`);
}

/**
 * Reads a record of an evolution.
 * @throws RecordError if the file is missing, is not JSON, is no such record or is of another schema, and for the first
 * field that is not what it must be.
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
 * await bars.evolve(config, { directory: "runs/tiny-evolution" });
 * console.log(bars.records.readEvolutionRecord("runs/tiny-evolution/record.json").history.length); // 3
 * ```
 */
export function readEvolutionRecord(path: string): EvolutionRecord {
  return checkEvolutionRecord(readRecordJson(path, form.what), path);
}

/** Checks kind, schema and every field, the architectures among them, and that the settings have the hash it states. */
export function checkEvolutionRecord(value: unknown, place: string): EvolutionRecord {
  const record = checkRecordForm(value, form, place);
  checkEvolutionParts(record, place);
  const history = record.history.map((entry) => ({ ...entry, genotype: validateGenotype(entry.genotype) }));
  // Settings that did not exist when it was written have the values that change nothing.
  return { ...record, config: storedEvolutionConfig(record.config, `${place}: config`), history };
}
