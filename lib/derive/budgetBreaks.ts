import type { SearchRecord } from "../records/searchRecord";
import { deriveInputOf } from "./alphasAt";
import type { BudgetOptions } from "./budgetRule";
import { type BudgetRow, type BudgetSweepOptions, budgetRow, cheapestCost } from "./budgetSweep";
import { budgetOf, comparedCost, leastDifference } from "./comparedCost";
import { derive } from "./derive";
import type { DeriveInput } from "./deriveRule";

/**
 * The likeliest architecture of a range of budgets: from `budget` to below `until`. It costs `budget` exactly; of "latency" its
 * parts do, which is what rule `budget` compares, and it takes a little less itself.
 */
export interface BudgetBreak extends BudgetRow {
  /** The budget from which a likelier architecture can be had; null for the likeliest of all. */
  readonly until: number | null;
}

/**
 * Every budget at which the likeliest architecture within it changes, smallest first, exactly: the whole staircase of
 * cost against probability, and nothing between two steps. Starts from the likeliest architecture and asks again and again
 * for what is cheaper (rule `budget`), down to the cheapest of the space. Times that differ by less than a nanosecond are the same.
 *
 * As many solutions as there are steps: some ten for the small spaces of this library, each within milliseconds.
 *
 * @example
 * ```ts
 * const record = bars.readSearchRecord("data/records/search-cured-seed0.json");
 * const breaks = bars.derivation.budgetBreaks(record, { measure: "bops" });
 * console.log(breaks.length > 1); // true
 * ```
 */
export function budgetBreaks(record: SearchRecord, options: BudgetSweepOptions = {}): BudgetBreak[] {
  const measure = options.measure ?? record.config.cost.measure;
  return budgetBreaksOf(deriveInputOf(record, options.epoch), { measure });
}

/** The options of rule `budget` that its break points depend on. */
export type BreakOptions = Partial<Omit<BudgetOptions, "budget" | "atLeast">> &
  Pick<BudgetOptions, "measure">;

/** {@link budgetBreaks} of alphas and other options of rule `budget`, e.g. its temperature. */
function budgetBreaksOf(input: DeriveInput, options: BreakOptions): BudgetBreak[] {
  let all: readonly BudgetBreak[] = [];
  for (const found of budgetBreakSteps(input, options)) all = found;
  return [...all];
}

/** The breaks found so far, after each solution: a page that must answer between them takes one at a time. */
export function* budgetBreakSteps(
  input: DeriveInput,
  options: BreakOptions,
): Generator<readonly BudgetBreak[], void> {
  const { measure } = options;
  const breaks: BudgetBreak[] = [];
  // No architecture costs less than this one; with it the search for cheaper ones ends.
  const least = cheapestCost(input, measure, options);
  let budget: number | null = null;
  while (budget === null || (budget > 0 && budget >= least)) {
    const found = derive(input, { ...options, rule: "budget", budget });
    const row = budgetRow(found, measure);
    const compared = comparedCost(found.genotype, measure, input.style);
    const dearer = breaks[0];
    // Equally likely and cheaper: nobody buys the dearer one.
    const replaces = dearer !== undefined && dearer.logProbability - row.logProbability < 1e-9;
    const until = (replaces ? dearer.until : dearer?.budget) ?? null;
    if (replaces) breaks.shift();
    breaks.unshift({ budget: budgetOf(compared, measure), until, ...row });
    yield [...breaks];
    budget = compared - leastDifference[measure];
  }
}
