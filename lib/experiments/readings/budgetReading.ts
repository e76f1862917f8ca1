import { measureNames } from "../../cost/cost";
import type { BudgetRow } from "../../derive/budgetSweep";
import { DeriveError } from "../../util/errors";
import { countText, decimalText } from "./readingText";

/**
 * What a sweep of budgets shows, as Markdown: how many architectures it finds, the widest gap in
 * cost between two neighbours, and the steepest fall of probability from one to the next cheaper one.
 *
 * @param sweep rows of `budgetSweep` or `budgetBreaks`, in any order.
 * @throws DeriveError for no rows, or rows of several measures.
 *
 * @example
 * ```ts
 * const record = bars.readSearchRecord("data/records/search-cured-seed0.json");
 * const breaks = bars.derivation.budgetBreaks(record);
 * console.log(bars.readings.budgetReading(breaks).length > 0); // true
 * ```
 */
export function budgetReading(sweep: readonly BudgetRow[]): string {
  const [any] = sweep;
  if (!any) throw new DeriveError("budgetReading: expected the rows of a budget sweep, got none.");
  if (sweep.some(({ measure }) => measure !== any.measure))
    throw new DeriveError(
      "budgetReading: expected rows of one measure, got several; make a reading of each.",
    );
  const measure = measureNames[any.measure];
  const amount = (cost: number) =>
    any.measure === "latency" ? String(Number(cost.toPrecision(3))) : countText(cost);
  /** The architectures that were found, cheapest first. */
  const found = [...sweep]
    .sort((a, b) => a.budget - b.budget)
    .filter((row, i, all) => row.genotype !== all[i - 1]?.genotype);
  const [cheapest, dearest] = [found[0], found.at(-1)] as [BudgetRow, BudgetRow];
  if (found.length === 1)
    return `One architecture is the likeliest at every budget tried: ${amount(dearest.cost)} ${measure}.`;
  const pairs = found.slice(1).map((dearer, i) => ({ dearer, cheaper: found[i] as BudgetRow }));
  const lost = ({ dearer, cheaper }: (typeof pairs)[0]) => dearer.logProbability - cheaper.logProbability;
  const width = ({ dearer, cheaper }: (typeof pairs)[0]) => dearer.cost - cheaper.cost;
  const widest = pairs.reduce((a, b) => (width(b) > width(a) ? b : a));
  const steepest = pairs.reduce((a, b) => (lost(b) > lost(a) ? b : a));
  const below = (row: BudgetRow) => decimalText(dearest.logProbability - row.logProbability);
  const share = ((widest.cheaper.cost / widest.dearer.cost) * 100).toFixed(0);
  const counts = ({ dearer, cheaper }: (typeof pairs)[0]) =>
    `from ${amount(dearer.cost)} down to ${amount(cheaper.cost)} ${measure}`;
  return [
    `${found.length} architectures were found, of ${amount(cheapest.cost)} to ${amount(dearest.cost)} ${measure}.`,
    `The widest gap between two neighbours goes ${counts(widest)} (${share} %) and costs ${decimalText(lost(widest))} in ln p.`,
    `The steepest step costs ${decimalText(lost(steepest))}, ${counts(steepest)}; the cheapest architecture lies ${below(cheapest)} below the dearest.`,
  ].join(" ");
}
