import type { ComparedMeasure } from "../cost/cost";
import { RecordError } from "../util/errors";
import type { RunPoint } from "./runPoint";
import { type SampleSummary, sampleSummary } from "./sampleSummary";

/**
 * What one row of a frontier repeats.
 * - `"name"`: runs of the same name. Searched architectures differ from seed to seed, and so does their cost.
 * - `"model"`: runs of the same architecture; only training is repeated.
 */
export type FrontierGrouping = "name" | "model";

/** Repetitions of one model or one method under one recipe: one point of a frontier, with its spread. */
export interface RunGroup {
  /** The name of its runs, with the recipe's hash where the same name was trained by several recipes. */
  readonly name: string;
  readonly method: string;
  /** Hash of the model; null where the runs hold several. */
  readonly model: string | null;
  readonly recipe: string;
  /** One for each run, ascending. */
  readonly seeds: readonly number[];
  readonly flops: SampleSummary;
  readonly bops: SampleSummary;
  readonly ops: SampleSummary;
  /** Only where every run has a latency. */
  readonly latency?: SampleSummary | undefined;
  /** Of test accuracies, as shares in [0, 1]. */
  readonly accuracy: SampleSummary;
  readonly runs: readonly RunPoint[];
}

/**
 * Groups runs over their seeds, in the order of the first run of each group.
 *
 * @throws RecordError if a run comes twice (it would count as two seeds), or if runs were tested on different images.
 */
export function groupRuns(runs: readonly RunPoint[], by: FrontierGrouping = "name"): RunGroup[] {
  rejectRepeated(runs);
  rejectOtherTestSets(runs);
  const groups = new Map<string, RunPoint[]>();
  for (const run of runs) {
    const key = JSON.stringify([run.method, by === "name" ? run.name : run.model, run.recipe]);
    groups.set(key, [...(groups.get(key) ?? []), run]);
  }
  const made = [...groups.values()].map(group);
  const shared = (name: string) => made.filter((row) => row.name === name).length > 1;
  return made.map((row) => (shared(row.name) ? { ...row, name: `${row.name} (${suffix(row, made)})` } : row));
}

function group(unsorted: RunPoint[]): RunGroup {
  const runs = [...unsorted].sort((a, b) => a.seed - b.seed || (a.run < b.run ? -1 : 1));
  const [first] = runs as [RunPoint];
  const models = new Set(runs.map(({ model }) => model));
  const of = (field: "flops" | "bops" | "ops" | "accuracy") => sampleSummary(runs.map((run) => run[field]));
  const latency = runs.map((run) => run.latency);
  return {
    name: first.name,
    method: first.method,
    model: models.size === 1 ? first.model : null,
    recipe: first.recipe,
    seeds: runs.map(({ seed }) => seed),
    flops: of("flops"),
    bops: of("bops"),
    ops: of("ops"),
    ...(latency.some((ms) => ms === undefined) ? {} : { latency: sampleSummary(latency as number[]) }),
    accuracy: of("accuracy"),
    runs,
  };
}

/** What tells a row from others of its name: recipe, method or model, whichever differs first. */
function suffix(row: RunGroup, all: readonly RunGroup[]): string {
  const rivals = all.filter((other) => other !== row && other.name === row.name);
  if (rivals.every(({ recipe }) => recipe !== row.recipe)) return `recipe ${row.recipe.slice(0, 8)}`;
  if (rivals.every(({ method }) => method !== row.method)) return row.method;
  return `recipe ${row.recipe.slice(0, 8)}, model ${row.model?.slice(0, 8) ?? "several"}`;
}

function rejectRepeated(runs: readonly RunPoint[]): void {
  const seen = new Map<string, RunPoint>();
  for (const run of runs) {
    const earlier = seen.get(run.run);
    if (earlier) {
      throw new RecordError(
        `${run.place}: is the same run as ${earlier.place} (hash ${run.run.slice(0, 12)}) and would count as a second seed. Leave one of them out.`,
      );
    }
    seen.set(run.run, run);
  }
}

function rejectOtherTestSets(runs: readonly RunPoint[]): void {
  const [first] = runs;
  const other = runs.find(({ testSet }) => testSet !== first?.testSet);
  if (first && other) {
    throw new RecordError(
      `${other.place}: was tested on ${other.testSet}, ${first.place} on ${first.testSet}; these accuracies do not compare. Give records tested on the same images.`,
    );
  }
}

/** The costs of a row in a measure. Every row of a frontier over latency has them. */
export function costOfRow(row: RunGroup, measure: ComparedMeasure): SampleSummary {
  return row[measure] as SampleSummary;
}
