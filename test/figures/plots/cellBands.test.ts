import { describe, expect, it } from "vitest";
import { cellBands } from "../../../lib/figures/plots/cellBands";

describe("cellBands", () => {
  const cells = [null, 0, 0, 0, 1, 1, 2, null];

  it("puts a tick in the middle of each cell, and leaves out what lies outside of cells", () => {
    expect(cellBands(cells, 0).ticks).toEqual({ tickvals: [2, 4.5, 6], ticktext: ["0", "1", "2"] });
  });

  it("bands every second cell from the first asked for, half a position beyond its ends", () => {
    const edges = (first: 0 | 1) => cellBands(cells, first).shapes.map(({ x0, x1 }) => [x0, x1]);
    expect(edges(0)).toEqual([
      [0.5, 3.5],
      [5.5, 6.5],
    ]);
    expect(edges(1)).toEqual([[3.5, 5.5]]);
  });
});
