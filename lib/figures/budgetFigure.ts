import { measureNames } from "../complexity/cost";
import type { SearchRecord } from "../run/searchRecord";
import { recordCaption } from "./caption";
import type { Figure, Trace } from "./figure";
import { figureFrame, type Panel } from "./figureFrame";
import { palette } from "./theme";
import { typedTrace } from "./typedTrace";

/** One budget of a sweep; a row of `budgetSweep` serves. */
export interface BudgetPoint {
  readonly budget: number;
  readonly measure: "bops" | "flops" | "ops";
  readonly cost: number;
  readonly logProbability: number;
}

/**
 * A sweep of budgets over one stored search. Left: how much probability a budget costs, `ln p(likeliest) − ln p(best within
 * the budget)`. Right: what the best architecture really costs, against the budget (dotted: all of it).
 */
export function budgetFigure(record: SearchRecord, sweep: readonly BudgetPoint[]): Figure {
  // From the smallest budget up: between two budgets the stairs keep what the smaller one buys.
  const points = [...sweep].sort((a, b) => a.budget - b.budget);
  const measure = points[0]?.measure ?? record.config.cost.measure;
  const name = measureNames[measure];
  const x = points.map(({ budget }) => budget);
  const best = Math.max(...points.map(({ logProbability }) => logProbability));
  const line = (label: string, y: number[], color: string): Trace =>
    typedTrace("scatter", {
      mode: "lines+markers",
      name: label,
      x,
      y,
      line: { color, width: 2, shape: "hv" },
      marker: { size: 5 },
    });
  const xAxis = {
    title: { text: `budget, ${name} of one image` },
    exponentformat: "SI",
    nticks: 6,
    rangemode: "tozero",
  };
  const diagonal: Trace = typedTrace("scatter", {
    mode: "lines",
    name: "cost = budget",
    x: [0, Math.max(0, ...x)],
    y: [0, Math.max(0, ...x)],
    line: { color: palette.black, dash: "dot", width: 1.5 },
  });
  const loss = points.map(({ logProbability }) => best - logProbability);
  const cost = points.map((point) => point.cost);
  const panels: Panel[] = [
    {
      row: 0,
      column: 0,
      title: "ln p below the largest budget's",
      traces: [line("best within the budget", loss, palette.vermillion)],
      xAxis,
      yAxis: { nticks: 6, rangemode: "tozero" },
    },
    {
      row: 0,
      column: 1,
      title: `${name} of the best architecture`,
      traces: [{ ...line("cost", cost, palette.blue), showlegend: false }, diagonal],
      xAxis,
      yAxis: { nticks: 6, exponentformat: "SI", rangemode: "tozero" },
    },
  ];
  const measured =
    "For each budget the likeliest architecture within it, found exactly (rule budget); accuracies were not measured. One multiply-accumulate is one operation.";
  return figureFrame({
    title: "What a budget costs in probability",
    caption: recordCaption(record, measured),
    rows: 1,
    columns: 2,
    panelWidth: 350,
    panelHeight: 220,
    gapX: 80,
    above: 50,
    legend: {},
    panels,
  });
}
