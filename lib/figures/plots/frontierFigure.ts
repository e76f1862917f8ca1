import { type ComparedMeasure, measureNames, measureTitles } from "../../cost/cost";
import type { Frontier, FrontierRow } from "../../frontier/frontier";
import { frontierNotes } from "../../frontier/frontierTable";
import { costOfRow } from "../../frontier/groupRuns";
import { publishedCost } from "../../frontier/publishedPoint";
import { costOfRun } from "../../frontier/runPoint";
import { counted } from "../../util/counted";
import type { Figure, Trace } from "../frame/figure";
import { figureFrame } from "../frame/figureFrame";
import { amountFormat, decadesOf, logNote, logRange, logTicks } from "../frame/logTicks";
import { plotlyText } from "../frame/plotlyText";
import { seriesStyle } from "../frame/seriesStyle";
import { ink, palette } from "../frame/theme";
import { typedTrace } from "../frame/typedTrace";
import { besideEachOther, type MarkPlace } from "./besideEachOther";

const publishedSymbols = ["x-thin", "cross-thin", "asterisk", "hash"] as const;

/**
 * Accuracy against cost: one marker a row (mean over seeds) with its standard deviation over seeds as bars, a dot for
 * every run in front of it, open where there is one seed and no spread is known; rows of one method share colour and
 * symbol. The stairs are the front of the means: what no other row is cheaper and better than. Published points are
 * grey crosses with names of their own; they enter neither front nor area. Marks that would hide each other stand beside
 * each other, moved sideways by a mark's width, and the caption says so.
 *
 * Published points whose source does not give the measure drawn are left out, and the caption says so.
 *
 * @example
 * ```ts
 * const found = bars.records.loadTrainRecords("data/records/frontier");
 * const { runs } = bars.frontier.comparableRuns(found, { which: "all", checkpoint: "last" });
 * const figure = bars.figures.frontierFigure(bars.frontier.frontier(runs, { measure: "bops" }));
 * console.log(figure.data.length > 0); // true
 * ```
 */
export function frontierFigure(result: Frontier): Figure {
  const { measure, axis, rows, methods, published } = result;
  const cost = measureNames[measure];
  const shown = published.filter((point) => publishedCost(point, measure) !== null);
  const costs = [
    ...rows.flatMap((row) => [costOfRow(row, measure).min, costOfRow(row, measure).max]),
    ...shown.map((point) => publishedCost(point, measure) as number),
  ];
  const plane = planeOf(result, costs);
  const moved = besideEachOther(
    rows.map((row) => plane.place(costOfRow(row, measure).mean, row.accuracy.mean)),
    markSize,
  );
  const beside = new Map(rows.map((row, i) => [row, moved[i] as number]));
  const traces = [
    frontStairs(result),
    ...methods.flatMap(({ method }, i) => meanTraces(result, method, i, plane, beside)),
    ...methods.flatMap(({ method }, i) => singleRuns(result, method, i, plane, beside)),
    ...shown.map(
      (point, i): Trace =>
        typedTrace("scatter", {
          mode: "markers",
          name: `published: ${point.name}`,
          x: [publishedCost(point, measure)],
          y: [point.accuracy],
          marker: {
            symbol: publishedSymbols[i % publishedSymbols.length] as (typeof publishedSymbols)[number],
            size: 9,
            color: ink.soft,
            line: { color: ink.soft, width: 2 },
          },
          hovertemplate: `${plotlyText(point.name)}<br>%{y:.2%} at %{x:.4s} ${cost}<br>${plotlyText(point.source)}<extra>published</extra>`,
        }),
    ),
  ];
  const entries = methods.length + shown.length + 1;
  const unnamed = published.length - shown.length;
  const measured = [
    "Markers: mean over seeds; bars: standard deviation over seeds; dots: single runs; open markers: one seed, no spread known.",
    ...(moved.some((own) => own !== 0)
      ? [
          `${moved.filter((own) => own !== 0).length} markers that would hide each other stand beside each other.`,
        ]
      : []),
    "Stairs: front of the means.",
    ...(shown.length > 0
      ? [
          `Grey: published by others, under other recipes, not part of the front (${shown.map(({ name, source }) => `${name}: ${source}`).join("; ")}).`,
        ]
      : []),
    ...(unnamed > 0 ? [`${unnamed} published points give no ${cost} and are not drawn.`] : []),
    `Counting: ${frontierNotes(result)
      .filter((note) => !note.startsWith("dominated area of"))
      .join("; ")}.`,
  ];
  return figureFrame({
    title: `Accuracy against ${measureTitles[measure]} on ${result.testSet}`,
    caption: { measured: measured.join(" "), origin: originOf(result), sources: sourcesOf(result) },
    alt: altOf(result, cost),
    rows: 1,
    columns: 1,
    panelWidth: 620,
    panelHeight: 380,
    above: 18 + 20 * Math.ceil(entries / 3),
    legend: {},
    panels: [
      {
        row: 0,
        column: 0,
        traces,
        xAxis: {
          title: { text: `${cost} for one image${axis === "log" ? logNote : ""}` },
          ...(axis === "log"
            ? { type: "log", range: logRange(costs), tickvals: logTicks(logRange(costs)) }
            : { rangemode: "tozero" }),
          tickformat: amountFormat(costs),
        },
        yAxis: { title: { text: "test accuracy" }, tickformat: ".1~%", nticks: 8 },
      },
    ],
  });
}

