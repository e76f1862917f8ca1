import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { readRecordJson } from "../records/readRecord";
import { checkTrainRecord } from "../records/trainRecordFile";
import { NoRecordError } from "../util/errors";
import { projectOrOwn } from "../util/projectFolder";
import type { FoundRecord } from "./frontierRuns";

/**
 * The training records in the first of some folders that holds any: every JSON file at any depth that is one, sorted
 * by path. Other files, teachers of distillation and an evolution's short trainings are passed over. Folders are meant from the project's;
 * one that is not there, from where the process works.
 *
 * @throws RecordError for a record of another schema, and where none of the folders holds one.
 *
 * @example
 * ```ts
 * const found = bars.records.loadTrainRecords("data/records/frontier");
 * console.log(found[0].record.kind); // bars.train-record
 * ```
 */
export function loadTrainRecords(folders: string | readonly string[]): FoundRecord[] {
  const places = [folders].flat();
  for (const place of places) {
    const found = jsonFiles(projectOrOwn(place)).flatMap((path): FoundRecord[] => {
      const value = readRecordJson(path, "a training record");
      const kind = (value as { kind?: unknown } | null)?.kind;
      return kind === "bars.train-record" ? [{ place: path, record: checkTrainRecord(value, path) }] : [];
    });
    if (found.length > 0) return found;
  }
  throw new NoRecordError(
    `${places.join(", ")}: expected training records, found none. Train networks first (notebook 04, bars train or bars sweep run), or give the folder they are in.`,
  );
}

function jsonFiles(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return /^(teachers?|candidates)$/.test(entry.name) ? [] : jsonFiles(path);
      return entry.name.endsWith(".json") ? [path] : [];
    })
    .sort();
}
