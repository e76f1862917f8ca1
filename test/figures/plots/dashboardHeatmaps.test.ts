import { describe, expect, it } from "vitest";
import { probabilityScale } from "../../../lib/figures/frame/theme";
import { cellHeatmap, layoutHeatmaps, shade } from "../../../lib/figures/plots/dashboardHeatmaps";

const place = { left: 0, top: 20, width: 200, height: 180 };
const view = {
  probabilities: {
    cells: [
      [
        [0.5, 0.5],
        [0, 1],
      ],
    ],
    depth: [[0.25, 0.75], []],
    width: [
      [0, 0.5, 1],
      [1, 0, 0],
    ],
  },
  edges: ["edge1-0", "edge<2>"],
  primitives: ["none", "a&b"],
  widthChoices: [0.25, 0.5, 1],
  widthNames: ["stage 0", "cell 3"],
};
const texts = (svg: string) => [...svg.matchAll(/<text[^>]*>([^<]*)</g)].map(([, text]) => text);
const rgb = (hex: string) =>
  `rgb(${[1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)).join(",")})`;
/** Shades of the squares, in order; the bar of the legend has no outline on its pieces. */
const squares = (svg: string) =>
  [...svg.matchAll(/fill="([^"]+)" stroke="[^"]+" stroke-width="0.4"/g)].map(([, fill]) => fill);

describe("shade", () => {
  it("is the scale's own colour at its stops, mixed between them, and its ends beyond", () => {
    for (const [at, color] of probabilityScale()) expect(shade(at)).toBe(rgb(color));
    // Half way from #FFFFFF to #CFE3F1.
    expect(shade(0.125)).toBe("rgb(231,241,248)");
    expect([shade(-1), shade(2)]).toEqual([shade(0), shade(1)]);
  });
});

describe("cellHeatmap", () => {
  it("has a square of its shade for every edge and operation, and names as text", () => {
    const svg = cellHeatmap(view, place);
    expect(squares(svg)).toEqual([0.5, 0.5, 0, 1].map(shade));
    expect(texts(svg)).toEqual(expect.arrayContaining(["edge1-0", "edge&lt;2&gt;", "a&amp;b", "group 0"]));
  });
});

describe("layoutHeatmaps", () => {
  it("has a row for each stage in depth, and in width one for all that has a width, with the numbers of the choices", () => {
    const svg = layoutHeatmaps(view, place);
    expect(squares(svg)).toEqual([0.25, 0.75, 0, 0.5, 1, 1, 0, 0].map(shade));
    expect(texts(svg).slice(0, 11)).toEqual([
      "depth: cells in each stage",
      "stage 0",
      "stage 1",
      "0",
      "1",
      "width: share of the channels",
      "stage 0",
      "cell 3",
      "0.25",
      "0.5",
      "1",
    ]);
  });

  it("ends with the scale of all shades: white is 0, darkest is 1", () => {
    const svg = layoutHeatmaps(view, place);
    expect(texts(svg).slice(-6)).toEqual(["probability", "0", "0.25", "0.5", "0.75", "1"]);
    const bar = [...svg.matchAll(/height="8" fill="(rgb[^"]+)"/g)].map(([, fill]) => fill);
    expect([bar[0], bar.at(-1)]).toEqual([shade(0), shade(1)]);
  });

  it("says of a level without choices that it is not searched", () => {
    const still = { ...view, probabilities: { ...view.probabilities, depth: [[], []] } };
    expect(texts(layoutHeatmaps(still, place))).toContain("not searched");
    expect(texts(layoutHeatmaps(view, place))).not.toContain("not searched");
  });
});
