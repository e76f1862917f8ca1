import type { CostMeasure } from "../../cost/cost";
import type { EpochRecord, SearchRecord } from "../../records/searchRecord";

/** One diagnostic of collapse: what it is called, how it reads, and its number in an epoch (null: not measured). */
export interface CollapseMeasure {
  readonly title: string;
  readonly axis: Readonly<Record<string, unknown>>;
  readonly of: (epoch: EpochRecord, cost: CostMeasure) => number | null;
}

const share = { range: [-0.03, 1.05], dtick: 0.25, tickformat: ".2f" };

/** The signs of a collapse, in the order the dashboard shows them. */
export const collapseMeasures = Object.freeze({
  entropy: {
    title: "entropy, share of maximum",
    axis: share,
    of: (epoch) => epoch.entropy.cell,
  },
  margin: {
    title: "margin, first − second",
    axis: { rangemode: "tozero", tickformat: ".2f", nticks: 6 },
    of: (epoch) => epoch.margin?.cell ?? null,
  },
  parameterFree: {
    title: "edges without weights (argmax)",
    axis: share,
    of: (epoch) => epoch.parameterFreeShare,
  },
  gap: {
    title: "discretisation gap, accuracy",
    axis: { tickformat: ".1~%", nticks: 6 },
    of: (epoch) => epoch.discretizationGap,
  },
  eigenvalue: {
    title: "dominant eigenvalue, loss over alphas",
    axis: { nticks: 6, tickformat: ".2g" },
    of: (epoch) => epoch.eigenvalue,
  },
  cost: {
    title: "cost of one image (argmax)",
    axis: { rangemode: "tozero", exponentformat: "SI", nticks: 6 },
    of: (epoch, cost) => epoch.derivedCost[cost],
  },
} satisfies Record<string, CollapseMeasure>);
export type CollapseMeasureName = keyof typeof collapseMeasures;

/**
 * Value of a measure at the end of every epoch.
 *
 * @param cost what costs are counted in; the search's own measure where left out.
 */
export function collapseSeries(
  record: SearchRecord,
  name: CollapseMeasureName,
  cost: CostMeasure = record.config.cost.measure,
): (number | null)[] {
  const measure: CollapseMeasure = collapseMeasures[name];
  return record.epochs.map((epoch) => measure.of(epoch, cost));
}