/** The front of the means as stairs: what is the best that a budget buys. */
function frontStairs({ rows, measure }: Frontier): Trace {
  const front = rows.filter(({ onFront }) => onFront);
  return typedTrace("scatter", {
    mode: "lines",
    name: "front of the means",
    x: front.map((row) => costOfRow(row, measure).mean),
    y: front.map(({ accuracy }) => accuracy.mean),
    line: { shape: "hv", color: palette.grey, width: 1.5, dash: "dot" },
    hoverinfo: "skip",
  });
}

/** Size of a marker and of a dot, and of the panel between its widths on one and two columns, in pixels. */
const markSize = 10;
const dotSize = 4.5;
const panelSize = { width: 460, height: 380 };

/** The figure's panel as pixels, as far as marks that hide each other are concerned. */
interface Plane {
  readonly place: (cost: number, accuracy: number) => MarkPlace;
  /** A cost moved sideways by some pixels. */
  readonly aside: (cost: number, pixels: number) => number;
}

function planeOf({ rows, axis, published }: Frontier, costs: readonly number[]): Plane {
  const accuracies = [
    ...rows.flatMap((row) => row.runs.map(({ accuracy }) => accuracy)),
    ...published.map(({ accuracy }) => accuracy),
  ];
  const [bottom, top] = [Math.min(...accuracies), Math.max(...accuracies)];
  const [low, high] = axis === "log" ? logRange(costs) : [0, Math.max(...costs)];
  const [unitX, unitY] = [(high - low) / panelSize.width, (top - bottom) / panelSize.height || 1];
  const along = (cost: number) => (axis === "log" ? decadesOf(cost, costs) : cost);
  return {
    place: (cost, accuracy) => ({ x: along(cost) / unitX, y: accuracy / unitY }),
    aside: (cost, pixels) => {
      if (pixels === 0) return cost;
      return axis === "log" ? cost * 10 ** (pixels * unitX) : cost + pixels * unitX;
    },
  };
}

/** A dot for every run of rows with several, in front of the markers, beside each other where they would meet. */
function singleRuns(
  { rows, measure }: Frontier,
  method: string,
  index: number,
  { place, aside }: Plane,
  beside: ReadonlyMap<FrontierRow, number>,
): Trace[] {
  const { color } = seriesStyle(index);
  const repeated = rows
    .filter((row) => row.method === method && row.runs.length > 1)
    .flatMap((row) => row.runs.map((run) => ({ run, moved: beside.get(row) as number })));
  const own = besideEachOther(
    repeated.map(({ run }) => place(costOfRun(run, measure), run.accuracy)),
    dotSize,
  );
  return [
    typedTrace("scatter", {
      mode: "markers",
      name: `${method}, single runs`,
      showlegend: false,
      x: repeated.map(({ run, moved }, i) => aside(costOfRun(run, measure), moved + (own[i] as number))),
      y: repeated.map(({ run }) => run.accuracy),
      marker: { symbol: "circle", size: dotSize, color, line: { color: "white", width: 1 } },
      hoverinfo: "skip",
    }),
  ];
}

