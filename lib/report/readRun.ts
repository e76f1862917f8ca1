import { closeSync, openSync, readSync } from "node:fs";
import { basename, dirname } from "node:path";
import type { EvolutionRecord } from "../records/evolutionRecord";
import { checkEvolutionRecord } from "../records/evolutionRecordFile";
import type { RaceRecord } from "../records/raceRecord";
import { checkRaceRecord } from "../records/raceRecordFile";
import { kindInJson, readRecordJson } from "../records/readRecord";
import type { SearchRecord } from "../records/searchRecord";
import { checkSearchRecord } from "../records/searchRecordFile";
import type { Table } from "../records/table";
import { readTable } from "../records/tableFile";
import type { TrainRecord } from "../records/trainRecord";
import { checkTrainRecord } from "../records/trainRecordFile";
import { BarsError } from "../util/errors";
import type { FoundFile } from "./findRuns";

/** A record that a report shows, checked. */
export type RunRecord = SearchRecord | TrainRecord | RaceRecord | EvolutionRecord | Table;

/** What a JSON file turned out to be. */
export type ReadRun =
  | { readonly record: RunRecord }
  /** A record that cannot be read, and why. */
  | { readonly why: string }
  /** Of a kind that is no run, or no file of this library. */
  | { readonly other: true };

/** Kinds that are runs. */
const checks = {
  "bars.search-record": checkSearchRecord,
  "bars.train-record": checkTrainRecord,
  "bars.race-record": checkRaceRecord,
  "bars.evolution-record": checkEvolutionRecord,
} as const;

/**
 * Reads a file that may be a run's. Files called `record.json` must be one; of others the first bytes say whether they
 * are, so that large files of other kinds are not read whole.
 */
export function readRun({ path, place }: Pick<FoundFile, "path" | "place">): ReadRun {
  try {
    const named = basename(path) === "record.json";
    const told = kindAtHead(path);
    if (!named && (told === null || !(told in checks || told === "bars.table"))) return { other: true };
    if (told === "bars.table") return { record: readTable(path) };
    const value = readRecordJson(path, "the record of a run");
    const kind = kindInJson(value);
    const check =
      typeof kind === "string" && Object.hasOwn(checks, kind) ? checks[kind as keyof typeof checks] : null;
    if (check !== null) return { record: check(value, place) };
    if (typeof kind === "string" && kind.startsWith("bars.")) return { other: true };
    return {
      why: `expected the record of a run, got JSON ${kind === undefined ? "of no kind" : "of another kind"}.`,
    };
  } catch (error) {
    if (!(error instanceof BarsError)) throw error;
    return { why: withoutPlace(error.message, path, place) };
  }
}

/** Messages begin with the file; a report names it beside them. */
function withoutPlace(message: string, path: string, place: string): string {
  for (const start of [`${path}: `, `${place}: `])
    if (message.startsWith(start)) return message.slice(start.length);
  return message.replaceAll(dirname(path), dirname(place));
}

const headBytes = 256;

/** The kind that the first bytes of a file state; null where they state none. */
function kindAtHead(path: string): string | null {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch {
    // What cannot be opened is said by whoever reads it whole.
    return null;
  }
  try {
    const head = Buffer.alloc(headBytes);
    const length = readSync(file, head, 0, headBytes, 0);
    return /^\s*\{\s*"kind"\s*:\s*"(bars\.[a-z-]+)"/.exec(head.toString("latin1", 0, length))?.[1] ?? null;
  } catch {
    return null;
  } finally {
    closeSync(file);
  }
}
