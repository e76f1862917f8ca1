import { levels } from "../../config/samplers";
import type { SearchRecord } from "../../records/searchRecord";
import { recordCaption } from "../frame/caption";
import { epochAxis } from "../frame/epochAxis";
import type { Figure, Trace } from "../frame/figure";
import { figureFrame, type Panel, warmupBand } from "../frame/figureFrame";
import { levelStyle, palette } from "../frame/theme";
import { typedTrace } from "../frame/typedTrace";
import { warmupEpochs, warmupText } from "./alphaMoments";
import { emptyNote } from "./emptyNote";

/**
 * How undecided each level still is (mean entropy of its probabilities as a share of the maximum: 1 is undecided,
 * 0 is decided), the mean gap between the two largest probabilities of its choices, and the share of parameter-free operations in the argmax cells, the usual sign of collapse.
 *
 * @example
 * ```ts
 * const record = bars.readSearchRecord("data/records/search-cured-seed0.json");
 * const figure = bars.figures.entropyFigure(record);
 * console.log(figure.data.length > 0); // true
 * ```
 */
export function entropyFigure(record: SearchRecord): Figure {
  const x = record.epochs.map(({ epoch }) => epoch + 1);
  const mode = x.length < 4 ? "lines+markers" : "lines";
  const traces = levels.flatMap((level): Trace[] => {
    const y = record.epochs.map(({ entropy }) => entropy[level]);
    if (y.every((value) => value === null)) return [];
    return [typedTrace("scatter", { mode, name: level, x, y, line: { ...levelStyle[level], width: 2 } })];
  });
  const margins = levels.flatMap((level): Trace[] => {
    const y = record.epochs.map(({ margin }) => margin?.[level] ?? null);
    if (y.every((value) => value === null)) return [];
    return [
      typedTrace("scatter", {
        mode,
        name: level,
        x,
        y,
        line: { ...levelStyle[level], width: 2 },
        showlegend: false,
      }),
    ];
  });
  const share: Trace = typedTrace("scatter", {
    mode,
    name: "parameter-free share",
    x,
    y: record.epochs.map(({ parameterFreeShare }) => parameterFreeShare),
    line: { color: palette.black, dash: "dot", width: 2 },
  });
  const shared = {
    xAxis: epochAxis(record.epochs.length),
    shapes: warmupBand(warmupEpochs(record)),
    ...emptyNote(record),
  };
  const yAxis = { range: [-0.02, 1.04], dtick: 0.25, tickformat: ".2f" };
  const panels: Panel[] = [
    { ...shared, row: 0, column: 0, title: "entropy, share of maximum", traces, yAxis },
    { ...shared, row: 0, column: 1, title: "margin of the likeliest", traces: margins, yAxis },
    {
      ...shared,
      row: 0,
      column: 2,
      title: "none, skip, pooling in argmax",
      traces: [share],
      yAxis: { ...yAxis, title: { text: "share of edges" } },
    },
  ];
  return figureFrame({
    title: "How decided the search is",
    caption: recordCaption(
      record,
      `Measured at the end of each epoch, at its temperatures; margin: gap between the two largest probabilities.${warmupText(record)}`,
    ),
    rows: 1,
    columns: 3,
    panelWidth: 232,
    panelHeight: 230,
    gapX: 58,
    above: 50,
    legend: {},
    panels,
  });
}
