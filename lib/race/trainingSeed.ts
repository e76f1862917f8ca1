import type { RaceConfig } from "../config/raceConfig";
import { fold, integers, randomKey } from "../random/randomKey";

/**
 * Seed of a network's training: the race's, or one of its own (`rungs.seeds`).
 * @param again which of its trainings with other seeds, from 0; null: that of the rungs.
 */
export function trainingSeed({ seed, rungs }: RaceConfig, index: number, again: number | null): number {
  if (again === null && rungs.seeds !== "own") return seed;
  const own = fold(fold(randomKey(seed), "race training"), index);
  const [drawn] = integers(fold(own, again === null ? "rungs" : again), 1, 2 ** 31);
  return drawn as number;
}
