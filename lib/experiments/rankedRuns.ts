import type { RunPoint } from "../frontier/runPoint";
import type { TrainRecord } from "../records/trainRecord";
import { RecordError } from "../util/errors";
import { runPointOf } from "./frontierRuns";

/** A training that counts in a ranking. */
export interface RankedRun {
  readonly record: TrainRecord;
  readonly run: RunPoint;
}

/**
 * The trainings that count where networks are ranked by what training made of them: finished ones within the costs. One
 * that is given twice, as bands of a comparison may share it, counts once.
 *
 * @param bops smallest and largest cost, without operations that nothing feeds; left out: all.
 * @throws RecordError where they follow several recipes, or one was not tested on all test images.
 */
export function rankedRuns(
  records: readonly TrainRecord[],
  bops: readonly [number, number] | undefined,
  place: string,
): RankedRun[] {
  const [least, most] = bops ?? [0, Infinity];
  const found = records
    .filter(({ status }) => status === "finished")
    .map((record) => {
      const run = runPointOf(record, { which: "all", checkpoint: "last" }, `${place}: ${record.model.name}`);
      return { record, run };
    })
    .filter(({ run }) => run.bops >= least && run.bops <= most);
  const once = [...new Map(found.map((one) => [one.run.run, one])).values()];
  rejectSeveralRecipes(
    once.map(({ run }) => run),
    place,
  );
  return once;
}

/** Accuracies of different recipes would be ranked by their recipe. @throws RecordError */
function rejectSeveralRecipes(runs: readonly RunPoint[], place: string): void {
  const recipes = [...new Map(runs.map((run) => [run.recipe, run]))];
  if (recipes.length <= 1) return;
  const named = recipes.map(([recipe, { name, seed }]) => `${recipe.slice(0, 8)} (${name}, seed ${seed})`);
  throw new RecordError(
    `${place}: expected trainings by one recipe, got ${recipes.length}: ${named.join(", ")}. Give the records of one.`,
  );
}
