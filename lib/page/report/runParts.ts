import { deriveInputOf } from "../../derive/alphasAt";
import { derive } from "../../derive/derive";
import type { BlockStyle } from "../../primitives/blockStyle";
import type { EvolutionRecord } from "../../records/evolutionRecord";
import type { RaceRecord } from "../../records/raceRecord";
import type { SearchRecord } from "../../records/searchRecord";
import type { Table } from "../../records/table";
import type { TrainRecord } from "../../records/trainRecord";
import type { Genotype } from "../../space/genotype";
import { counted } from "../../util/counted";
import { BarsError } from "../../util/errors";
import type { RunDetail } from "./reportData";

export type PageRecord = SearchRecord | TrainRecord | RaceRecord | EvolutionRecord | Table;

/** An architecture of a run, and what it is. */
export interface ShownGenotype {
  readonly genotype: Genotype;
  readonly title: string;
  readonly style: BlockStyle | undefined;
}

/** The architecture a run stands for: derived by argmax, trained, the winner, the fittest; null where there is none. */
export function genotypeOf({ row, record }: RunDetail): ShownGenotype | null {
  const value = record as PageRecord | null;
  if (value === null || value.kind === "bars.table") return null;
  if (value.kind === "bars.search-record") return derivedIn(value, row.name);
  if (value.kind === "bars.train-record")
    return value.model.kind === "genotype"
      ? { genotype: value.model.genotype, title: row.name, style: value.config.binarization }
      : null;
  if (value.kind === "bars.race-record") {
    const won = value.winner === null ? undefined : value.networks[value.winner];
    return won
      ? { genotype: won.genotype, title: `${row.name}: winner`, style: value.config.train.binarization }
      : null;
  }
  const best = value.best === null ? undefined : value.history[value.best];
  return best ? { genotype: best.genotype, title: `${row.name}: fittest`, style: undefined } : null;
}

function derivedIn(record: SearchRecord, name: string): ShownGenotype | null {
  if (record.epochs.length === 0) return null;
  try {
    const { genotype } = derive(deriveInputOf(record));
    return { genotype, title: `${name}: argmax`, style: record.config.binarization };
  } catch (error) {
    if (error instanceof BarsError) return null;
    throw error;
  }
}

export type Fact = readonly [name: string, value: string];

/** Where a run's numbers come from. */
export function provenanceFacts({ row, record, recordHash }: RunDetail): Fact[] {
  const value = record as PageRecord | null;
  const facts: Fact[] = [["place", row.place]];
  if (value === null) return facts;
  if (value.kind === "bars.table")
    return [
      ...facts,
      ["bars", value.provenance.bars],
      ["made from", value.provenance.sources.join(", ") || "–"],
    ];
  const { configHash, createdAt, updatedAt, versions, backend, data, defined } = value;
  facts.push(
    ["settings' hash", configHash],
    ["record's hash", recordHash ?? "–"],
    ["began", createdAt],
    ["last written", updatedAt],
    ["bars, Node", `${versions.bars}, ${versions.node}`],
    [
      "engine",
      `${backend.name} ${backend.version}, ${backend.device}, ${counted(backend.threads, "thread")}`,
    ],
  );
  if (data) facts.push(["images", [data.name, imagesText(value), data.note].filter(Boolean).join("; ")]);
  if (defined)
    facts.push([
      "defined by the user",
      defined.map(({ kind, name, version }) => `${kind} ${name} ${version}`).join(", "),
    ]);
  if (value.kind === "bars.train-record") facts.push(...trainFacts(value));
  return facts;
}

function trainFacts({ model, teacher }: TrainRecord): Fact[] {
  const facts: Fact[] = [];
  if (model.kind === "baseline")
    facts.push(["model", `hand-made: ${model.family}, block ${model.block}, width ${model.width}`]);
  else if (model.origin) {
    const { method, recordHash, epoch, rule } = model.origin;
    const at = epoch === null ? "" : `, epoch ${epoch + 1}`;
    facts.push([
      "model",
      `by ${method}${at}${recordHash ? `, record ${recordHash.slice(0, 12)}` : ""}, ${JSON.stringify(rule)}`,
    ]);
  }
  if (teacher)
    facts.push(["teacher", `${teacher.name}, ${(100 * teacher.testAccuracy).toFixed(2)} % of test images`]);
  return facts;
}

function imagesText(record: Exclude<PageRecord, Table>): string {
  const counts = Object.entries(record.data ?? {}).filter(
    ([key, value]) => /images$/i.test(key) && typeof value === "number",
  );
  return counts
    .map(([key, value]) => `${(value as number).toLocaleString("en")} ${key.replace(/Images$/, "")}`)
    .join(", ");
}
