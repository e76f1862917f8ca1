import type { BarData, HeatmapData, ScatterData, ViolinData } from "plotly.js-dist-min";
import type { Trace } from "./figure";
import type { Dash } from "./theme";

/** Plotly draws dashes of stated lengths too, which its own types leave out. */
type ScatterLine = Omit<NonNullable<ScatterData["line"]>, "dash"> & { readonly dash?: Dash };

/** Plotly's own types of the traces that builders write. */
interface PlotlyTraces {
  readonly bar: Partial<BarData>;
  readonly heatmap: Partial<HeatmapData>;
  readonly scatter: Omit<Partial<ScatterData>, "line"> & { readonly line?: ScatterLine };
  readonly violin: Partial<ViolinData>;
}

/**
 * A trace whose attributes the compiler has checked against plotly's own types: a misspelt attribute or a value of
 * the wrong kind does not compile.
 */
export function typedTrace<T extends keyof PlotlyTraces>(
  type: T,
  attributes: Omit<PlotlyTraces[T], "type">,
): Trace {
  return { type, ...(attributes as object) };
}
