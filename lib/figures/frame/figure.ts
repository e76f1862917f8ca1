import { plainText } from "./plotlyText";
import type { FigureProvenance } from "./provenance";

/**
 * A plotly figure as plain JSON: what `Plotly.newPlot(element, figure.data, figure.layout)` takes.
 *
 * Note: not plotly's own types. They are over a megabyte of declarations, which every cell of a notebook would
 * compile with. `typedTrace` checks a trace against plotly's types where a builder writes it, and `validateFigure`
 * checks a whole figure against plotly's schema; the tests do that with the figures of every builder.
 */
export interface Figure {
  readonly data: readonly Trace[];
  readonly layout: FigureLayout;
}

/** One plotly trace. */
export interface Trace {
  readonly type: string;
  readonly name?: string;
  readonly [attribute: string]: unknown;
}

/** A plotly layout that says how large the figure wants to be. */
export interface FigureLayout {
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
  readonly title: { readonly text: string; readonly [attribute: string]: unknown };
  /** Plotly keeps whatever is in here. */
  readonly meta?: { readonly bars?: FigureMeta };
  readonly [attribute: string]: unknown;
}

/** What a figure of this library says of itself, beside what is drawn. Travels in `layout.meta.bars`. */
export interface FigureMeta {
  /** One line, without markup: begins a caption. */
  readonly title: string;
  /** What the picture shows, for readers who cannot see it. */
  readonly alt: string;
  /** How the numbers were measured. */
  readonly measured: string;
  /** What makes them again: config hash, seed, versions. */
  readonly origin: string;
  /** The records behind the numbers. */
  readonly sources: FigureProvenance;
  /** How the panels stand, so that the figure can be laid out anew at another size. */
  readonly frame: FrameGeometry;
}

/** A grid of panels in pixels. */
export interface FrameGeometry {
  readonly rows: number;
  readonly columns: number;
  readonly panelWidth: number;
  readonly panelHeight: number;
  readonly gapX: number;
  readonly gapY: number;
  readonly left: number;
  readonly right: number;
  readonly above: number;
  readonly below: number;
  /** Place of each panel, in the order of its axes (`xaxis`, `xaxis2`, …). */
  readonly places: readonly { readonly row: number; readonly column: number }[];
}

/** The figure's title without markup. */
export function plainTitle(figure: Figure): string {
  return figure.layout.meta?.bars?.title || plainText(figure.layout.title.text) || "untitled";
}

/** What the picture shows, in words; the title where the figure does not say. */
export function altText(figure: Figure): string {
  return figure.layout.meta?.bars?.alt ?? plainTitle(figure);
}
