import type { Table, TableRecord } from "../../records/table";
import { textMeasure } from "../../text/textMeasure";
import { RecordError } from "../../util/errors";
import type { Figure, Trace } from "../frame/figure";
import { figureFrame } from "../frame/figureFrame";
import { needColumns, tableCaption } from "../frame/tableCaption";
import { ink, palette, textSize } from "../frame/theme";
import { typedTrace } from "../frame/typedTrace";
import { ablationName } from "./ablationNames";

const looks = () =>
  [
    ["real_layer", "layer made real", palette.blue],
    ["no_shortcut", "shortcut left out", palette.vermillion],
    ["real_downsampling", "real down-sampling", palette.green],
    ["cell_shortcut", "another cell shortcut", palette.purple],
    ["process", "1x1 at the other end", palette.orange],
  ] as const;

const measures = {
  before: ["change", "changeLow", "changeHigh"],
  after: ["tunedChange", "tunedLow", "tunedHigh"],
} as const;

const words = {
  before: "Without fine-tuning.",
  after: "After fine-tuning, against the unchanged network tuned alike.",
  both: "Bars: without fine-tuning. Diamonds: after it, against the unchanged network tuned alike.",
} as const;

/** Most rows that go on a page at any paper width. */
const mostRows = 40;

/**
 * Change of accuracy by each ablation, in percentage points, with its 95 % interval: sorted, the largest loss at the top.
 * Of more than 40, which is what goes on a page, those with the smallest changes are left out, and the caption says so.
 *
 * @param ablations the result of `ablate`.
 * @param which without or after fine-tuning as bars, or both: bars without, diamonds after it. Sorted by the bars.
 * @throws RecordError for a table without its columns, or without fine-tuning where that is asked for.
 *
 * @example
 * ```ts
 * const table = bars.readTable("data/records/analysis/ablations.json");
 * console.log(bars.figures.ablationBars(table, "both").data.length > 0); // true
 * ```
 */
export function ablationBars(ablations: Table, which: "before" | "after" | "both" = "before"): Figure {
  const both = which === "both";
  const barred = which === "after" ? "after" : "before";
  const needed = both ? [...measures.before, ...measures.after] : measures[barred];
  needColumns("ablationBars", ablations, ["kind", "target", ...needed]);
  const [change, low] = measures[barred];
  const all = ablations.rows.filter((row) => row["kind"] !== "none" && row[low] !== null);
  if (which !== "before" && !all.some((row) => row["tunedLow"] !== null)) {
    throw new RecordError(
      `ablationBars: expected ablations with fine-tuning, "${ablations.title}" has none. Ablate with epochs above 0.`,
    );
  }
  const changeOf = (row: TableRecord) => row[change] as number;
  const largest = [...all].sort((a, b) => Math.abs(changeOf(b)) - Math.abs(changeOf(a)));
  const rows = largest.slice(0, mostRows).sort((a, b) => changeOf(a) - changeOf(b));
  const names = rows.map(nameOf);
  const said = [words[which], leftOut(largest.slice(mostRows).map(changeOf))].filter(Boolean).join(" ");
  return figureFrame({
    title: "What single changes do to accuracy",
    alt: `Bars: change of accuracy in percentage points by ${rows.length} ablations, with 95 % intervals, the largest loss first. ${said}`,
    caption: tableCaption(ablations, said),
    rows: 1,
    columns: 1,
    panelWidth: 420,
    panelHeight: Math.max(120, 14 * rows.length),
    left: 24 + Math.ceil(Math.max(0, ...names.map((name) => textMeasure()(name, textSize.tick, "normal")))),
    above: 26 + 20 * legendRows(new Set(rows.map(({ kind }) => kind)).size + Number(both)),
    legend: {},
    panels: [
      {
        row: 0,
        column: 0,
        traces: [...bars(rows, barred, both), ...(both ? [diamonds(rows)] : [])],
        xAxis: {
          title: { text: "change, percentage points" },
          zeroline: true,
          zerolinecolor: ink.text,
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

const nameOf = ({ kind, target }: TableRecord) => ablationName(String(kind), String(target));

/** What is said of ablations that are not drawn. */
function leftOut(changes: readonly number[]): string {
  if (changes.length === 0) return "";
  const most = 100 * Math.max(...changes.map(Math.abs));
  const rows = changes.length === 1 ? "1 ablation" : `${changes.length} ablations`;
  return `Left out: the ${rows} with the smallest bars, ${most.toFixed(1)} points or less either way.`;
}

/** One trace a kind. @param thin leaves room for a mark below each bar. */
function bars(rows: readonly TableRecord[], which: keyof typeof measures, thin: boolean): Trace[] {
  return looks().flatMap(([kind, name, color]): Trace[] => {
    const own = rows.filter((row) => row["kind"] === kind);
    if (own.length === 0) return [];
    return [
      typedTrace("bar", {
        orientation: "h",
        name,
        y: own.map((row) => rows.indexOf(row) - (thin ? 0.2 : 0)),
        ...(thin ? { width: 0.45 } : {}),
        marker: { color },
        ...measured(own, which),
        textposition: "none",
      }),
    ];
  });
}

function diamonds(rows: readonly TableRecord[]): Trace {
  const own = rows.filter((row) => row["tunedLow"] !== null);
  return typedTrace("scatter", {
    mode: "markers",
    name: "after fine-tuning",
    y: own.map((row) => rows.indexOf(row) + 0.25),
    marker: { color: ink.text, symbol: "diamond", size: 5 },
    ...measured(own, "after"),
  });
}

/** Changes in percentage points with their intervals, as what traces share. */
function measured(own: readonly TableRecord[], which: keyof typeof measures) {
  const [middle, low, high] = measures[which];
  const points = (row: TableRecord, column: string) => 100 * (row[column] as number);
  return {
    x: own.map((row) => points(row, middle)),
    text: own.map(nameOf),
    error_x: {
      type: "data" as const,
      symmetric: false,
      array: own.map((row) => Math.max(0, points(row, high) - points(row, middle))),
      arrayminus: own.map((row) => Math.max(0, points(row, middle) - points(row, low))),
      color: ink.text,
      thickness: 1,
      width: 2,
    },
    hovertemplate: "%{text}: %{x:.1f} points",
  };
}

/** Rows of a legend of so many entries, two beside each other. */
function legendRows(entries: number): number {
  return Math.ceil(entries / 2);
}
