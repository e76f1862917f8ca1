import { validateGenotype } from "../space/validateGenotype";
import { writeFileAtomic } from "../util/atomicFile";
import { RecordError } from "../util/errors";
import type { EvolutionEntry, EvolutionRecord } from "./evolutionRecord";
import { checkRecordForm, readRecordJson } from "./readRecord";

/** Schema this version of the library writes. */
export const evolutionRecordSchema = 2;

const form = {
  what: "a record of an evolution",
  kind: "bars.evolution-record",
  schema: evolutionRecordSchema,
  earlier: [1],
  fields: ["config", "configHash", "backend", "space", "data", "status", "seconds", "best", "history"],
} as const;

/** Writes a record as JSON, one line for each architecture, atomically. */
export function writeEvolutionRecord(path: string, record: EvolutionRecord): void {
  const { history, ...rest } = record;
  const head = JSON.stringify(rest, null, 1).replace(/\n\}$/, "");
  const lines = history.map((entry) => `  ${JSON.stringify(entry)}`).join(",\n");
  writeFileAtomic(path, `${head},\n "history": [\n${lines}\n ]\n}\n`);
}

/**
 * Reads a record of an evolution.
 * @throws RecordError if the file is missing, is not JSON, is no such record or is of another schema; GenotypeError for
 * an architecture that is none.
 */
export function readEvolutionRecord(path: string): EvolutionRecord {
  return checkEvolutionRecord(readRecordJson(path, form.what), path);
}

/** Checks kind, schema, the fields every reader relies on, and the architectures. */
export function checkEvolutionRecord(value: unknown, place: string): EvolutionRecord {
  const record = checkRecordForm(value, form, place) as unknown as EvolutionRecord;
  const history = record.history.map((entry, i): EvolutionEntry => {
    if (entry.index !== i) {
      throw new RecordError(
        `${place}: history[${i}] should have index ${i}, got ${JSON.stringify(entry.index)}; the history must be whole and in order.`,
      );
    }
    return { ...entry, genotype: validateGenotype(entry.genotype, `${place}: history[${i}]`) };
  });
  return { ...record, history };
}
