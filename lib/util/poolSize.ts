import { availableParallelism, freemem } from "node:os";
import { ConfigError } from "./errors";

/** How many jobs run at once, and how many threads each computes with. */
export interface PoolSize {
  readonly jobs: number;
  readonly threads: number;
}

/** What the machine has; tests make up others. */
export interface Machine {
  readonly cores: number;
  readonly freeBytes: number;
}

/** Memory a job is assumed to take where nothing else is said, in bytes. */
const usualJobBytes = 2 * 2 ** 30;

/**
 * Shares a machine out: as many jobs as there are cores, waiting jobs and room in memory, and to each an equal part of
 * the cores. Several jobs with few threads do more work in a time than one with many. What is asked for is kept.
 *
 * @throws ConfigError for numbers that are not whole or below 1.
 *
 * @example
 * ```ts
 * console.log(bars.sweep.poolSize(8, { jobs: 2, threads: 1 }).jobs); // 2
 * ```
 */
export function poolSize(
  waiting: number,
  asked: {
    readonly jobs?: number | undefined;
    readonly threads?: number | undefined;
    readonly jobBytes?: number | undefined;
  } = {},
  machine: Machine = thisMachine(),
): PoolSize {
  for (const key of ["jobs", "threads"] as const) {
    const value = asked[key];
    if (value !== undefined && !(Number.isInteger(value) && value >= 1))
      throw new ConfigError(`poolSize: ${key} must be a whole number of at least 1, got ${value}.`);
  }
  const byCores = Math.floor(machine.cores / (asked.threads ?? 1));
  const byMemory = Math.floor(machine.freeBytes / (asked.jobBytes ?? usualJobBytes));
  const jobs = asked.jobs ?? Math.max(1, Math.min(byCores, byMemory, waiting));
  return { jobs, threads: asked.threads ?? Math.max(1, Math.floor(machine.cores / jobs)) };
}

/** Memory is what this process may still take, with the limits of its container. */
export function thisMachine(): Machine {
  return { cores: availableParallelism(), freeBytes: process.availableMemory?.() ?? freemem() };
}
