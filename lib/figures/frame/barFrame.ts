import type { Table } from "../../records/table";
import { textMeasure } from "../../text/textMeasure";
import type { Figure, Trace } from "./figure";
import { figureFrame } from "./figureFrame";
import { textSize } from "./theme";

/** Rows that fit a page of 9 inches. */
export const maxBars = 40;

/** What the figures of horizontal bars differ in. */
export interface BarFrame {
  readonly table: Table;
  readonly title: string;
  readonly names: readonly string[];
  readonly traces: readonly Trace[];
  readonly xTitle: string;
  readonly xAxis?: Readonly<Record<string, unknown>>;
  readonly alt: string;
}

/** Horizontal bars, one row a name, first on top; names have the room they need. */
export function barFrame({ table, title, names, traces, xTitle, xAxis, alt }: BarFrame): Figure {
  const widest = Math.max(...names.map((name) => textMeasure()(name, textSize.tick, "normal")));
  const { notes, sources, bars } = table.provenance;
  return figureFrame({
    title,
    alt,
    caption: { measured: notes.join(" "), origin: [...sources, `bars ${bars}`].join(" · ") },
    rows: 1,
    columns: 1,
    panelWidth: 420,
    panelHeight: Math.max(80, 22 * names.length),
    left: Math.ceil(widest) + 24,
    right: 40,
    above: 50,
    ...(traces.length > 1 ? { legend: {} } : {}),
    panels: [
      {
        row: 0,
        column: 0,
        traces,
        xAxis: { title: { text: xTitle }, rangemode: "tozero", nticks: 6, ...xAxis },
        yAxis: { type: "category", autorange: "reversed", ticks: "", showgrid: false, dtick: 1 },
      },
    ],
  });
}
