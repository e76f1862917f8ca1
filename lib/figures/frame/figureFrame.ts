import { textLines } from "../../text/textLines";
import { oneLine } from "../../util/oneLine";
import type { Figure, FigureLayout, FigureMeta, FrameGeometry, Trace } from "./figure";
import { gridPlaces } from "./frameGeometry";
import { plotlyText, withPlotlyTexts } from "./plotlyText";
import { type FigureProvenance, noSources } from "./provenance";
import { axisBase, ink, layoutBase, textSize } from "./theme";

/** The small print under a figure. */
export interface FigureCaption {
  /** How the numbers were measured. */
  readonly measured: string;
  /** What makes them again: config hash, seed, versions. */
  readonly origin: string;
  /** The records behind them, for the provenance of exported files. */
  readonly sources?: FigureProvenance;
}

/** One plot inside a figure, all its texts plain; places count from the top left, in panels. */
export interface Panel {
  readonly row: number;
  readonly column: number;
  /** Written above the panel. */
  readonly title?: string;
  readonly xAxis?: Readonly<Record<string, unknown>>;
  readonly yAxis?: Readonly<Record<string, unknown>>;
  readonly traces: readonly Trace[];
  /** Shapes and notes in the panel's own coordinates; axis references are filled in. */
  readonly shapes?: readonly Readonly<Record<string, unknown>>[];
  readonly notes?: readonly Readonly<Record<string, unknown>>[];
}

/** Everything a figure is made of; sizes in pixels, texts plain: names stand in the figure letter by letter. */
export interface FrameSettings {
  readonly title: string;
  readonly caption: FigureCaption;
  /** What the picture shows, in words; made from titles and names of series where left out. */
  readonly alt?: string;
  readonly rows: number;
  readonly columns: number;
  readonly panelWidth: number;
  readonly panelHeight: number;
  /** Between panels: room for tick labels and panel titles. */
  readonly gapX?: number;
  readonly gapY?: number;
  /** Left of the panels: room for tick labels and the axis title. */
  readonly left?: number;
  /** Right of the panels: room for a legend or a colour bar. */
  readonly right?: number;
  /** Between title and panels: room for a horizontal legend. */
  readonly above?: number;
  /** Below the panels, above the caption: room for tick labels and the axis title. */
  readonly below?: number;
  /** Turns the legend on; may be empty. It stands above the panels unless this places it elsewhere. */
  readonly legend?: Readonly<Record<string, unknown>>;
  readonly panels: readonly Panel[];
}

const captionLine = 14;
/** Pixels that the title takes, and the small print of some lines. */
export const titleRoom = 40;
export const captionRoom = (lines: number): number => 10 + lines * captionLine;

/** By which the notes that belong to the frame are found again. */
export const annotationNames = Object.freeze({ caption: "bars-caption", panel: "bars-panel" });

/**
 * Lays panels out on a grid of pixels and adds what all figures share: theme, title, and a caption that says how
 * the numbers were measured and what makes them again.
 */
export function figureFrame(settings: FrameSettings): Figure {
  const { rows, columns, panelWidth, panelHeight } = settings;
  const { gapX = 56, gapY = 56, left = 64, right = 24, above = 26, below = 44 } = settings;
  const frame: FrameGeometry = {
    ...{ rows, columns, panelWidth, panelHeight, gapX, gapY, left, right, above, below },
    places: settings.panels.map(({ row, column }) => ({ row, column })),
  };
  const { plotWidth, plotHeight, domains } = gridPlaces(frame);
  const width = Math.max(left + plotWidth + right, 460);
  const caption = captionLines(settings.caption, width - 24);
  const margin = {
    l: left,
    r: width - left - plotWidth,
    t: titleRoom + above,
    b: below + captionRoom(caption.length),
  };
  const axes: Record<string, unknown> = {};
  const data: Trace[] = [];
  const shapes: unknown[] = [];
  const annotations: unknown[] = [captionNote(caption, margin)];
  settings.panels.forEach((panel, i) => {
    const suffix = i === 0 ? "" : String(i + 1);
    const [x, y] = [`x${suffix}`, `y${suffix}`];
    const { x: domainX, y: domainY } = domains[i] as (typeof domains)[number];
    axes[`xaxis${suffix}`] = { ...axis(panel, "x"), domain: domainX, anchor: y };
    axes[`yaxis${suffix}`] = { ...axis(panel, "y"), domain: domainY, anchor: x };
    const traces =
      panel.traces.length > 0 ? panel.traces : [{ type: "scatter", x: [], y: [], showlegend: false }];
    for (const trace of traces)
      data.push({ ...withPlotlyTexts(trace), ...visible(trace), xaxis: x, yaxis: y });
    for (const shape of panel.shapes ?? []) shapes.push(withReferences(withPlotlyTexts(shape), x, y));
    for (const note of panel.notes ?? []) {
      annotations.push({
        showarrow: false,
        font: { size: textSize.tick, color: ink.soft },
        ...withReferences(withPlotlyTexts(note), x, y),
      });
    }
    if (panel.title) annotations.push(panelTitle(panel.title, domainX[0], domainY[1]));
  });
  const layout: FigureLayout = {
    ...layoutBase,
    width,
    height: margin.t + plotHeight + margin.b,
    margin,
    title: {
      text: `<b>${plotlyText(settings.title)}</b>`,
      x: 12 / width,
      xanchor: "left",
      y: 1,
      yanchor: "top",
      yref: "container",
      pad: { t: 14 },
      font: { size: textSize.title },
    },
    showlegend: settings.legend !== undefined,
    ...(settings.legend
      ? { legend: { ...legendAbove(plotHeight), ...withPlotlyTexts(settings.legend) } }
      : {}),
    ...axes,
    shapes,
    annotations,
    meta: { bars: metaOf(settings, frame) },
  };
  return { data, layout };
}

