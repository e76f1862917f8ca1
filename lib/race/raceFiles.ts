import { join } from "node:path";
import type { RaceNetwork } from "../records/raceRecord";

/**
 * Paths of a race's files.
 *
 * @example
 * ```ts
 * console.log(bars.experiments.raceFiles("runs/race").record.endsWith("record.json")); // true
 * ```
 */
export function raceFiles(directory: string) {
  return { record: join(directory, "record.json"), networks: join(directory, "networks") };
}

/** Folder of a network's training: `networks/007-1a2b3c4d`. */
export function networkFolder(
  directory: string,
  { index, hash }: Pick<RaceNetwork, "index" | "hash">,
): string {
  return join(raceFiles(directory).networks, `${String(index).padStart(3, "0")}-${hash.slice(0, 8)}`);
}
