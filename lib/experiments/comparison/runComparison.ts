import { join, relative } from "node:path";
import type { Table } from "../../records/table";
import { writeTableFile } from "../../records/tableFile";
import { genotypeJson } from "../../space/genotypeJson";
import { expandSweep } from "../../sweep/expandSweep";
import type { JobCommand } from "../../sweep/jobProcess";
import { runSweep, type SweepEvent } from "../../sweep/runSweep";
import { checkSweep } from "../../sweep/sweepFile";
import { writeFileAtomic } from "../../util/atomicFile";
import { countedOf } from "../../util/counted";
import { ConfigError, InterruptedError, RecordError } from "../../util/errors";
import { makeFolders } from "../../util/makeFolders";
import {
  type ComparisonPresetName,
  type ComparisonSize,
  comparisonPresetNames,
  comparisonPresets,
} from "./comparisonPresets";
import { comparisonTable, type MatchedVariant } from "./comparisonTable";
import { type Comparison, comparisons, comparisonVariants } from "./comparisonVariants";
import { matchBops } from "./matchBops";

export interface ComparisonOptions {
  /** Folder of the experiment; every run has its own below. */
  readonly directory: string;
  /** A preset's name, or a size of one's own. Default "small". */
  readonly size?: ComparisonPresetName | ComparisonSize;
  /** Only these variants, by name; the reference is always there. Default all. */
  readonly only?: readonly string[];
  /** Runs at once. Default 1. */
  readonly jobs?: number;
  /** Threads of each. Default 1. */
  readonly threads?: number;
  readonly retry?: boolean;
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: SweepEvent, total: number) => void;
  /** What does a run; tests put something light in its place. */
  readonly command?: JobCommand;
}

/**
 * The comparison of layouts (how depth and width are spread, what reduction cells cost) or of topologies (shortcuts,
 * where the 1x1 sits, operations, graph), all at equal BOPs, trained from scratch by one recipe with several seeds.
 *
 * Writes `genotypes/<variant>.json`, `sweep.json`, a folder for each run and `table.json`, the result. Called again
 * with the same folder it does what is missing; `bars sweep` works on the folder, too.
 *
 * @throws ConfigError for an unknown comparison, preset or variant, and where a variant has no network of the asked
 * BOPs; RecordError naming the runs that failed; InterruptedError after `signal`.
 *
 * @example
 * ```ts
 * // Every run is a process of its own. Asked to stop before the first begins, it leaves them all for the next call.
 * const signal = AbortSignal.abort();
 * try {
 *   await bars.experiments.runComparison("layout", { directory: "runs/layout", size: "smoke", only: ["reference"], signal });
 * } catch (error) {
 *   console.log(error.message.split(";")[0]); // layout comparison: stopped with 1 of 1 run left
 * }
 * ```
 */
export async function runComparison(comparison: Comparison, options: ComparisonOptions): Promise<Table> {
  const { directory } = options;
  const size = sizeOf(options.size ?? "small");
  const variants = matchedVariants(comparison, size, options.only);
  const jobs = expandSweep(writeSweep(comparison, size, variants, directory));
  const result = await runSweep(jobs, {
    folder: directory,
    size: options.jobs ?? 1,
    retry: options.retry ?? false,
    env: () => ({ BARS_ONNX_THREADS: String(options.threads ?? 1) }),
    ...(options.signal ? { signal: options.signal } : {}),
    ...(options.command ? { command: options.command } : {}),
    onEvent: (event) => options.onEvent?.(event, jobs.length),
  });
  if (result.failed.length > 0) {
    const details = result.failed.map(({ job, detail }) => `\n  ${job.name}: ${detail}`);
    throw new RecordError(
      `${comparison} comparison: ${countedOf(result.failed.length, jobs.length, "run")} failed:${details.join("")}\nMend the cause and run again with retry.`,
    );
  }
  if (result.left.length > 0) {
    throw new InterruptedError(
      `${comparison} comparison: stopped with ${countedOf(result.left.length, jobs.length, "run")} left; everything is saved. Run it again to go on.`,
    );
  }
  const table = comparisonTable(comparison, size, variants, jobs, directory);
  writeTableFile(join(directory, "table.json"), table);
  return table;
}

/**
 * The variants of a comparison as networks of equal BOPs.
 *
 * @example
 * ```ts
 * const variants = bars.experiments.matchedVariants("layout", { bops: 3e6, tolerance: 0.1 }, ["reference"]);
 * console.log(variants[0].name, Math.abs(variants[0].bops / 3e6 - 1) < 0.1); // reference true
 * ```
 */
export function matchedVariants(
  comparison: Comparison,
  size: Pick<ComparisonSize, "bops" | "tolerance">,
  only?: readonly string[],
): MatchedVariant[] {
  if (!comparisons.includes(comparison)) {
    throw new ConfigError(
      `runComparison: comparison must be one of ${comparisons.join(", ")}, got ${JSON.stringify(comparison)}.`,
    );
  }
  const all = comparisonVariants[comparison];
  const unknown = only?.find((name) => !all.some((variant) => variant.name === name));
  if (unknown !== undefined) {
    throw new ConfigError(
      `runComparison: unknown variant "${unknown}" of the ${comparison} comparison. Known variants: ${all.map(({ name }) => name).join(", ")}.`,
    );
  }
  return all
    .filter(({ name }, i) => i === 0 || only === undefined || only.includes(name))
    .map((variant) => ({
      ...variant,
      ...matchBops(variant.shape, size.bops, size.tolerance, `${comparison} comparison, ${variant.name}`),
    }));
}

/** A size by its name, or as it is. @throws ConfigError for an unknown name. */
export function sizeOf(size: ComparisonPresetName | ComparisonSize): ComparisonSize {
  if (typeof size !== "string") return size;
  if (!comparisonPresetNames.includes(size)) {
    throw new ConfigError(
      `runComparison: unknown preset "${size}". Known presets: ${comparisonPresetNames.join(", ")}.`,
    );
  }
  return comparisonPresets[size];
}

/** Writes genotypes and sweep file, and reads the sweep back as any sweep is read. */
function writeSweep(
  comparison: Comparison,
  size: ComparisonSize,
  variants: readonly MatchedVariant[],
  directory: string,
) {
  const folder = join(directory, "genotypes");
  makeFolders(folder);
  const path = join(directory, "sweep.json");
  const runs = variants.map(({ name, about, genotype }) => {
    const file = join(folder, `${name}.json`);
    writeFileAtomic(file, `${genotypeJson(genotype)}\n`);
    return { name, note: about, stage: "train", genotype: relative(directory, file) };
  });
  const common = { train: size.train, seeds: size.seeds };
  const sweep = { kind: "bars.sweep", schema: 1, name: comparison, common, runs };
  writeFileAtomic(path, `${JSON.stringify(sweep, null, 1)}\n`);
  return checkSweep(sweep, path, directory);
}