function metaOf(settings: FrameSettings, frame: FrameGeometry): FigureMeta {
  const { title, caption, alt } = settings;
  return {
    title: oneLine(title),
    alt: alt ?? describedPanels(settings),
    measured: caption.measured,
    origin: caption.origin,
    sources: caption.sources ?? noSources,
    frame,
  };
}

/** "Losses and accuracies. Panels: loss; accuracy. Series: weight steps, supernet." */
function describedPanels({ title, panels }: FrameSettings): string {
  const titles = panels.flatMap((panel) => (panel.title ? [oneLine(panel.title)] : []));
  const traces = panels.flatMap((panel) => panel.traces);
  const shown = traces.filter((trace) => trace.name !== undefined && trace["showlegend"] !== false);
  const series = [...new Set(shown.map(({ name }) => oneLine(name as string)))];
  const list = (what: string, items: readonly string[], between: string) =>
    items.length > 0 ? [`${what}: ${items.join(between)}.`] : [];
  return [`${oneLine(title)}.`, ...list("Panels", titles, "; "), ...list("Series", series, ", ")].join(" ");
}

/** A legend in lines between the title and the titles of the panels. */
function legendAbove(plotHeight: number): Record<string, unknown> {
  return {
    font: { size: textSize.body },
    orientation: "h",
    x: 0,
    xanchor: "left",
    y: 1 + 20 / plotHeight,
    yanchor: "bottom",
    traceorder: "normal",
  };
}

function axis(panel: Panel, letter: "x" | "y"): Record<string, unknown> {
  const base = axisBase();
  const own = withPlotlyTexts(panel[`${letter}Axis`] ?? {});
  return {
    ...base,
    ...own,
    ...(own["type"] === undefined && panel.traces.some((trace) => hasNames(trace[letter]))
      ? { type: "category" }
      : {}),
    title: { ...(base["title"] as object), ...(own["title"] as object | undefined) },
  };
}

/** Plotly would take names such as "12" for numbers and "2024-01" for dates. */
function hasNames(places: unknown): boolean {
  return Array.isArray(places) && places.some((place) => typeof place === "string");
}

/** Shading of the epochs in which alphas stay at their start, for panels whose x counts epochs done. */
export function warmupBand(warmupEpochs: number): Readonly<Record<string, unknown>>[] {
  if (warmupEpochs === 0) return [];
  return [
    {
      type: "rect",
      layer: "below",
      x0: 0,
      x1: warmupEpochs,
      yref: "y domain",
      y0: 0,
      y1: 1,
      fillcolor: ink.band,
      line: { width: 0 },
    },
  ];
}

/** Plotly drops a trace without points, and its axes with it; a point without a place keeps both. */
function visible(trace: Trace): Partial<Trace> {
  const x = trace["x"];
  return Array.isArray(x) && x.length === 0 ? { x: [null], y: [null] } : {};
}

/** References such as `"y domain"` in a panel's shape stay relative to that panel. */
function withReferences(
  item: Readonly<Record<string, unknown>>,
  x: string,
  y: string,
): Record<string, unknown> {
  const xref = String(item["xref"] ?? "x").replace("x", x);
  const yref = String(item["yref"] ?? "y").replace("y", y);
  return { ...item, xref, yref };
}

function panelTitle(text: string, x: number, y: number): Record<string, unknown> {
  return {
    name: annotationNames.panel,
    text: `<b>${plotlyText(text)}</b>`,
    xref: "paper",
    yref: "paper",
    x,
    y,
    xanchor: "left",
    yanchor: "bottom",
    yshift: 3,
    showarrow: false,
    font: { size: textSize.panel },
  };
}

/** The small print as an annotation below the panels. */
export function captionNote(
  lines: readonly string[],
  margin: { l: number; b: number },
): Record<string, unknown> {
  return {
    name: annotationNames.caption,
    text: lines.map(plotlyText).join("<br>"),
    xref: "paper",
    yref: "paper",
    x: 0,
    y: 0,
    xanchor: "left",
    yanchor: "bottom",
    align: "left",
    xshift: 12 - margin.l,
    yshift: 6 - margin.b,
    showarrow: false,
    font: { size: textSize.caption, color: ink.soft },
  };
}

/** The small print in lines of at most `width` pixels. */
export function captionLines(caption: Pick<FigureCaption, "measured" | "origin">, width: number): string[] {
  const parts = [caption.measured, caption.origin].filter((text) => text !== "");
  return parts.flatMap((text) => textLines(text, width, textSize.caption));
}
