import { quantile } from "../../util/statistics";
import type { Trace } from "../frame/figure";
import type { Panel } from "../frame/figureFrame";
import { ink } from "../frame/theme";
import { typedTrace } from "../frame/typedTrace";

/** The values of one level at some moments. */
export interface LevelValues {
  readonly level: string;
  readonly color: string;
  /** What the values are, for the axis. */
  readonly what: string;
  /** Of the axis of values. */
  readonly range: readonly [number, number];
  readonly moments: readonly { readonly name: string; readonly values: readonly number[] }[];
}

/** How values of one level are distributed at some moments. */
export interface Distribution extends LevelValues {
  /** Where the densities are taken. */
  readonly grid: readonly number[];
  readonly moments: readonly {
    readonly name: string;
    readonly values: readonly number[];
    /** Density on the grid, as a share of its highest. */
    readonly heights: readonly number[];
  }[];
}

/** Height of the highest ridge, in distances between two base lines. */
const overlap = 1.7;
/** Half the width of a violin, in distances between two. */
const half = 0.42;

/** One ridge a moment, the first on top, with the values as ticks on its base line. */
export function ridgePanel(distribution: Distribution, column: number): Panel {
  const { color, grid, moments, what } = distribution;
  const traces = moments.flatMap(({ values, heights }, row): Trace[] => {
    const base = moments.length - 1 - row;
    const ridge = filled(
      [...grid, ...[...grid].reverse()],
      [...heights.map((height) => base + overlap * height), ...grid.map(() => base)],
      color,
      opacity(row, moments.length),
    );
    const ticks = typedTrace("scatter", {
      mode: "markers",
      x: [...values],
      y: values.map(() => base),
      marker: {
        symbol: "line-ns",
        size: 7,
        line: { width: 1, color: ink.text },
        color: ink.text,
        opacity: values.length > 60 ? 0.35 : 0.8,
      },
      hovertemplate: "%{x:.3f}<extra></extra>",
      showlegend: false,
    });
    return [ridge, ticks];
  });
  return {
    row: 0,
    column,
    title: titleOf(distribution),
    traces,
    xAxis: { range: roomy(distribution), title: { text: what }, nticks: 6 },
    yAxis: {
      range: [-0.4, moments.length - 1 + overlap + 0.15],
      tickvals: moments.map((_, i) => moments.length - 1 - i),
      ticktext: moments.map(({ name }) => name),
      showgrid: false,
      title: { text: column === 0 ? "epochs done" : "" },
    },
  };
}

/** One violin a moment, the first at the left, with a dot at the median and a bar between the quartiles. */
export function violinPanel(distribution: Distribution, column: number): Panel {
  const { color, grid, moments, what } = distribution;
  const places = moments.map((_, i) => i);
  const violins = moments.map(({ heights }, at) =>
    filled(
      [
        ...heights.map((height) => at - half * height),
        ...heights.map((height) => at + half * height).reverse(),
      ],
      [...grid, ...[...grid].reverse()],
      color,
      opacity(at, moments.length),
    ),
  );
  const quartiles = typedTrace("scatter", {
    mode: "lines",
    // A gap behind each bar keeps them apart.
    x: places.flatMap((at) => [at, at, null]),
    y: moments.flatMap(({ values }) => [quantile(values, 0.25), quantile(values, 0.75), null]),
    line: { color: ink.text, width: 3 },
    hoverinfo: "skip",
    showlegend: false,
  });
  const medians = typedTrace("scatter", {
    mode: "markers",
    x: places,
    y: moments.map(({ values }) => quantile(values, 0.5)),
    marker: { symbol: "circle", size: 5, color: "white", line: { color: ink.text, width: 1 } },
    hovertemplate: "median %{y:.3f}<extra></extra>",
    showlegend: false,
  });
  return {
    row: 0,
    column,
    title: titleOf(distribution),
    traces: [...violins, quartiles, medians],
    xAxis: {
      range: [-0.6, moments.length - 0.4],
      tickvals: places,
      ticktext: moments.map(({ name }, at) => (at === 0 && moments.length > 4 ? "0" : name)),
      showgrid: false,
      title: { text: "epochs done" },
    },
    yAxis: { range: roomy(distribution), title: { text: column === 0 ? what : "" }, nticks: 6 },
  };
}

/** "depth (9 values)" */
export function titleOf({ level, moments }: LevelValues): string {
  return `${level} (${moments[0]?.values.length ?? 0} values)`;
}

/** The range of the values and a little air. */
export function roomy({ range: [low, high] }: LevelValues): [number, number] {
  const air = (high - low) * 0.03;
  return [low - air, high + air];
}

/** Later moments stand out. */
function opacity(moment: number, moments: number): number {
  return 0.18 + (0.5 * moment) / Math.max(1, moments - 1);
}

function withAlpha(hex: string, alpha: number): string {
  const channels = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
  return `rgba(${channels.join(", ")}, ${alpha.toFixed(2)})`;
}

/** A closed outline, filled. */
function filled(x: number[], y: number[], color: string, alpha: number): Trace {
  return typedTrace("scatter", {
    mode: "lines",
    x,
    y,
    fill: "toself",
    fillcolor: withAlpha(color, alpha),
    line: { color, width: 1 },
    hoverinfo: "skip",
    showlegend: false,
  });
}