function meanTraces(
  { rows, measure }: Frontier,
  method: string,
  index: number,
  { aside }: Plane,
  beside: ReadonlyMap<FrontierRow, number>,
): Trace[] {
  const own = rows.filter((row) => row.method === method);
  const { color, symbol } = seriesStyle(index);
  const cost = measureNames[measure];
  // Rows without spread are a trace of their own: plotly draws a bar of no length as a cross.
  const spread = (row: FrontierRow) => `${Boolean(row.accuracy.sd)} ${Boolean(costOfRow(row, measure).sd)}`;
  const kinds = [...new Set(own.map(spread))].sort().reverse();
  return kinds.map((kind, k) => {
    const alike = own.filter((row) => spread(row) === kind);
    const [inAccuracy, inCost] = kind.split(" ").map((value) => value === "true");
    const bars = (of: (row: FrontierRow) => number | null) => ({
      type: "data" as const,
      array: alike.map((row) => of(row) ?? 0),
      color,
      thickness: 1.2,
      width: 3,
    });
    return typedTrace("scatter", {
      mode: "markers",
      name: method,
      legendgroup: method,
      showlegend: k === 0,
      x: alike.map((row) => aside(costOfRow(row, measure).mean, beside.get(row) as number)),
      y: alike.map(({ accuracy }) => accuracy.mean),
      ...(inAccuracy ? { error_y: bars(({ accuracy }) => accuracy.sd) } : {}),
      ...(inCost
        ? { error_x: { ...bars((row) => costOfRow(row, measure).sd), ...aboveNothing(alike, measure) } }
        : {}),
      marker: {
        symbol: alike.map(({ runs }) => (runs.length === 1 ? (`${symbol}-open` as const) : symbol)),
        size: markSize,
        color,
        line: { color, width: 1.5 },
      },
      text: alike.map(
        ({ name, runs }) => `${name}, ${runs.length === 1 ? "1 seed" : `${runs.length} seeds`}`,
      ),
      hovertemplate: `%{text}<br>%{y:.2%} at %{x:.4s} ${cost}<extra></extra>`,
    });
  });
}

function originOf({ rows, recipes }: Frontier): string {
  const runs = rows.reduce((sum, row) => sum + row.runs.length, 0);
  return `${counted(runs, "run")} of ${counted(rows.length, "model")} · recipes ${recipes.map((hash) => hash.slice(0, 8)).join(", ")}`;
}

function sourcesOf({ rows }: Frontier): NonNullable<Parameters<typeof figureFrame>[0]["caption"]["sources"]> {
  const runs = rows.flatMap((row) => row.runs);
  return {
    configHashes: [...new Set(runs.map(({ run }) => run))],
    seeds: [...new Set(runs.map(({ seed }) => seed))].sort((a, b) => a - b),
    recordHashes: [],
  };
}

function altOf({ rows, measure, published }: Frontier, cost: string): string {
  const amount = (value: number) =>
    measure === "latency" ? String(Number(value.toPrecision(3))) : Math.round(value).toLocaleString("en-US");
  const points = rows
    .filter(({ onFront }) => onFront)
    .map(
      (row) =>
        `${row.name} ${(100 * row.accuracy.mean).toFixed(1)} % at ${amount(costOfRow(row, measure).mean)} ${cost}`,
    );
  const others =
    published.length > 0 ? ` ${published.length} published points are drawn apart, in grey.` : "";
  return `Test accuracy against ${cost} of ${rows.length} models. On the front: ${points.join("; ")}.${others}`;
}

/** A bar that would reach costs of 0 and less, which a logarithmic axis does not have, ends at the cheapest run. */
function aboveNothing(rows: readonly FrontierRow[], measure: ComparedMeasure): object {
  const costs = rows.map((row) => costOfRow(row, measure));
  if (costs.every(({ mean, sd }) => (sd ?? 0) < mean)) return {};
  const down = costs.map(({ mean, sd, min }) => ((sd ?? 0) < mean ? (sd ?? 0) : mean - min));
  return { symmetric: false, arrayminus: down };
}
