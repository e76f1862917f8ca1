import { raceConfig } from "../config/raceConfig";
import { validateGenotype } from "../space/validateGenotype";
import { writeFileAtomic } from "../util/atomicFile";
import type { RaceRecord } from "./raceRecord";
import { checkRaceParts, raceRecordShape } from "./raceRecordShape";
import { checkRecordForm, readRecordJson } from "./readRecord";
import { recordText } from "./recordText";
import { sealed } from "./seal";

/** Schema this version of the library writes. */
export const raceRecordSchema = 3;

const form = {
  what: "a record of a race",
  kind: "bars.race-record",
  schema: raceRecordSchema,
  earlier: [1, 2],
  shape: raceRecordShape,
  hashed: ["config", "own"],
} as const;

/** Writes a record as JSON, one line for each network, atomically. */
export function writeRaceRecord(path: string, record: RaceRecord): void {
  const { networks, ...rest } = sealed(record);
  const head = recordText(rest).replace(/\n\}$/, "");
  const lines = networks.map((network) => `  ${recordText(network, 0)}`).join(",\n");
  writeFileAtomic(path, `${head},\n "networks": [\n${lines}\n ]\n}\n`);
}

/**
 * Reads a record of a race.
 * @throws RecordError if the file is missing, is not JSON, is no such record or is of another schema, and for the first
 * field that is not what it must be.
 *
 * @example
 * ```ts
 * const record = bars.records.readRaceRecord("data/records/race-small-seed0.json");
 * console.log(record.kind, record.status); // bars.race-record finished
 * ```
 */
export function readRaceRecord(path: string): RaceRecord {
  return checkRaceRecord(readRecordJson(path, form.what), path);
}

/** Checks kind, schema and every field, the architectures among them, and that the settings have the hash it states. */
export function checkRaceRecord(value: unknown, place: string): RaceRecord {
  const record = checkRecordForm(value, form, place);
  checkRaceParts(record, place);
  const networks = record.networks.map((network) => ({
    ...network,
    genotype: validateGenotype(network.genotype),
  }));
  const own = record.own.map((genotype) => validateGenotype(genotype));
  // Settings that did not exist when it was written have the values that change nothing.
  return { ...record, config: raceConfig(record.config, `${place}: config`), own, networks };
}
