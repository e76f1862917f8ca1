import type { Table } from "../run/table";
import type { Figure, Trace } from "./figure";
import { figureFrame } from "./figureFrame";
import { needColumns, tableCaption } from "./tableCaption";
import { textMeasure } from "./textMeasure";
import { palette, textSize } from "./theme";
import { typedTrace } from "./typedTrace";

const looks = [
  ["real_layer", "layer made real", palette.blue],
  ["no_shortcut", "shortcut left out", palette.vermillion],
  ["real_downsampling", "real down-sampling", palette.green],
  ["cell_shortcut", "another cell shortcut", palette.purple],
  ["process", "1x1 at the other end", palette.orange],
] as const;

/**
 * Change of accuracy by each ablation, in percentage points, with its 95 % interval.
 *
 * @param ablations the result of `ablate`.
 * @param which without or after fine-tuning.
 * @throws RecordError for a table without its columns, or without fine-tuning where that is asked for.
 */
export function ablationBars(ablations: Table, which: "before" | "after" = "before"): Figure {
  const [middle, low, high] =
    which === "before"
      ? (["change", "changeLow", "changeHigh"] as const)
      : (["tunedChange", "tunedLow", "tunedHigh"] as const);
  needColumns("ablationBars", ablations, ["kind", "target", middle, low, high]);
  const rows = ablations.rows.filter((row) => row["kind"] !== "none" && row[low] !== null);
  const traces = looks.flatMap(([kind, name, color]): Trace[] => {
    const own = rows.filter((row) => row["kind"] === kind);
    if (own.length === 0) return [];
    const points = (row: (typeof own)[number], column: string) => 100 * (row[column] as number);
    return [
      typedTrace("bar", {
        orientation: "h",
        name,
        y: own.map((row) => rows.indexOf(row)),
        x: own.map((row) => points(row, middle)),
        text: own.map(({ target }) => String(target)),
        textposition: "none",
        marker: { color },
        error_x: {
          type: "data",
          symmetric: false,
          array: own.map((row) => Math.max(0, points(row, high) - points(row, middle))),
          arrayminus: own.map((row) => Math.max(0, points(row, middle) - points(row, low))),
          color: "#222222",
          thickness: 1,
          width: 2,
        },
        hovertemplate: "%{text}: %{x:.1f} points",
      }),
    ];
  });
  const names = rows.map(({ target }) => String(target));
  return figureFrame({
    title: "What single changes do to accuracy",
    alt: `Bars: change of accuracy in percentage points by ${rows.length} ablations, with 95 % intervals.`,
    caption: tableCaption(
      ablations,
      which === "before"
        ? "Without fine-tuning."
        : "After fine-tuning, against the unchanged network tuned alike.",
    ),
    rows: 1,
    columns: 1,
    panelWidth: 420,
    panelHeight: Math.max(120, 15 * rows.length),
    left: 24 + Math.ceil(Math.max(0, ...names.map((name) => textMeasure()(name, textSize.tick, "normal")))),
    above: 66,
    legend: {},
    panels: [
      {
        row: 0,
        column: 0,
        traces,
        xAxis: {
          title: { text: "change of accuracy, percentage points" },
          zeroline: true,
          zerolinecolor: "#222222",
        },
        yAxis: {
          tickvals: rows.map((_, i) => i),
          ticktext: names,
          range: [rows.length - 0.4, -0.6],
          showgrid: false,
        },
      },
    ],
  });
}
