import type { Table } from "../../records/table";
import type { Figure, Trace } from "../frame/figure";
import { figureFrame, type Panel } from "../frame/figureFrame";
import { needColumns, tableCaption } from "../frame/tableCaption";
import { type Dash, palette } from "../frame/theme";
import { typedTrace } from "../frame/typedTrace";
import { cellBands } from "./cellBands";

/**
 * Entropy of the binary activations, and effective rank in front of and behind the sign, layer by layer from the stem
 * to the head, after the last epoch of the table. Bands mark every second cell.
 *
 * @param over the result of `informationOverEpochs`.
 * @throws RecordError for a table without its columns.
 *
 * @example
 * ```ts
 * const over = bars.readTable("data/records/analysis/information-over-epochs.json");
 * console.log(bars.figures.depthProfile(over).data.length > 0); // true
 * ```
 */
export function depthProfile(over: Table): Figure {
  needColumns("depthProfile", over, ["epoch", "cell", "place", "entropy", "rankBefore", "rankAfter"]);
  const last = Math.max(...over.rows.map(({ epoch }) => epoch as number));
  const rows = over.rows.filter(({ epoch }) => epoch === last);
  const x = rows.map((_, i) => i);
  const line = (name: string, column: string, color: string, dash: Dash): Trace =>
    typedTrace("scatter", {
      mode: "lines+markers",
      name,
      x,
      y: rows.map((row) => row[column] as number),
      text: rows.map(({ place }) => String(place)),
      line: { color, dash, width: 1.6 },
      marker: { color, size: 5 },
      hovertemplate: "%{text}: %{y:.3g}",
    });
  const { ticks, shapes } = cellBands(
    rows.map(({ cell }) => cell),
    1,
  );
  const xAxis = {
    title: { text: "cell" },
    range: [-0.7, rows.length - 0.3],
    ...ticks,
    showgrid: false,
  };
  const shared = { row: 0, xAxis, shapes };
  const panels: Panel[] = [
    {
      ...shared,
      column: 0,
      title: "entropy of a channel's sign, bits",
      traces: [line("entropy", "entropy", palette.blue, "solid")],
      yAxis: { range: [0, 1.05], dtick: 0.25, tickformat: ".2f" },
    },
    {
      ...shared,
      column: 1,
      title: "effective rank of pooled features",
      traces: [
        line("in front of the sign", "rankBefore", palette.vermillion, "dash"),
        line("behind it", "rankAfter", palette.green, "solid"),
      ],
      yAxis: { rangemode: "tozero", nticks: 6 },
    },
  ];
  return figureFrame({
    title: "Entropy and rank along the network's depth",
    caption: tableCaption(over, `One mark a binarized layer, after epoch ${last}.`),
    rows: 1,
    columns: 2,
    panelWidth: 360,
    panelHeight: 240,
    gapX: 60,
    above: 50,
    legend: {},
    panels,
  });
}
