import type { ComparedMeasure } from "../cost/cost";
import { comparedIn } from "../cost/latencyTable";
import type { SearchRecord } from "../records/searchRecord";
import { genotypeHash } from "../space/genotypeJson";
import { DeriveError } from "../util/errors";
import { deriveInputOf, type StoredEpoch } from "./alphasAt";
import { bestWithinBudget } from "./bestWithinBudget";
import { budgetOf, comparedCost, leastDifference } from "./comparedCost";
import { derive } from "./derive";
import type { DeriveInput, ProbabilityOptions } from "./deriveRule";

/** The best architecture at one budget. Costs per image, one multiply-accumulate = 1. */
export interface BudgetRow {
  readonly budget: number;
  readonly measure: ComparedMeasure;
  /** What the architecture costs, in the measure. */
  readonly cost: number;
  readonly bops: number;
  readonly ops: number;
  /** ln of its probability; that of the likeliest architecture of all minus this is what the budget costs. */
  readonly logProbability: number;
  readonly depth: string;
  readonly width: string;
  readonly operations: number;
  readonly genotype: string;
}

export interface BudgetSweepOptions {
  readonly measure?: ComparedMeasure;
  readonly epoch?: StoredEpoch;
}

/**
 * `count` budgets in even steps from the cheapest architecture of a search's space to its likeliest one. Where that is
 * itself the cheapest there is one. Of "latency" they are times of the parts, which is what rule "budget" compares.
 *
 * @example
 * ```ts
 * const record = bars.readSearchRecord("data/records/search-cured-seed0.json");
 * console.log(bars.derivation.budgetGrid(record, 3).length); // 3
 * ```
 */
export function budgetGrid(record: SearchRecord, count: number, options: BudgetSweepOptions = {}): number[] {
  const measure = options.measure ?? record.config.cost.measure;
  if (!(Number.isInteger(count) && count >= 2))
    throw new DeriveError(`budgetGrid: count must be an integer of at least 2, got ${count}.`);
  const input = deriveInputOf(record, options.epoch);
  const { genotype } = derive(input, { rule: "budget", measure, budget: null });
  const likeliest = comparedCost(genotype, measure, input.style);
  const least = cheapestCost(input, measure);
  if (likeliest - least < leastDifference[measure]) return [budgetOf(likeliest, measure)];
  const whole = (cost: number) => (measure === "latency" ? budgetOf(cost, measure) : Math.ceil(cost));
  return Array.from({ length: count }, (_, i) => whole(least + ((likeliest - least) * i) / (count - 1)));
}

/**
 * The likeliest architecture at each budget, found exactly (rule "budget"). Where between two of them it changes is not
 * known: `budgetBreaks` finds every such budget.
 *
 * @example
 * ```ts
 * const record = bars.readSearchRecord("data/records/search-cured-seed0.json");
 * const [row] = bars.derivation.budgetSweep(record, [3e6]);
 * console.log(row.bops <= 3e6); // true
 * ```
 */
export function budgetSweep(
  record: SearchRecord,
  budgets: readonly number[],
  options: BudgetSweepOptions = {},
): BudgetRow[] {
  const measure = options.measure ?? record.config.cost.measure;
  const input = deriveInputOf(record, options.epoch);
  return budgets.map((budget) => ({
    budget,
    ...budgetRow(derive(input, { rule: "budget", measure, budget }), measure),
  }));
}

/** What a row says of a derived architecture. */
export function budgetRow(
  { genotype, cost, logProbability }: ReturnType<typeof derive>,
  measure: ComparedMeasure,
): Omit<BudgetRow, "budget"> {
  return {
    measure,
    cost: comparedIn(cost, measure),
    bops: cost.bops,
    ops: cost.ops,
    logProbability: logProbability as number,
    depth: genotype.depth.join(" "),
    width: genotype.width.join(" "),
    operations: genotype.cells.flat().length,
    genotype: genotypeHash(genotype).slice(0, 8),
  };
}

/** What the cheapest architecture of a search's space costs, as rule "budget" compares it. */
export function cheapestCost(
  { space, alphas, style }: DeriveInput,
  measure: ComparedMeasure,
  { method, prune, initChannels = space.initChannels }: Partial<ProbabilityOptions> = {},
): number {
  const scaled = initChannels === space.initChannels ? space : { ...space, initChannels };
  const result = bestWithinBudget(scaled, alphas, { measure, budget: -1, method, prune, style });
  return "cheapest" in result ? result.cheapest : 0;
}
