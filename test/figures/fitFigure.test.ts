import { describe, expect, it } from "vitest";
import { alphaDistribution } from "../../lib/figures/alphaDistribution";
import { alphaHeatmap } from "../../lib/figures/alphaHeatmap";
import { costFigure } from "../../lib/figures/costFigure";
import { entropyFigure } from "../../lib/figures/entropyFigure";
import { bareFigure, fitFigure } from "../../lib/figures/fitFigure";
import { layoutEvolution } from "../../lib/figures/layoutEvolution";
import { lossFigure } from "../../lib/figures/lossFigure";
import { type PaperWidth, paperPixels } from "../../lib/figures/paper";
import { renderFigure } from "../../lib/figures/renderFigure";
import { madeUpRecord } from "./madeUpRecord";
import { overlap, textBoxes } from "./textBoxes";

const record = madeUpRecord("usual");
const builders = { alphaDistribution, alphaHeatmap, costFigure, entropyFigure, layoutEvolution, lossFigure };
const widths: PaperWidth[] = ["one-column", "text-block", "two-column"];

describe.each(Object.entries(builders))("fitFigure of %s", (_name, build) => {
  it.each(widths)("keeps text at 6 points or more in a width of %s, inside, and apart", async (width) => {
    const figure = fitFigure(build(record), width);
    const scale = paperPixels(width, "test") / figure.layout.width;
    expect(scale).toBeGreaterThan(0.72);
    const texts = textBoxes(await renderFigure(figure, { format: "svg" }));
    const { width: w, height: h } = figure.layout;
    const outside = texts.filter(
      ({ box }) => box.x < 0 || box.y < 0 || box.x + box.width > w || box.y + box.height > h,
    );
    expect(outside.map(({ text }) => text)).toEqual([]);
    const pairs = texts.flatMap((a, i) => texts.slice(i + 1).map((b) => [a, b] as const));
    const meeting = pairs.filter(([a, b]) => !(a.tilted && b.tilted) && overlap(a.box, b.box));
    expect(meeting.map(([a, b]) => `${a.text} / ${b.text}`)).toEqual([]);
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
