import { existsSync } from "node:fs";
import { join } from "node:path";
import type { SearchRecord } from "../records/searchRecord";
import { readSearchRecord } from "../records/searchRecordFile";
import { searchFiles } from "../search/searchFiles";
import { type Progress, partOf } from "../util/progress";
import { type CollapseVariant, collapseStudyConfig, collapseVariants } from "./collapseVariants";

/** One search of the study. */
export interface CollapseRun {
  readonly variant: CollapseVariant;
  readonly seed: number;
  readonly record: SearchRecord;
}

export interface CollapseStudyOptions {
  /** Every search has a folder `<variant>-seed<seed>` of its own in it. */
  readonly directory: string;
  /** Default: all. */
  readonly variants?: readonly CollapseVariant[];
  /** Default: 0, 1 and 2. */
  readonly seeds?: readonly number[];
  readonly progress?: Progress;
  readonly signal?: AbortSignal;
  /** Called when a search is finished. */
  readonly onRun?: (run: CollapseRun) => void;
}

/** Folder of one search of the study. */
export function collapseFolder(directory: string, variant: CollapseVariant, seed: number): string {
  return join(directory, `${variant}-seed${seed}`);
}

/**
 * Runs a small search that collapses, and the same search under every strategy that is said to help
 * ({@link collapseVariants}), over seeds: all variants of one seed, then the next.
 *
 * Finished searches are read, unfinished ones go on where they stopped.
 *
 * @throws InterruptedError after Ctrl-C or `signal`, when the running search is saved.
 *
 * @example
 * ```ts
 * // All variants and seeds take long. Stopped, it saves the running search, and the same call goes on.
 * try {
 *   await bars.experiments.collapseStudy({ directory: "runs/collapse", seeds: [0], signal: AbortSignal.abort() });
 * } catch (error) {
 *   console.log(error.name); // InterruptedError
 * }
 * ```
 */
export async function collapseStudy(options: CollapseStudyOptions): Promise<CollapseRun[]> {
  const variants = options.variants ?? (Object.keys(collapseVariants) as CollapseVariant[]);
  // Reading finished searches needs no engine.
  const { search } = await import("../search/search.js");
  const runs: CollapseRun[] = [];
  const seeds = options.seeds ?? [0, 1, 2];
  const total = seeds.length * variants.length;
  const own = () => ({ name: "study", before: runs.length, own: 1, total });
  for (const seed of seeds) {
    for (const variant of variants) {
      const record = await search(collapseStudyConfig(variant, seed), {
        directory: collapseFolder(options.directory, variant, seed),
        ...(options.progress ? { progress: partOf(options.progress, own()) } : {}),
        ...(options.signal ? { signal: options.signal } : {}),
      });
      const run = { variant, seed, record };
      runs.push(run);
      options.onRun?.(run);
    }
  }
  return runs;
}

/**
 * The finished searches of a study that a folder holds, without running any; variants in the order of the study.
 *
 * @example
 * ```ts
 * console.log(bars.experiments.readCollapseRuns("runs/no-study").length); // 0
 * ```
 */
export function readCollapseRuns(directory: string, seeds: readonly number[] = [0, 1, 2]): CollapseRun[] {
  return (Object.keys(collapseVariants) as CollapseVariant[]).flatMap((variant) =>
    seeds.flatMap((seed) => {
      const { record: path } = searchFiles(collapseFolder(directory, variant, seed));
      if (!existsSync(path)) return [];
      const record = readSearchRecord(path);
      return record.status === "finished" ? [{ variant, seed, record }] : [];
    }),
  );
}
