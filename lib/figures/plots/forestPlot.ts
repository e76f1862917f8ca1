import type { Table, TableRecord } from "../../records/table";
import { textMeasure } from "../../text/textMeasure";
import { RecordError } from "../../util/errors";
import type { Figure, Trace } from "../frame/figure";
import { figureFrame } from "../frame/figureFrame";
import { needColumns, tableCaption } from "../frame/tableCaption";
import { ink, palette, textSize } from "../frame/theme";
import { typedTrace } from "../frame/typedTrace";

/** Which columns of a table a forest plot shows, and how. */
export interface ForestColumns {
  readonly title: string;
  /** Name of a row. */
  readonly name: string;
  /** More about a row, shown where the mouse points; left out: nothing. */
  readonly about?: string;
  readonly estimate: string;
  /** Ends of the interval; null in rows without one. */
  readonly low: string;
  readonly high: string;
  /** Title of the axis, with its unit. */
  readonly axis: string;
  /** What an estimate and its interval are, for the caption. */
  readonly says: string;
  /** Numbers drawn for one of the table: 100 makes percentage points of shares; 1 where left out. */
  readonly scale?: number;
}

interface ForestRow {
  readonly name: string;
  readonly about: string;
  readonly estimate: number;
  readonly interval: readonly [number, number] | null;
}

const looks = () =>
  [
    { name: "interval without 0", color: palette.blue, fill: palette.blue },
    { name: "interval around 0", color: ink.soft, fill: "white" },
    { name: "no interval known", color: ink.soft, fill: ink.soft },
  ] as const;

/**
 * A table's estimates with their intervals as a forest plot: one row each, sorted from the largest at the top to the
 * smallest, and a line at 0. Filled marks are those whose interval leaves 0 out, open ones those whose interval holds it.
 *
 * @param keep which rows are drawn; all where left out.
 * @throws RecordError for a table without the columns, or without a row to draw.
 */
export function forestPlot(
  place: string,
  table: Table,
  columns: ForestColumns,
  keep: (row: TableRecord) => boolean = () => true,
): Figure {
  const { name, about, estimate, low, high, scale = 1 } = columns;
  needColumns(place, table, [name, estimate, low, high]);
  const rows = table.rows
    .filter((row) => keep(row) && typeof row[estimate] === "number")
    .map((row): ForestRow => {
      const [from, to] = [row[low], row[high]];
      const known = typeof from === "number" && typeof to === "number";
      return {
        name: String(row[name]),
        about: about === undefined ? "" : String(row[about] ?? ""),
        estimate: scale * (row[estimate] as number),
        interval: known ? [scale * from, scale * to] : null,
      };
    })
    .sort((a, b) => b.estimate - a.estimate);
  if (rows.length === 0)
    throw new RecordError(`${place}: expected rows with an estimate, "${table.title}" has none to draw.`);
  const widest = Math.max(...rows.map((row) => textMeasure()(row.name, textSize.tick, "normal")));
  const traces = looks().flatMap((_, look): Trace[] => rowTraces(rows, look));
  const clear = rows.filter((row) => lookOf(row) === 0).map((row) => row.name);
  const pitch = Math.min(22, Math.max(13, Math.floor(620 / rows.length)));
  return figureFrame({
    title: columns.title,
    alt: `Forest plot of ${rows.length} rows: ${columns.says} The interval leaves 0 out for ${clear.join(", ") || "none"}.`,
    caption: tableCaption(table, columns.says),
    rows: 1,
    columns: 1,
    panelWidth: 420,
    panelHeight: Math.max(90, pitch * rows.length),
    left: Math.ceil(widest) + 24,
    above: 30 + 20 * (traces.length > 1 ? traces.length : 1),
    legend: {},
    panels: [
      {
        row: 0,
        column: 0,
        traces,
        xAxis: { title: { text: columns.axis }, nticks: 7, zeroline: true, zerolinecolor: ink.text },
        yAxis: {
          tickvals: rows.map((__, i) => i),
          ticktext: rows.map((row) => row.name),
          range: [rows.length - 0.4, -0.6],
          showgrid: false,
          ticks: "",
        },
      },
    ],
  });
}

/** Whether a row's interval leaves 0 out (0), holds it (1), or is not known (2). */
function lookOf({ interval }: ForestRow): 0 | 1 | 2 {
  if (interval === null) return 2;
  return interval[0] <= 0 && interval[1] >= 0 ? 1 : 0;
}

function rowTraces(rows: readonly ForestRow[], look: number): Trace[] {
  const own = rows.filter((row) => lookOf(row) === look);
  if (own.length === 0) return [];
  const { name, color, fill } = looks()[look] as ReturnType<typeof looks>[number];
  const bars = {
    type: "data" as const,
    symmetric: false,
    array: own.map(({ interval, estimate }) => (interval === null ? 0 : Math.max(0, interval[1] - estimate))),
    arrayminus: own.map(({ interval, estimate }) =>
      interval === null ? 0 : Math.max(0, estimate - interval[0]),
    ),
    color,
    thickness: 1.4,
    width: 3,
  };
  return [
    typedTrace("scatter", {
      mode: "markers",
      name,
      x: own.map(({ estimate }) => estimate),
      y: own.map((row) => rows.indexOf(row)),
      text: own.map((row) => [row.name, row.about].filter(Boolean).join(": ")),
      ...(look === 2 ? {} : { error_x: bars }),
      marker: { symbol: "square", size: 7, color: fill, line: { color, width: 1.5 } },
      hovertemplate: "%{text}<br>%{x:.3g}<extra></extra>",
    }),
  ];
}
