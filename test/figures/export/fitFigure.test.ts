import { describe, expect, it } from "vitest";
import { bareFigure, fitFigure, leastScale } from "../../../lib/figures/export/fitFigure";
import { renderFigure } from "../../../lib/figures/export/renderFigure";
import { flowedPlaces, flowedTitles } from "../../../lib/figures/frame/panelFlow";
import { type PaperWidth, paperPixels } from "../../../lib/figures/frame/paper";
import { alphaEvolution } from "../../../lib/figures/plots/alphaEvolution";
import { layoutEvolution } from "../../../lib/figures/plots/layoutEvolution";
import { lossFigure } from "../../../lib/figures/plots/lossFigure";
import { everyFigure } from "../everyFigure";
import { madeUpRecord } from "../madeUpRecord";
import { overlap, textBoxes, textSizes } from "../textBoxes";

const record = madeUpRecord("usual");
const widths: PaperWidth[] = ["one-column", "two-column"];

describe.each(Object.entries(everyFigure))("fitFigure of %s", (_name, build) => {
  it.each(widths)("keeps text at 6 points or more in a width of %s, inside, and apart", async (width) => {
    const figure = fitFigure(build("usual"), width);
    const svg = await renderFigure(figure, { format: "svg" });
    const points = 0.75 * (paperPixels(width, "test") / figure.layout.width);
    const small = textSizes(svg).filter(({ size }) => size * points < 5.99);
    expect(small).toEqual([]);
    const texts = textBoxes(svg);
    expect(texts.length).toBeGreaterThan(5);
    const { width: w, height: h } = figure.layout;
    const outside = texts.filter(
      ({ box }) => box.x < 0 || box.y < 0 || box.x + box.width > w || box.y + box.height > h,
    );
    expect(outside.map(({ text }) => text)).toEqual([]);
    const pairs = texts.flatMap((a, i) => texts.slice(i + 1).map((b) => [a, b] as const));
    const meeting = pairs.filter(([a, b]) => !(a.tilted && b.tilted) && overlap(a.box, b.box));
    expect(meeting.map(([a, b]) => `${a.text} / ${b.text}`)).toEqual([]);
  });

  it("fits every width by the same scale, and is no higher than a page", () => {
    for (const width of ["one-column", "text-block", "two-column"] as const) {
      const { layout } = fitFigure(build("usual"), width);
      const scale = paperPixels(width, "test") / layout.width;
      expect(scale).toBeGreaterThan(leastScale - 1e-3);
      expect(layout.height * scale).toBeLessThan(paperPixels(235, "test"));
    }
  });
});

describe("panels in fewer columns", () => {
  const grid = (columns: number, count: number) =>
    Array.from({ length: count }, (_, i) => ({ row: Math.floor(i / columns), column: i % columns }));

  it("flow on in reading order where each has a title", () => {
    const { places, rows } = flowedPlaces(grid(3, 6), 2, Array(6).fill(true));
    expect(places).toEqual(grid(2, 6));
    expect(rows).toBe(3);
  });

  it("stay with the panel above where one has no title, whole columns below", () => {
    const { places, rows } = flowedPlaces(grid(3, 6), 2, [true, true, true, false, false, false]);
    const at = (row: number, column: number) => ({ row, column });
    expect(places).toEqual([at(0, 0), at(0, 1), at(2, 0), at(1, 0), at(1, 1), at(3, 0)]);
    expect(rows).toBe(4);
  });

  it("say on their axes what a neighbour said before", () => {
    const own = ["a", "", "", "b", "", ""].map((y, i) => ({ x: i < 3 ? "" : "epochs", y }));
    const titles = flowedTitles(grid(3, 6), grid(2, 6), own);
    expect(titles.map(({ y }) => y)).toEqual(["a", "", "a", "b", "b", ""]);
    expect(titles.map(({ x }) => x)).toEqual(["", "", "", "", "epochs", "epochs"]);
  });

  it("are two for the edges of a cell in one column of a paper, and keep stages of a layout together", () => {
    const domains = (figure: ReturnType<typeof fitFigure>, letter: string) =>
      Object.entries(figure.layout)
        .filter(([name]) => name.startsWith(`${letter}axis`))
        .map(([, axis]) => (axis as { domain: number[] }).domain[0]);
    const edges = fitFigure(alphaEvolution(record), "one-column");
    expect(new Set(domains(edges, "x")).size).toBe(2);
    expect(new Set(domains(edges, "y")).size).toBe(5);
    const layout = fitFigure(layoutEvolution(record), 50);
    expect(new Set(domains(layout, "x")).size).toBe(1);
    expect(new Set(domains(layout, "y")).size).toBe(6);
    const titles = (layout.layout["annotations"] as { name?: string; y: number }[]).filter(
      ({ name }) => name === "bars-panel",
    );
    expect(titles.map(({ y }) => Math.round(6 * y))).toEqual([6, 4, 2]);
  });
});

describe("fitFigure", () => {
  it("stacks a row of panels that would get too narrow", () => {
    const { layout } = fitFigure(lossFigure(record), "one-column");
    const tops = [layout["yaxis"], layout["yaxis2"]].map((axis) => (axis as { domain: number[] }).domain[1]);
    expect(tops[0]).toBe(1);
    expect(tops[1]).toBeLessThan(0.5);
  });

  it("leaves a figure as it is that fits, or that it has not laid out", () => {
    const figure = lossFigure(record);
    expect(fitFigure(figure, 200)).toBe(figure);
    const foreign = { data: [], layout: { width: 100, height: 100, title: { text: "" } } };
    expect(fitFigure(foreign, 20)).toBe(foreign);
  });
});

describe("bareFigure", () => {
  it("takes title and small print away, and their room", () => {
    const figure = lossFigure(record);
    const bare = bareFigure(figure);
    expect(bare.layout.title.text).toBe("");
    expect(JSON.stringify(bare.layout["annotations"])).not.toContain("bars-caption");
    expect(bare.layout.height).toBeLessThan(figure.layout.height - 60);
    expect(bare.layout.meta?.bars?.title).toBe("Losses and accuracies of the search");
  });
});
