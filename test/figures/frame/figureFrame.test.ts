import { describe, expect, it } from "vitest";
import { figureFrame } from "../../../lib/figures/frame/figureFrame";
import { amountFormat, logRange, logTicks } from "../../../lib/figures/frame/logTicks";
import { textLines } from "../../../lib/text/textLines";
import { textMeasure } from "../../../lib/text/textMeasure";

const caption = { measured: "How.", origin: "Whence." };
const panel = { traces: [{ type: "scatter", x: [1], y: [1] }] };

describe("figureFrame", () => {
  it("places panels where their pixels are", () => {
    const { layout } = figureFrame({
      title: "t",
      caption,
      rows: 2,
      columns: 2,
      panelWidth: 300,
      panelHeight: 100,
      gapX: 100,
      gapY: 50,
      panels: [
        { ...panel, row: 0, column: 0 },
        { ...panel, row: 1, column: 1 },
      ],
    });
    const axis = (name: string) => (layout[name] as { domain: number[] }).domain;
    expect(axis("xaxis")).toEqual([0, 300 / 700]);
    expect(axis("xaxis2")).toEqual([400 / 700, 1]);
    expect(axis("yaxis")).toEqual([1 - 100 / 250, 1]);
    expect(axis("yaxis2")).toEqual([0, 1 - 150 / 250]);
    const margin = layout["margin"] as { l: number; r: number; t: number; b: number };
    expect(layout.width).toBe(margin.l + 700 + margin.r);
    expect(layout.height).toBe(margin.t + 250 + margin.b);
  });

  it("binds traces, shapes and notes to the axes of their panel", () => {
    const figure = figureFrame({
      title: "t",
      caption,
      rows: 1,
      columns: 2,
      panelWidth: 300,
      panelHeight: 100,
      panels: [
        { ...panel, row: 0, column: 0 },
        {
          ...panel,
          row: 0,
          column: 1,
          shapes: [{ yref: "y domain" }],
          notes: [{ text: "n", xref: "x domain" }],
        },
      ],
    });
    expect(figure.data[1]).toMatchObject({ xaxis: "x2", yaxis: "y2" });
    expect(figure.layout["shapes"]).toEqual([{ xref: "x2", yref: "y2 domain" }]);
    const notes = figure.layout["annotations"] as Record<string, unknown>[];
    expect(notes[1]).toMatchObject({ text: "n", xref: "x2 domain", yref: "y2" });
  });

  it("keeps the axes of a panel that has nothing to draw", () => {
    const empty = { row: 0, column: 0, traces: [] };
    const figure = figureFrame({
      title: "t",
      caption,
      rows: 1,
      columns: 1,
      panelWidth: 300,
      panelHeight: 100,
      panels: [empty],
    });
    expect(figure.data[0]).toMatchObject({ x: [null], y: [null], xaxis: "x" });
  });
});

describe("textLines", () => {
  it("breaks at spaces where the letters need it, and leaves long words whole", () => {
    const width = textMeasure()("one two", 10, "normal");
    const lines = textLines("one two iiiii iii extraordinarily four", width, 10);
    expect(lines).toEqual(["one two", "iiiii iii", "extraordinarily", "four"]);
    expect(textLines("one two", width, 10, "bold")).toEqual(["one", "two"]);
  });
});

describe("logTicks", () => {
  it.each([
    [
      [5.9, 6.4],
      [800_000, 900_000, 1e6, 2e6],
    ],
    [
      [5, 7],
      [1e5, 2e5, 5e5, 1e6, 2e6, 5e6, 1e7],
    ],
    [[0.1, 0.2], []],
    [
      [0, 30],
      [1, 1e3, 1e6, 1e9],
    ],
  ] as const)("labels round numbers of the decades %s that stand apart", (range, some) => {
    const ticks = logTicks(range);
    expect(ticks).toEqual(expect.arrayContaining([...some]));
    const places = ticks.map(Math.log10);
    const length = range[1] - range[0];
    for (const [i, at] of places.entries())
      if (i > 0) expect((at - (places[i - 1] as number)) / length).toBeGreaterThanOrEqual(0.089);
  });

  it("spans what is less than one, and takes what is not positive for the least that is", () => {
    const [low, high] = logRange([0.059, 0.772]);
    expect(low).toBeLessThan(Math.log10(0.059));
    expect(low).toBeGreaterThan(Math.log10(0.03));
    expect(high).toBeGreaterThan(Math.log10(0.772));
    expect(high).toBeLessThan(0);
    // Milliseconds below one have no letters of their own.
    expect([amountFormat([0.07, 2]), amountFormat([0, 2e6])]).toEqual(["~r", "~s"]);
    expect(logRange([0, 10, 100])).toEqual(logRange([10, 100]));
    expect(logRange([0])).toEqual([-0.06, 0.06]);
  });
});
