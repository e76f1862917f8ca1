import type { RunPoint } from "./runPoint";

/** Trainings of one arm of a comparison. */
export interface ComparedArm {
  /** e.g. `race, seed 0`. */
  readonly name: string;
  /**
   * - `"chosen"`: of a network that a search which is judged chose,
   * - `"other"`: of one that another search chose, or of a given network that decides nothing,
   * - `"draws"`: one training each of random draws,
   * - `"reference"`: of the network that the chosen ones have to beat.
   */
  readonly role: "chosen" | "other" | "draws" | "reference";
  readonly runs: readonly RunPoint[];
}

/**
 * The trainings of several arms as runs of a frontier: an arm is a model whose trainings are averaged, a draw a model of its own.
 * A training that two arms share comes once, in the first.
 *
 * @example
 * ```ts
 * const bands = bars.experiments.fixedComparison("data/records/protocol");
 * const runs = bars.frontier.armRuns(bars.experiments.comparedArms(bands.A));
 * console.log(bars.frontier.frontier(runs, { measure: "bops" }).rows.length > 0); // true
 * ```
 */
export function armRuns(arms: readonly ComparedArm[]): RunPoint[] {
  const seen = new Set<string>();
  return arms.flatMap(({ name, role, runs }) => {
    const method = role === "draws" ? name : withoutSeed(name);
    return runs
      .filter(({ run }) => !seen.has(run) && seen.add(run))
      .map((run) => ({ ...run, name: role === "draws" ? `${name} ${run.model.slice(0, 8)}` : name, method }));
  });
}

/** `"race, seed 0"` and `"race, seed 1"` are of one method. */
function withoutSeed(name: string): string {
  return name.replace(/, seed \d+$/, "");
}
