import { type Level, levels } from "../../config/samplers";
import { measureNames } from "../../cost/cost";
import { evaluatedImages } from "../../records/evaluatedImages";
import type { SearchRecord } from "../../records/searchRecord";
import { recordCaption } from "../frame/caption";
import { epochAxis } from "../frame/epochAxis";
import type { Figure, Trace } from "../frame/figure";
import { figureFrame, type Panel, warmupBand } from "../frame/figureFrame";
import { ink, type LineStyle, levelStyle, palette } from "../frame/theme";
import { typedTrace } from "../frame/typedTrace";
import { warmupEpochs, warmupText } from "./alphaMoments";
import {
  type CollapseMeasure,
  type CollapseMeasureName,
  collapseMeasures,
  collapseSeries,
} from "./collapsePanels";
import { emptyNote } from "./emptyNote";

/**
 * The dashboard of collapse of one search, over its epochs: entropy and margin of each level, share of operations without
 * weights, discretisation gap, dominant eigenvalue, and cost. The dotted upright line is the epoch the search chose.
 *
 * @example
 * ```ts
 * const record = bars.readSearchRecord("data/records/search-cured-seed0.json");
 * const figure = bars.figures.collapseFigure(record);
 * console.log(figure.data.length > 0); // true
 * ```
 */
export function collapseFigure(record: SearchRecord): Figure {
  const x = record.epochs.map(({ epoch }) => epoch + 1);
  const mode = x.length < 4 ? "lines+markers" : "lines";
  const line = (
    name: string,
    y: (number | null)[],
    look: Partial<LineStyle>,
    showlegend: boolean,
  ): Trace[] =>
    y.every((value) => value === null)
      ? []
      : [
          typedTrace("scatter", {
            mode,
            name,
            x,
            y,
            line: { width: 2, ...look },
            showlegend,
            legendgroup: name,
          }),
        ];
  const ofLevels = (of: (level: Level) => (number | null)[], showlegend: boolean) =>
    levels.flatMap((level) =>
      line(level === "cell" ? "edges" : level, of(level), levelStyle[level], showlegend),
    );
  const { measure } = record.config.cost;
  const single = (name: CollapseMeasureName) =>
    line(
      "argmax architecture",
      collapseSeries(record, name),
      { color: palette.black },
      name === "parameterFree",
    );
  const traces: Record<CollapseMeasureName, Trace[]> = {
    entropy: ofLevels((level) => record.epochs.map(({ entropy }) => entropy[level]), true),
    margin: ofLevels((level) => record.epochs.map(({ margin }) => margin?.[level] ?? null), false),
    parameterFree: single("parameterFree"),
    gap: line("supernet − argmax", collapseSeries(record, "gap"), { color: palette.purple }, true),
    eigenvalue: line("eigenvalue", collapseSeries(record, "eigenvalue"), { color: palette.orange }, true),
    cost: [
      ...single("cost"),
      ...line(
        "expected",
        record.epochs.map(({ expectedCost }) => expectedCost[measure]),
        { color: palette.skyBlue, dash: "dash" },
        true,
      ),
    ],
  };
  const chosen = record.chosen === null ? [] : [chosenLine(record.chosen.epoch + 1)];
  const extra = { shapes: [...warmupBand(warmupEpochs(record)), ...chosen] };
  const marks = `${warmupText(record)}${record.chosen ? " Dotted upright: the epoch the search chose." : ""}`;
  return dashboardFrame({
    title: "Signs of collapse over the search",
    caption: recordCaption(record, measuredText(record, [record]) + marks),
    panels: measurePanels(
      traces,
      x.length,
      { ...extra, ...emptyNote(record) },
      `${costName(record)} of one image`,
    ),
  });
}

/** What every dashboard says about its numbers. */
export function measuredText(record: SearchRecord, records: readonly SearchRecord[]): string {
  const eigenvalue = records.some((one) => one.epochs.some((epoch) => epoch.eigenvalue !== null))
    ? ` Eigenvalue: power iteration on ${record.config.diagnostics.eigenvalueImages} images of the alpha split.`
    : " Eigenvalue: not measured.";
  return (
    `At the end of each epoch, at its temperatures. Gap: accuracy of the supernet minus that of its argmax architecture with the same weights, on ${evaluatedImages(record)} images of the alpha split.${eigenvalue}` +
    ` Cost: one multiply-accumulate is one operation.`
  );
}

/** "OPs", "BOPs" or "FLOPs": the measure of the search's cost term. */
export function costName(record: SearchRecord): string {
  return measureNames[record.config.cost.measure];
}

/** One panel for each measure, three in a row. */
export function measurePanels(
  traces: Readonly<Record<CollapseMeasureName, readonly Trace[]>>,
  epochs: number,
  extra: Pick<Panel, "shapes" | "notes">,
  costTitle: string,
): Panel[] {
  return (Object.keys(collapseMeasures) as CollapseMeasureName[]).map((name, i): Panel => {
    const { title, axis }: CollapseMeasure = collapseMeasures[name];
    const row = Math.floor(i / 3);
    const missing = traces[name].length === 0 && extra.notes === undefined ? notMeasured() : {};
    return {
      row,
      column: i % 3,
      title: name === "cost" ? costTitle : title,
      traces: traces[name],
      xAxis: epochAxis(epochs, row === 1),
      yAxis: axis,
      ...extra,
      ...missing,
    };
  });
}

/** The frame of every dashboard. */
export function dashboardFrame(
  parts: Pick<Parameters<typeof figureFrame>[0], "title" | "caption" | "panels">,
): Figure {
  const size = { panelWidth: 240, panelHeight: 165, gapX: 70, gapY: 60 };
  return figureFrame({ ...parts, rows: 2, columns: 3, ...size, above: 66, legend: {} });
}

/** Axes that do not show, for a panel that has no numbers. */
const blank = { showticklabels: false, ticks: "", showgrid: false, showline: false, zeroline: false };

const notMeasured = (): Pick<Panel, "xAxis" | "yAxis" | "shapes" | "notes"> => ({
  xAxis: { ...blank, range: [0, 1] },
  yAxis: { ...blank, range: [0, 1] },
  shapes: [],
  notes: [
    {
      text: "not measured",
      x: 0.5,
      y: 0.5,
      xref: "x domain",
      yref: "y domain",
      font: { color: ink.soft },
    },
  ],
});

function chosenLine(x: number): Readonly<Record<string, unknown>> {
  const line = { color: palette.black, width: 1, dash: "dot" };
  return { type: "line", x0: x, x1: x, yref: "y domain", y0: 0, y1: 1, line };
}
