import type { Table } from "../../records/table";
import type { Figure } from "../frame/figure";
import { forestPlot } from "./forestPlot";

/**
 * What the variants of a comparison do to accuracy, as a forest plot: difference from the reference at the same seeds
 * with its 95 % interval, one row a variant, the best at the top.
 *
 * @param comparison the result of `comparisonTable`: of `bars compare`.
 * @throws RecordError for a table without its columns, or without a variant.
 *
 * @example
 * ```ts
 * const table = bars.readTable("data/records/analysis/layout.json");
 * console.log(bars.figures.comparisonForest(table).data.length > 0); // true
 * ```
 */
export function comparisonForest(comparison: Table): Figure {
  return forestPlot(
    "comparisonForest",
    comparison,
    {
      title: comparison.title,
      name: "variant",
      about: "about",
      estimate: "difference",
      low: "differenceLow",
      high: "differenceHigh",
      axis: "difference of accuracy, percentage points",
      says: "Mean over seeds of accuracy minus the reference's at the same seed, with its 95 % interval over seeds.",
      scale: 100,
    },
    (row) => row["variant"] !== "reference",
  );
}
