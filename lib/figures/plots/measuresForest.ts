import type { Table } from "../../records/table";
import type { Figure } from "../frame/figure";
import { forestPlot } from "./forestPlot";

/**
 * Which measures of networks go along with accuracy, as a forest plot: Spearman's rank correlation of each with its 95 %
 * interval, the largest at the top.
 *
 * @param measures the result of `measuresAgainstAccuracy`.
 * @throws RecordError for a table without its columns, or without a row.
 *
 * @example
 * ```ts
 * const table = bars.readTable("data/records/analysis/measures.json");
 * console.log(bars.figures.measuresForest(table).data.length > 0); // true
 * ```
 */
export function measuresForest(measures: Table): Figure {
  return forestPlot("measuresForest", measures, {
    title: measures.title,
    name: "score",
    about: "description",
    estimate: "spearman",
    low: "low",
    high: "high",
    axis: "Spearman's rank correlation with accuracy",
    says: "Rank correlation over networks, with its 95 % interval; not corrected for the number of rows.",
  });
}
