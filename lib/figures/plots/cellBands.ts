import { ink } from "../frame/theme";

/** The cells along an axis of positions 0, 1, …: where each lies, ticks in their middles, and bands behind every second. */
export function cellBands(cells: readonly unknown[], firstBand: 0 | 1) {
  const spans = [...new Set(cells)]
    .filter((cell) => cell !== null && cell !== undefined)
    .map((cell) => ({ cell, from: cells.indexOf(cell) - 0.5, to: cells.lastIndexOf(cell) + 0.5 }));
  return {
    ticks: {
      tickvals: spans.map(({ from, to }) => (from + to) / 2),
      ticktext: spans.map(({ cell }) => String(cell)),
    },
    shapes: spans
      .filter((_, i) => i % 2 === firstBand)
      .map(({ from, to }) => ({
        type: "rect",
        layer: "below",
        x0: from,
        x1: to,
        yref: "y domain",
        y0: 0,
        y1: 1,
        fillcolor: ink.band,
        line: { width: 0 },
      })),
  };
}
