import { measureNames } from "../cost/cost";
import type { HeldCost } from "./heldBudget";

/** Below this share of a search's budget, and above 1, {@link heldText} names the rule that decides by cost. */
const leastShare = 0.8;

/**
 * One line: the measure, what the architecture costs in it, and the share of the budget. A search holds its *expected*
 * cost to the budget; what is derived from it by a rule that does not look at cost may be far away.
 *
 * @example
 * ```ts
 * const record = bars.readSearchRecord("data/records/search-cured-seed0.json");
 * const { held } = bars.derive(bars.deriveInputOf(record));
 * console.log(bars.derivation.heldText(held)); // costs 4816896 BOPs (held to no budget)
 * ```
 */
export function heldText({ measure, budget, cost, share, by }: HeldCost): string {
  const name = measureNames[measure];
  const amount = (value: number) => String(Number(value.toFixed(measure === "latency" ? 4 : 2)));
  if (budget === null || share === null) {
    const why = by === "rule" ? "no budget, the likeliest architecture of all" : "held to no budget";
    return `costs ${amount(cost)} ${name} (${why})`;
  }
  const percent = Math.round(100 * share);
  if (by === "rule")
    return `costs ${amount(cost)} ${name}: ${percent} % of the ${budget} ${name} that rule budget held it to`;
  const what =
    by === "race" ? "that networks of the race cost at most" : "that the search held its expected cost to";
  const remedy = share < leastShare || share > 1 ? "; rule budget, with atLeast, decides by cost" : "";
  return `costs ${amount(cost)} ${name}: ${percent} % of the ${budget} ${name} ${what}${remedy}`;
}
