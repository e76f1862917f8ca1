import { measureNames, measureTitles } from "../../cost/cost";
import type { SearchRecord } from "../../records/searchRecord";
import { recordCaption } from "../frame/caption";
import { epochAxis } from "../frame/epochAxis";
import type { Figure, Trace } from "../frame/figure";
import { figureFrame, type Panel, warmupBand } from "../frame/figureFrame";
import { type Dash, palette } from "../frame/theme";
import { typedTrace } from "../frame/typedTrace";
import { warmupEpochs, warmupText } from "./alphaMoments";
import { emptyNote } from "./emptyNote";

/**
 * Cost of one image over the epochs, against the budget. Left: what the search weighs (the expectation over the
 * probabilities) and what argmax would give. Right: the two parts of the expectation's OPs.
 *
 * @example
 * ```ts
 * const record = bars.readSearchRecord("data/records/search-cured-seed0.json");
 * const figure = bars.figures.costFigure(record);
 * console.log(figure.data.length > 0); // true
 * ```
 */
export function costFigure(record: SearchRecord): Figure {
  const { cost } = record.config;
  const { epochs } = record;
  const x = epochs.map(({ epoch }) => epoch + 1);
  const mode = x.length < 4 ? "lines+markers" : "lines";
  const line = (name: string, y: number[], color: string, dash: Dash): Trace =>
    typedTrace("scatter", { mode, name, x, y, line: { color, dash, width: 2 }, hovertemplate: "%{y:.4s}" });
  const budgeted = cost.method !== "none";
  const last = Math.max(x.length, 1);
  const budget: Trace = typedTrace("scatter", {
    mode: "lines",
    name: "budget",
    x: [0, last],
    y: [cost.budget, cost.budget],
    line: { color: palette.black, dash: "dot", width: 1.5 },
    hovertemplate: "%{y:.4s}",
  });
  const measured = [
    line(
      "expected",
      epochs.map((e) => e.expectedCost[cost.measure]),
      palette.blue,
      "solid",
    ),
    line(
      "argmax derived",
      epochs.map((e) => e.derivedCost[cost.measure]),
      palette.vermillion,
      "dash",
    ),
    ...(budgeted ? [budget] : []),
  ];
  const parts = [
    area(
      "real: FLOPs",
      x,
      epochs.map((e) => e.expectedCost.flops),
      palette.orange,
    ),
    area(
      "binary: BOPs / 64",
      x,
      epochs.map((e) => e.expectedCost.bops / 64),
      palette.skyBlue,
    ),
  ];
  const shared = { row: 0, xAxis: epochAxis(x.length), ...emptyNote(record) };
  const yAxis = { rangemode: "tozero", exponentformat: "SI", nticks: 6 };
  const panels: Panel[] = [
    {
      ...shared,
      column: 0,
      title: `${measureTitles[cost.measure]} of one image`,
      traces: measured,
      yAxis,
      shapes: warmupBand(warmupEpochs(record)),
    },
    { ...shared, column: 1, title: "expected OPs = FLOPs + BOPs / 64", traces: parts, yAxis },
  ];
  const penalty = budgeted
    ? ` Budget: ${cost.budget.toLocaleString("en-US")} ${measureNames[cost.measure]}, ${cost.method} penalty with coefficient ${cost.coefficient}.`
    : " No cost penalty.";
  return figureFrame({
    title: "Cost of the searched network",
    caption: recordCaption(
      record,
      `Per image; one multiply-accumulate is one operation; element-wise work is not part of OPs.${penalty}${warmupText(record)}`,
    ),
    rows: 1,
    columns: 2,
    panelWidth: 370,
    panelHeight: 230,
    gapX: 70,
    above: 50,
    legend: {},
    panels,
  });
}

function area(name: string, x: number[], y: number[], color: string): Trace {
  return typedTrace("scatter", {
    mode: "lines",
    name,
    x,
    y,
    stackgroup: "parts",
    line: { width: 0.5, color },
    fillcolor: color,
    hovertemplate: "%{y:.4s}",
  });
}
