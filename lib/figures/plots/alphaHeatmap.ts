import { isIndependent } from "../../config/samplers";
import type { SpaceConfig } from "../../config/spaceConfig";
import { deriveInputOf } from "../../derive/alphasAt";
import { probabilitiesOf } from "../../derive/probabilitiesOf";
import type { RaceRecord } from "../../records/raceRecord";
import type { SearchRecord } from "../../records/searchRecord";
import type { Alphas } from "../../space/alphas";
import { edgesOf } from "../../space/edges";
import { counted } from "../../util/counted";
import { BarsError } from "../../util/errors";
import { raceCaption, recordCaption } from "../frame/caption";
import type { Figure, Trace } from "../frame/figure";
import { type FigureCaption, figureFrame, type Panel } from "../frame/figureFrame";
import { ink, probabilityScale, textSize } from "../frame/theme";
import { typedTrace } from "../frame/typedTrace";
import { alphaMoment } from "./alphaMoments";

/**
 * Probabilities of every edge (row) and primitive (column), one panel for each cell group; darker is likelier.
 *
 * @param epochsDone the moment: 0 is before the first step, `n` after the n-th epoch; the last where left out.
 * @throws BarsError if the record has no such moment.
 *
 * @example
 * ```ts
 * const record = bars.readSearchRecord("data/records/search-cured-seed0.json");
 * const figure = bars.figures.alphaHeatmap(record);
 * console.log(figure.data.length > 0); // true
 * ```
 */
export function alphaHeatmap(record: SearchRecord, epochsDone?: number): Figure;
/**
 * The same for alphas that were fitted to a race: softmax at temperature 1.
 * @throws DeriveError if the race has none yet.
 */
export function alphaHeatmap(race: RaceRecord): Figure;
/**
 * The same for alphas that come without a record: softmax at temperature 1.
 *
 * @param space where the alphas are from.
 * @throws BarsError if the alphas do not fit the space.
 */
export function alphaHeatmap(alphas: Alphas, space: Pick<SpaceConfig, "primitives" | "steps">): Figure;
export function alphaHeatmap(
  source: SearchRecord | RaceRecord | Alphas,
  at?: number | Pick<SpaceConfig, "primitives" | "steps">,
): Figure {
  if ("kind" in source && source.kind === "bars.race-record") {
    const { alphas, space } = deriveInputOf(source);
    const measured = `Softmax probabilities of alphas fitted to the scores of ${source.fit?.networks} networks.`;
    const caption = raceCaption(source, measured);
    return heatmap(
      probabilitiesOf(alphas).cells,
      space,
      "What each edge holds, by the race's scores",
      caption,
    );
  }
  if ("kind" in source) {
    const { space, epochs, samplers } = source.config;
    const done = typeof at === "number" ? at : source.epochs.length;
    const { probabilities } = alphaMoment(source, done, "alphaHeatmap");
    const method = isIndependent(samplers.cell.method) ? "Sigmoid" : "Softmax";
    const caption = recordCaption(
      source,
      `${method} probabilities after ${done} of ${counted(epochs, "epoch")}, at that epoch's temperature.`,
    );
    return heatmap(
      probabilities.cells,
      space,
      `What each edge holds after ${counted(done, "epoch")}`,
      caption,
    );
  }
  if (typeof at !== "object") {
    throw new BarsError(
      `alphaHeatmap: expected the space of the alphas as second argument, got ${String(at)}.`,
    );
  }
  const caption = {
    measured: "Softmax probabilities at temperature 1 of alphas given without a record.",
    origin: "",
  };
  return heatmap(probabilitiesOf(source).cells, at, "What each edge holds", caption);
}

/** Pixels between panels side by side, and of all of them together at most. */
const gapX = 84;
const widest = 1200;

/**
 * Name of the colour bar, above it and level with the panels' titles: a title of plotly's own stands so near the bar that
 * it meets the ticks.
 */
const barTitle = {
  text: "probability",
  xref: "paper",
  yref: "paper",
  x: 1,
  y: 1,
  xanchor: "left",
  yanchor: "bottom",
  xshift: 12,
  yshift: 8,
  get font() {
    return { size: textSize.body, color: ink.text };
  },
};

function heatmap(
  cells: Alphas["cells"],
  space: Pick<SpaceConfig, "primitives" | "steps">,
  title: string,
  caption: FigureCaption,
): Figure {
  const names = edgesOf(space.steps).map(({ to, from }) => `edge${to}-${from}`);
  const { primitives } = space;
  const panelWidth = Math.max(170, 62 * primitives.length);
  const panelHeight = Math.max(110, 27 * names.length);
  const columns = Math.max(1, Math.min(cells.length, Math.floor(widest / (panelWidth + gapX))));
  const panels = cells.map((rows, group): Panel => {
    const fits = rows.length === names.length && rows.every((row) => row.length === primitives.length);
    if (!fits) {
      const shape = `${rows.length} × ${rows[0]?.length ?? 0}`;
      throw new BarsError(
        `alphaHeatmap: cell group ${group} must hold ${names.length} edges × ${primitives.length} primitives, got ${shape}.`,
      );
    }
    const trace: Trace = typedTrace("heatmap", {
      x: [...primitives],
      y: names,
      z: rows.map((row) => [...row]),
      zmin: 0,
      zmax: 1,
      colorscale: probabilityScale().map(([at, color]): [number, string] => [at, color]),
      xgap: 1,
      ygap: 1,
      hovertemplate: "%{y} %{x}: %{z:.3f}<extra></extra>",
      showscale: group === 0,
      colorbar: {
        thickness: 12,
        outlinewidth: 0,
        tickvals: [0, 0.25, 0.5, 0.75, 1],
        tickfont: { size: textSize.tick },
        x: 1,
        xpad: 12,
        y: 1,
        yanchor: "top",
        lenmode: "pixels",
        len: panelHeight,
        ypad: 0,
      },
    });
    // The numbers are a trace of their own, because a heat map's own text has one colour for all cells.
    const cellsOfPanel = rows.flatMap((row, edge) => row.map((p, primitive) => ({ p, edge, primitive })));
    const numbers: Trace = typedTrace("scatter", {
      mode: "text",
      x: cellsOfPanel.map(({ primitive }) => String(primitives[primitive])),
      y: cellsOfPanel.map(({ edge }) => String(names[edge])),
      text: cellsOfPanel.map(({ p }) => p.toFixed(2)),
      textfont: { size: textSize.tick, color: cellsOfPanel.map(({ p }) => (p > 0.55 ? "white" : ink.text)) },
      hoverinfo: "skip",
      showlegend: false,
    });
    return {
      row: Math.floor(group / columns),
      column: group % columns,
      title: `cell group ${group}`,
      traces: [trace, numbers],
      ...(group === 0 ? { notes: [{ ...barTitle }] } : {}),
      xAxis: { tickangle: -35, ticks: "", showline: false, showgrid: false, type: "category" },
      yAxis: {
        autorange: "reversed",
        ticks: "",
        showline: false,
        showgrid: false,
        type: "category",
        tickcolor: ink.axis,
      },
    };
  });
  // Of the tilted names below each panel.
  const labelHeight = Math.round(4.1 * Math.max(...primitives.map((name) => name.length)));
  return figureFrame({
    title,
    caption,
    rows: Math.ceil(cells.length / columns),
    columns,
    panelWidth,
    panelHeight,
    gapX,
    gapY: 52 + labelHeight,
    left: 82,
    right: 92,
    below: 26 + labelHeight,
    panels,
  });
}
