import { kendall } from "../../analysis/rankCorrelation";
import { type Level, levels } from "../../config/samplers";
import type { judgements } from "../../derive/perturbRule";
import type { Table, TableRecord } from "../../records/table";
import type { Figure, Trace } from "../frame/figure";
import { figureFrame, type Panel } from "../frame/figureFrame";
import { needColumns, tableCaption } from "../frame/tableCaption";
import { palette } from "../frame/theme";
import { typedTrace } from "../frame/typedTrace";

const colors = () => ({ cell: palette.vermillion, depth: palette.blue, width: palette.green });

/**
 * What the alphas of a search are told: above, how steady the gradient of each choice is from batch to batch, level by level;
 * below, where it pulls beside what the choice counts in the supernet's loss. Within a row of choices only differences count, so
 * both are shown from the row's mean; τ is Kendall's over these. Above 0 the gradient agrees with the loss.
 *
 * @param signal the result of `alphaSignal`.
 * @param judge the strength it is held against.
 * @throws RecordError for a table without its columns.
 *
 * @example
 * ```ts
 * const space = { initChannels: 4, cellLayout: [0, 1, 0], steps: 1 };
 * const data = { dataset: "synthetic", trainImages: 48, testImages: 16 };
 * const config = bars.searchConfig({ space, data, batchSize: 8, epochs: 2, warmupEpochs: 1 });
 * await bars.search(config, { directory: "runs/tiny-search" });
 * const figure = bars.figures.signalFigure(await bars.analysis.alphaSignal("runs/tiny-search", { images: 8 }));
 * console.log(figure.data.length > 0); // true
 * ```
 */
export function signalFigure(signal: Table, judge: (typeof judgements)[number] = "keep"): Figure {
  needColumns("signalFigure", signal, ["level", "place", "choice", "pull", "signal", judge]);
  const present = levels.filter((level) => signal.rows.some((row) => row["level"] === level));
  const panels = present.flatMap((level, column): Panel[] => {
    const rows = signal.rows.filter((row) => row["level"] === level);
    return [steadiness(level, rows, column), agreement(level, rows, column, judge)];
  });
  const what = judge === "keep" ? "deciding for it takes from the loss" : "leaving it out adds to the loss";
  return figureFrame({
    title: "What the alphas are told",
    caption: tableCaption(
      signal,
      `Above: choices sorted by |mean| / deviation of the gradient over batches. Below: minus the mean gradient of a choice, and what ${what}, each from the mean of its row.`,
    ),
    rows: 2,
    columns: present.length,
    panelWidth: present.length > 2 ? 205 : present.length === 2 ? 280 : 372,
    panelHeight: 170,
    gapX: 64,
    gapY: 84,
    panels,
  });
}

function steadiness(level: Level, rows: readonly TableRecord[], column: number): Panel {
  const known = rows.filter((row) => row["signal"] !== null);
  const sorted = [...known].sort((a, b) => (b["signal"] as number) - (a["signal"] as number));
  const values = sorted.map((row) => row["signal"] as number);
  return {
    row: 0,
    column,
    title: `${level}: signal/noise, median ${median(values).toFixed(1)}`,
    traces: [
      marks(
        level,
        values.map((_, i) => i + 1),
        values,
        sorted,
      ),
    ],
    xAxis: { title: { text: "choices, clearest first" }, rangemode: "tozero", nticks: 5 },
    yAxis: {
      title: { text: column === 0 ? "|mean|, share of deviation" : "" },
      rangemode: "tozero",
      nticks: 5,
    },
  };
}

function agreement(
  level: (typeof levels)[number],
  rows: readonly TableRecord[],
  column: number,
  judge: (typeof judgements)[number],
): Panel {
  const pull = centred(rows, "pull");
  const strength = centred(rows, judge);
  const tau = kendall(pull, strength);
  return {
    row: 1,
    column,
    title: `${level}: τ ${tau ? tau.value.toFixed(2) : "undefined"}, ${rows.length} choices`,
    traces: [marks(level, pull, strength, rows)],
    xAxis: { title: { text: "pull of the gradient, nats" }, nticks: 4, zeroline: true },
    yAxis: {
      title: { text: column === 0 ? (judge === "keep" ? "gain when kept, nats" : "loss without, nats") : "" },
      nticks: 5,
      zeroline: true,
    },
  };
}

/** The middle of sorted values, or the mean of the middle two; 0 of none. */
function median(sorted: readonly number[]): number {
  const [low, high] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.floor(sorted.length / 2)]];
  return ((low ?? 0) + (high ?? 0)) / 2;
}

/** Values of a column from the mean of their row of choices. */
function centred(rows: readonly TableRecord[], column: string): number[] {
  const sums = new Map<unknown, { sum: number; count: number }>();
  for (const row of rows) {
    const at = sums.get(row["place"]) ?? { sum: 0, count: 0 };
    sums.set(row["place"], { sum: at.sum + (row[column] as number), count: at.count + 1 });
  }
  return rows.map((row) => {
    const { sum, count } = sums.get(row["place"]) as { sum: number; count: number };
    return (row[column] as number) - sum / count;
  });
}

function marks(
  level: (typeof levels)[number],
  x: readonly number[],
  y: readonly number[],
  rows: readonly TableRecord[],
): Trace {
  return typedTrace("scatter", {
    mode: "markers",
    name: level,
    x: [...x],
    y: [...y],
    text: rows.map((row) => `${row["place"]}: ${row["choice"]}`),
    marker: { color: colors()[level], size: 6, opacity: 0.8, line: { color: "white", width: 0.5 } },
    hovertemplate: "%{text}<br>%{x:.3g}, %{y:.3g}<extra></extra>",
    showlegend: false,
  });
}
