import { describe, expect, it } from "vitest";
import { renderFigure } from "../../lib/figures/export/renderFigure";
import { validateFigure } from "../../lib/figures/export/validateFigure";
import type { Figure, Trace } from "../../lib/figures/frame/figure";
import { alphaDistribution } from "../../lib/figures/plots/alphaDistribution";
import { alphaEvolution } from "../../lib/figures/plots/alphaEvolution";
import { alphaHeatmap } from "../../lib/figures/plots/alphaHeatmap";
import { collapseFigure } from "../../lib/figures/plots/collapseFigure";
import { costFigure } from "../../lib/figures/plots/costFigure";
import { entropyFigure } from "../../lib/figures/plots/entropyFigure";
import { layoutEvolution } from "../../lib/figures/plots/layoutEvolution";
import { lossFigure } from "../../lib/figures/plots/lossFigure";
import type { SearchRecord } from "../../lib/records/searchRecord";
import type { Box } from "../../lib/text/svgGeometry";
import { quantile } from "../../lib/util/statistics";
import { figureText } from "./figureText";
import { madeUpRecord } from "./madeUpRecord";
import { overlap, textBoxes } from "./textBoxes";

const builders: Readonly<Record<string, (record: SearchRecord) => Figure>> = {
  collapseFigure,
  alphaDistribution,
  alphaEvolution,
  alphaHeatmap,
  costFigure,
  entropyFigure,
  layoutEvolution,
  lossFigure,
};

describe.each(Object.entries(builders))("%s", (name, build) => {
  it("draws the same data and layout as before for a small record", async () => {
    await expect(figureText(build(madeUpRecord("tiny")))).toMatchFileSnapshot(`snapshots/${name}.txt`);
  });

  it.each(["wide", "empty"] as const)("is in order for plotly with the %s record", (size) => {
    expect(validateFigure(build(madeUpRecord(size)))).toEqual([]);
  });

  it.each(["usual", "wide", "tiny", "empty"] as const)(
    "clips no text and lets no two overlap with the %s record",
    async (size) => {
      const figure = build(madeUpRecord(size));
      const texts = textBoxes(await renderFigure(figure, { format: "svg" }));
      const { width, height } = figure.layout;
      const inside = ({ x, y, width: w, height: h }: Box) =>
        x >= 0 && y >= 0 && x + w <= width && y + h <= height;
      expect(texts.length).toBeGreaterThan(5);
      expect(texts.filter(({ box }) => !inside(box)).map(({ text }) => text)).toEqual([]);
      const pairs = texts
        .flatMap((a, i) => texts.slice(i + 1).map((b) => [a, b] as const))
        // Boxes of tilted labels overlap although the labels, one beside the other, do not.
        .filter(([a, b]) => !(a.tilted && b.tilted));
      expect(
        pairs.filter(([a, b]) => overlap(a.box, b.box)).map(([a, b]) => `${a.text} / ${b.text}`),
      ).toEqual([]);
    },
  );

  it("says how its numbers were measured and what makes them again", () => {
    const notes = build(madeUpRecord("usual")).layout["annotations"] as { text: string }[];
    const caption = notes[0]?.text.replaceAll("<br>", " ");
    expect(caption).toContain(
      "CIFAR-10: 2500 weight + 2500 alpha images; 20 epochs; 1 seed, no spread known.",
    );
    expect(caption).toContain("config 5f3a91bc · seed 0 · bars 0.1.0 · wasm 4.22.0 · 2026-01-02");
  });

  it("leaves the record as it was", () => {
    const record = madeUpRecord("tiny");
    const before = JSON.stringify(record);
    build(record);
    expect(JSON.stringify(record)).toBe(before);
  });
});

