import type { FrameGeometry } from "./figure";

/** Where a panel stands inside the plotting area, as plotly's domains: shares from the left and from below. */
export interface PanelDomain {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
}

/** The plotting area of a grid in pixels, and the domains of its panels. */
export function gridPlaces(frame: FrameGeometry): {
  readonly plotWidth: number;
  readonly plotHeight: number;
  readonly domains: readonly PanelDomain[];
} {
  const { rows, columns, panelWidth, panelHeight, gapX, gapY } = frame;
  const plotWidth = columns * panelWidth + (columns - 1) * gapX;
  const plotHeight = rows * panelHeight + (rows - 1) * gapY;
  const domains = frame.places.map(({ row, column }): PanelDomain => {
    const fromLeft = column * (panelWidth + gapX);
    const fromTop = row * (panelHeight + gapY);
    return {
      x: [fromLeft / plotWidth, Math.min(1, (fromLeft + panelWidth) / plotWidth)],
      y: [Math.max(0, 1 - (fromTop + panelHeight) / plotHeight), 1 - fromTop / plotHeight],
    };
  });
  return { plotWidth, plotHeight, domains };
}
