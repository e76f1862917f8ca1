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

/** Folder of a network's training: `networks/007-1a2b3c4d`; of its first one with another seed `networks/007-1a2b3c4d-again0`. */
export function networkFolder(
  directory: string,
  { index, hash }: Pick<RaceNetwork, "index" | "hash">,
  again: number | null,
): string {
  const name = `${String(index).padStart(3, "0")}-${hash.slice(0, 8)}`;
  return join(raceFiles(directory).networks, again === null ? name : `${name}-again${again}`);
}
