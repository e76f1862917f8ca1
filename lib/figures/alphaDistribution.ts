import type { SearchRecord } from "../run/searchRecord";
import type { Alphas } from "../space/alphas";
import { type AlphaMoment, alphaMoments, type Level, levels } from "./alphaMoments";
import { recordCaption } from "./caption";
import type { Figure, Trace } from "./figure";
import { figureFrame, type Panel } from "./figureFrame";
import { ink, levelStyle } from "./theme";
import { typedTrace } from "./typedTrace";

const gridPoints = 121;
const mostRidges = 11;
/** Height of the highest ridge, in distances between two base lines. */
const overlap = 1.7;

/**
 * How the alphas of each level are distributed over the epochs: one ridge for a moment, the start at the top.
 * Each ridge is a Gaussian kernel density (Silverman's rule, at least 1.5 % of the axis, probabilities mirrored at 0 and 1), scaled to equal height,
 * with the values themselves as ticks on its base line.
 *
 * @param of probabilities, or the raw logits.
 */
export function alphaDistribution(
  record: SearchRecord,
  of: "probabilities" | "logits" = "probabilities",
): Figure {
  const moments = evenly(alphaMoments(record), mostRidges);
  const searched = levels.filter((level) => valuesOf((moments[0] as AlphaMoment)[of], level).length > 0);
  const panels = searched.map((level, column) => ridgePanel(moments, of, level, column));
  return figureFrame({
    title: `How the ${of} of each level spread out`,
    caption: recordCaption(
      record,
      `All ${of === "logits" ? "raw logits" : "probabilities, at each epoch's temperature,"} of a level together; density by a Gaussian kernel, scaled to equal height.`,
    ),
    rows: 1,
    columns: searched.length,
    panelWidth: Math.max(220, Math.floor(780 / searched.length)),
    panelHeight: 60 + 34 * moments.length,
    gapX: 40,
    panels,
  });
}

function ridgePanel(
  moments: readonly AlphaMoment[],
  of: "probabilities" | "logits",
  level: Level,
  column: number,
): Panel {
  const rows = moments.map((moment) => valuesOf(moment[of], level));
  const [low, high] = of === "probabilities" ? [0, 1] : spread(rows.flat());
  const bounded = of === "probabilities";
  const pad = (high - low) * (bounded ? 0 : 0.12);
  const grid = Array.from(
    { length: gridPoints },
    (_, i) => low - pad + (i / (gridPoints - 1)) * (high - low + 2 * pad),
  );
  const margin = (high - low) * 0.03;
  const { color } = levelStyle[level];
  const traces = rows.flatMap((values, row): Trace[] => {
    const heights = density(values, grid, (high - low) * 0.015, bounded ? [low, high] : undefined);
    const top = Math.max(...heights);
    const base = moments.length - 1 - row;
    const ridge: Trace = typedTrace("scatter", {
      mode: "lines",
      x: [...grid, ...[...grid].reverse()],
      y: [...heights.map((h) => base + (overlap * h) / top), ...grid.map(() => base)],
      fill: "toself",
      fillcolor: withAlpha(color, 0.18 + (0.5 * row) / Math.max(1, rows.length - 1)),
      line: { color, width: 1 },
      hoverinfo: "skip",
      showlegend: false,
    });
    const ticks: Trace = typedTrace("scatter", {
      mode: "markers",
      x: values,
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
  const labels = moments.map(({ epochsDone }) => (epochsDone === 0 ? "start" : String(epochsDone)));
  const what = of === "logits" ? "logit" : "probability";
  return {
    row: 0,
    column,
    title: `${level} (${rows[0]?.length ?? 0} values)`,
    traces,
    xAxis: { range: [low - pad - margin, high + pad + margin], title: { text: what }, nticks: 6 },
    yAxis: {
      range: [-0.4, moments.length - 1 + overlap + 0.15],
      tickvals: moments.map((_, i) => moments.length - 1 - i),
      ticktext: labels,
      showgrid: false,
      title: { text: column === 0 ? "epochs done" : "" },
    },
  };
}

function valuesOf(alphas: Alphas, level: Level): number[] {
  if (level === "cell") return alphas.cells.flat(2);
  return alphas[level].flat();
}

function spread(values: readonly number[]): [number, number] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return high > low ? [low, high] : [low - 1, high + 1];
}

/**
 * Gaussian kernel density of `values` at `grid`. Bandwidth: `0.9 · σ · n^(-1/5)` (Silverman 1986), at least
 * `least`. Values are mirrored at the bounds, so that no density lies outside them.
 */
function density(
  values: readonly number[],
  grid: readonly number[],
  least: number,
  bounds?: readonly [number, number],
): number[] {
  const n = values.length;
  const mean = values.reduce((sum, v) => sum + v, 0) / n;
  const sigma = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / n);
  const width = Math.max(0.9 * sigma * n ** -0.2, least);
  const mirrored =
    bounds === undefined ? values : values.flatMap((v) => [v, 2 * bounds[0] - v, 2 * bounds[1] - v]);
  const kernel = (distance: number) => Math.exp(-0.5 * (distance / width) ** 2);
  const scale = n * width * Math.sqrt(2 * Math.PI);
  return grid.map((x) => mirrored.reduce((sum, v) => sum + kernel(x - v), 0) / scale);
}

/** At most `most` of the items, evenly spaced, the first and the last among them. */
function evenly<T>(items: readonly T[], most: number): T[] {
  if (items.length <= most) return [...items];
  return Array.from(
    { length: most },
    (_, i) => items[Math.round((i * (items.length - 1)) / (most - 1))] as T,
  );
}

function withAlpha(hex: string, alpha: number): string {
  const channels = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
  return `rgba(${channels.join(", ")}, ${alpha.toFixed(2)})`;
}