describe("alphaEvolution", () => {
  it("shows probabilities that add up to 1 on each edge and moment", () => {
    const figure = alphaEvolution(madeUpRecord("usual"), 1);
    expect(figure.data).toHaveLength(10 * 3);
    for (let edge = 0; edge < 10; edge++) {
      for (let moment = 0; moment <= 20; moment++) {
        const lines = figure.data.slice(3 * edge, 3 * edge + 3);
        const sum = lines.reduce((total, line) => total + ((line["y"] as number[])[moment] as number), 0);
        expect(sum).toBeCloseTo(1, 9);
      }
    }
  });

  it("uses each epoch's temperature", () => {
    const record = madeUpRecord("tiny");
    const last = record.epochs[1];
    if (!last) throw new Error("the record has two epochs");
    const cold = {
      ...record,
      epochs: [record.epochs[0], { ...last, temperature: { ...last.temperature, cell: 0.001 } }],
    } as SearchRecord;
    const ends = alphaEvolution(cold).data.map((line) => (line["y"] as number[])[2] as number);
    expect(ends.every((p) => p < 1e-6 || p > 1 - 1e-6)).toBe(true);
  });

  it("treats operations as independent when the search did", () => {
    const record = madeUpRecord("tiny");
    const { samplers } = record.config;
    const independent = {
      ...record,
      config: { ...record.config, samplers: { ...samplers, cell: { ...samplers.cell, method: "sigmoid" } } },
    } as SearchRecord;
    const alpha = record.startAlphas.cells[0]?.[0]?.[0] as number;
    const [line] = alphaEvolution(independent).data;
    const [start] = (line?.["y"] ?? []) as number[];
    expect(start).toBeCloseTo(1 / (1 + Math.exp(-alpha)), 12);
  });

  it.each([-1, 1, 0.5])("refuses cell group %s, which the space does not have", (group) => {
    const message = `alphaEvolution: group must be an integer from 0 to 0, got ${group}.`;
    expect(() => alphaEvolution(madeUpRecord("tiny"), group)).toThrow(message);
  });
});

describe("alphaHeatmap", () => {
  const record = madeUpRecord("usual");

  it("shows the asked moment", () => {
    const start = alphaHeatmap(record, 0).data[0]?.["z"] as number[][];
    expect(start.flat().every((p) => Math.abs(p - 1 / 3) < 0.05)).toBe(true);
    expect(alphaHeatmap(record, 20).data).toEqual(alphaHeatmap(record).data);
  });

  it("draws alphas that come without a record", () => {
    const figure = alphaHeatmap(record.startAlphas, record.config.space);
    expect(figure.data[0]?.["z"]).toEqual(alphaHeatmap(record, 0).data[0]?.["z"]);
    expect(validateFigure(figure)).toEqual([]);
  });

  it("names the moments it has when asked for another", () => {
    expect(() => alphaHeatmap(record, 21)).toThrow(
      "alphaHeatmap: epochsDone must be an integer from 0 to 20, got 21.",
    );
  });

  it("says what is missing or does not fit", () => {
    const bare = alphaHeatmap as (...values: unknown[]) => Figure;
    expect(() => bare(record.startAlphas)).toThrow(
      "alphaHeatmap: expected the space of the alphas as second argument, got undefined.",
    );
    expect(() => alphaHeatmap(record.startAlphas, { ...record.config.space, steps: 2 })).toThrow(
      "alphaHeatmap: cell group 0 must hold 3 edges × 3 primitives, got 10 × 3.",
    );
  });
});

describe("layoutEvolution", () => {
  it("stacks the choices of each searched stage up to 1, deepest and widest on top", () => {
    const { data } = layoutEvolution(madeUpRecord("usual"));
    const stage0 = data.filter((trace) => trace["stackgroup"] === "depth0");
    expect(stage0.map(({ name }) => name)).toEqual(["0 cells", "1 cell", "2 cells"]);
    const ends = stage0.map((trace) => (trace["y"] as number[])[20] as number);
    expect(ends.reduce((a, b) => a + b)).toBeCloseTo(1, 9);
  });

  it("says so where depth and width are not searched", () => {
    const notes = layoutEvolution(madeUpRecord("tiny")).layout["annotations"] as { text: string }[];
    expect(notes.map(({ text }) => text)).toEqual(
      expect.arrayContaining(["depth is not searched", "width is not searched"]),
    );
  });
});

