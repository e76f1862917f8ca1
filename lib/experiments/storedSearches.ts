import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { SearchRecord } from "../records/searchRecord";
import { readSearchRecord } from "../records/searchRecordFile";
import { counted } from "../util/counted";
import { NoRecordError } from "../util/errors";
import { likelyNames } from "../util/nearNames";
import { projectPath } from "../util/projectFolder";

/**
 * Search records that ship with the project, by file name without `.json`, in alphabetical order.
 *
 * @param prefix what their names begin with, e.g. "search-plain".
 * @param place folder where they lie, relative to the project's folder.
 * @throws RecordError if there is none, or one cannot be read.
 *
 * @example
 * ```ts
 * console.log(Object.keys(bars.records.storedSearches("search-plain"))); // ["search-plain-seed0","search-plain-seed1","search-plain-seed2"]
 * ```
 */
export function storedSearches(prefix: string, place = "data/records"): Record<string, SearchRecord> {
  const folder = projectPath(place);
  const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".json")) : [];
  const names = files.map((name) => name.slice(0, -".json".length)).sort();
  const found = names.filter((name) => name.startsWith(prefix));
  if (found.length === 0) {
    const near = likelyNames(prefix, names, 3);
    const some =
      names.length > 0
        ? ` It holds ${counted(names.length, "record")}, e.g. ${names[0]}.`
        : " It holds no records.";
    const hint = near.length > 0 ? ` The nearest are ${near.join(", ")}.` : some;
    throw new NoRecordError(
      `${folder}: expected records whose names begin with "${prefix}", found none.${hint}`,
    );
  }
  return Object.fromEntries(found.map((name) => [name, readSearchRecord(join(folder, `${name}.json`))]));
}
