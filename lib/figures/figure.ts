/**
 * A plotly figure as plain JSON: what `Plotly.newPlot(element, figure.data, figure.layout)` takes.
 *
 * Note: not plotly's own types. They are over a megabyte of declarations that need the DOM library, which
 * notebook cells are compiled without. `validateFigure` checks a figure against plotly's schema instead.
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
  readonly [attribute: string]: unknown;
}