describe("alphaDistribution", () => {
  const few = madeUpRecord("usual");
  const panelOf = (figure: Figure, axis: string) => figure.data.filter((trace) => trace["xaxis"] === axis);

  it("shows every value of a level of few values as a dot at its place, stacked where dots would meet", () => {
    for (const shape of ["ridges", "violins"] as const) {
      const figure = alphaDistribution(few, "logits", shape);
      const [along, across] = shape === "ridges" ? (["x", "y"] as const) : (["y", "x"] as const);
      const [dots, ...more] = panelOf(figure, "x3");
      expect(more).toEqual([]);
      expect(dots?.["mode"]).toContain("markers");
      const values = dots?.[along] as number[];
      const last = few.epochs.at(-1)?.alphas.width.flat() as number[];
      expect(last).toHaveLength(12);
      expect([...values.slice(-12)].sort()).toEqual([...last].sort());
      const places = values.map((value, i) => [value, ((dots as Trace)[across] as number[])[i]].join(" "));
      expect(new Set(places).size).toBe(values.length);
      expect(figure.layout.meta?.bars?.measured).toMatch(
        /depth, width: one dot a value, dots that would meet/,
      );
    }
  });

  it("says of values at one place how many they are", () => {
    const zero = few.startAlphas.width.map((row) => row.map(() => 0));
    const figure = alphaDistribution({ ...few, startAlphas: { ...few.startAlphas, width: zero } });
    const [dots] = panelOf(figure, "x3");
    expect(((dots as Trace)["text"] as string[])[0]).toBe("\u00d712");
    expect(((dots as Trace)["x"] as number[])[0]).toBeCloseTo(1 / (zero[0]?.length ?? 0), 12);
  });

  it("keeps the density of probabilities between 0 and 1", () => {
    const ridges = alphaDistribution(madeUpRecord("usual")).data.filter(
      (trace) => trace["fill"] === "toself",
    );
    expect(ridges).toHaveLength(11);
    for (const ridge of ridges) {
      const x = ridge["x"] as number[];
      expect([Math.min(...x), Math.max(...x)]).toEqual([0, 1]);
    }
  });

  it("draws raw logits too, even when all are equal", () => {
    const record = madeUpRecord("empty");
    const zero = record.startAlphas.cells.map((edges) => edges.map((row) => row.map(() => 0)));
    const figure = alphaDistribution(
      { ...record, startAlphas: { ...record.startAlphas, cells: zero } },
      "logits",
    );
    const heights = figure.data[0]?.["y"] as number[];
    expect(heights.every(Number.isFinite)).toBe(true);
    expect(validateFigure(figure)).toEqual([]);
  });
});

describe("alphaDistribution as violins", () => {
  const record = madeUpRecord("usual");

  it("mirrors the ridges about their moments, with medians and quartiles of the values", () => {
    const ridges = alphaDistribution(record).data.filter((trace) => trace["fill"] === "toself");
    const { data } = alphaDistribution(record, "probabilities", "violins");
    const violins = data.filter((trace) => trace["fill"] === "toself");
    expect(violins).toHaveLength(ridges.length);
    const [left, right] = [0, 1].map((side) =>
      ((violins[4] as Trace)["x"] as number[]).slice(121 * side, 121 * (side + 1)),
    );
    const heights = ((ridges[4] as Trace)["y"] as number[]).slice(0, 121).map((y) => (y - 6) / 1.7);
    heights.forEach((height, i) => {
      expect(left?.[i]).toBeCloseTo(4 - 0.42 * height, 9);
      expect(right?.[120 - i]).toBeCloseTo(4 + 0.42 * height, 9);
    });
    const cells = data.filter((trace) => trace["xaxis"] === "x");
    expect(record.startAlphas.cells.flat(2).length).toBeGreaterThanOrEqual(50);
    const medians = cells.at(-1)?.["y"] as number[];
    const quartiles = cells.at(-2)?.["y"] as (number | null)[];
    expect(medians[0]).toBeCloseTo(1 / record.config.space.primitives.length, 2);
    expect(quartiles).toHaveLength(33);
    medians.forEach((median, i) => {
      expect(median).toBeGreaterThanOrEqual(quartiles[3 * i] as number);
      expect(median).toBeLessThanOrEqual(quartiles[3 * i + 1] as number);
    });
  });

  it("takes quantiles between neighbours", () => {
    expect([0, 0.25, 0.5, 1].map((share) => quantile([4, 1, 3, 2], share))).toEqual([1, 1.75, 2.5, 4]);
  });

  it("draws logits too", () => {
    expect(validateFigure(alphaDistribution(record, "logits", "violins"))).toEqual([]);
  });
});

describe("costFigure", () => {
  it("draws the budget only where there is a penalty", () => {
    const record = madeUpRecord("tiny");
    const free = {
      ...record,
      config: { ...record.config, cost: { ...record.config.cost, method: "none" } },
    } as SearchRecord;
    const names = (figure: Figure) => figure.data.map(({ name }) => name);
    expect(names(costFigure(record))).toContain("budget");
    expect(names(costFigure(free))).not.toContain("budget");
  });

  it("splits OPs into FLOPs and BOPs / 64", () => {
    const record = madeUpRecord("tiny");
    const { data } = costFigure(record);
    const [flops, bops] = ["real: FLOPs", "binary: BOPs / 64"].map(
      (part) => data.find(({ name }) => name === part)?.["y"] as number[],
    );
    const { expectedCost } = record.epochs[1] as SearchRecord["epochs"][number];
    expect((flops?.[1] ?? 0) + (bops?.[1] ?? 0)).toBeCloseTo(expectedCost.ops, 3);
  });
});
