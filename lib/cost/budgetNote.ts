import type { SearchConfig } from "../config/searchConfig";
import { extremeGenotype, measuredCost } from "./budgetReach";
import { measureNames } from "./cost";

/**
 * What to know of a search's budget before it begins: that no architecture of the space is within it, so that the penalty pulls to
 * the cheapest one whatever it is worth. Null where one is, or where the penalty counts for nothing.
 */
export function budgetNote({ space, binarization, cost }: SearchConfig): string | null {
  const { measure, budget, coefficient, method } = cost;
  if (coefficient === 0 && method !== "multiplier") return null;
  const of = (which: "cheapest" | "dearest") =>
    measuredCost(extremeGenotype(space, which, measure, binarization), measure, binarization);
  const least = of("cheapest");
  if (least <= budget) return null;
  const [low, high, asked] = [least, of("dearest"), budget].map((value) => value.toLocaleString("en-US"));
  return `no network of the space is within the budget of ${asked} ${measureNames[measure]} an image: they cost from ${low} to ${high}, so the penalty pulls to the cheapest, whatever it is worth. Set cost.budget between.`;
}
