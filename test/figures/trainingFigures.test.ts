import { describe, expect, it } from "vitest";
import { renderFigure } from "../../lib/figures/export/renderFigure";
import { validateFigure } from "../../lib/figures/export/validateFigure";
import { altText } from "../../lib/figures/frame/figure";
import { seriesStyle } from "../../lib/figures/frame/seriesStyle";
import { frontierFigure } from "../../lib/figures/plots/frontierFigure";
import { trainFigure } from "../../lib/figures/plots/trainFigure";
import { frontier } from "../../lib/frontier/frontier";
import type { TrainRecord } from "../../lib/records/trainRecord";
import { runPoint, seedsOf } from "../frontier/runPoints";
import { madeUpFrontier } from "./everyFigure";
import { figureText } from "./figureText";
import { madeUpTraining } from "./madeUpTraining";

const result = madeUpFrontier();
const trainings = [madeUpTraining("one", 0, 5000), madeUpTraining("one", 1, 5000), madeUpTraining("two", 0)];

const named = (figure: ReturnType<typeof frontierFigure>, name: string) =>
  figure.data.find((trace) => trace.name === name) as unknown as { marker: { symbol: string[] } };

describe("frontierFigure", () => {
  const figure = frontierFigure(result);

  it("is in order for plotly, in both axes, with and without published points", () => {
    expect(validateFigure(figure)).toEqual([]);
    const linear = frontier(seedsOf([0.5]), { axis: "linear", measure: "ops" });
    expect(validateFigure(frontierFigure(linear))).toEqual([]);
  });

  it("draws means with their deviation over seeds, open where one run tells of none", () => {
    const search = named(figure, "search") as unknown as Record<string, { array: number[] }> & {
      y: number[];
    };
    expect(search["y"][0]).toBeCloseTo(0.62, 12);
    expect(search["error_y"]?.array[0]).toBeCloseTo(0.02, 12);
    expect(named(figure, "resnet20 bireal").marker.symbol).toEqual([`${seriesStyle(0).symbol}-open`]);
    expect(named(figure, "search").marker.symbol).not.toContain(expect.stringContaining("open"));
    expect(named(figure, "resnet20 bireal")).not.toHaveProperty("error_y");
    expect(named(figure, "search")).not.toHaveProperty("error_x");
    const dots = named(figure, "search, single runs") as unknown as { x: number[] };
    expect(dots.x).toHaveLength(5);
  });

  it("draws no bars for a model of one run beside others with a spread, and one entry in the legend", () => {
    const mixed = [
      ...seedsOf([0.6, 0.64], { name: "two", bops: 9e5 }),
      runPoint({ name: "one", bops: 2e6, accuracy: 0.7 }),
    ];
    const own = frontierFigure(frontier(mixed, { draws: 100 })).data.filter(({ name }) => name === "search");
    expect(own.map((trace) => [trace["showlegend"], Boolean(trace["error_y"]), trace["text"]])).toEqual([
      [true, true, ["two, 2 seeds"]],
      [false, false, ["one, 1 seed"]],
    ]);
  });

  it("ends a bar that would reach below no cost at the cheapest run, and draws it", async () => {
    const wide = [2e5, 2e5, 12e5].map((bops, seed) =>
      runPoint({ name: "wide", bops, seed, accuracy: 0.5 + seed / 100 }),
    );
    const own = frontierFigure(frontier(wide, { draws: 100 }));
    const bar = own.data.find(({ name }) => name === "search")?.["error_x"] as {
      array: number[];
      arrayminus: number[];
    };
    expect(bar.array[0]).toBeGreaterThan(1.6e6 / 3);
    expect(bar.arrayminus[0]).toBeCloseTo(1e6 / 3, 6);
    const [from, to] = (own.layout["xaxis"] as { range: [number, number] }).range;
    expect([10 ** from < 2e5, 10 ** to > 12e5], "every run inside the axis").toEqual([true, true]);
    expect((await renderFigure(own, { format: "png" })).length).toBeGreaterThan(1000);
  });

  it("sets published points apart with their source, converted, outside the front, and says which it leaves out", () => {
    const theirs = named(figure, "published: theirs") as unknown as { x: number[]; hovertemplate: string };
    expect(theirs.x).toEqual([1e6]);
    expect(theirs.hovertemplate).toContain("A 2020, table 1");
    const front = named(figure, "front of the means") as unknown as { x: number[] };
    expect(front.x).toEqual([9e5, 2.1e6]);
    const { measured } = figure.layout.meta?.bars ?? { measured: "" };
    expect(measured).toContain(
      "published by others, under other recipes, not part of the front (theirs: A 2020, table 1)",
    );
    expect(measured).toContain("1 published points give no BOPs and are not drawn.");
    expect(measured).toContain("one multiply-accumulate = 1 operation");
    expect(measured).toContain("1 of 3 rows are single runs");
  });

  it("names its runs and says in words what is on the front", () => {
    expect(figure.layout.meta?.bars?.sources).toMatchObject({ seeds: [0, 1, 2] });
    expect(altText(figure)).toBe(
      "Test accuracy against BOPs of 3 models. On the front: bars-1M 62.0 % at 900,000 BOPs; bars-2M 67.5 % at 2,100,000 BOPs. 2 published points are drawn apart, in grey.",
    );
  });

  it("draws the same as before", async () => {
    await expect(figureText(figure)).toMatchFileSnapshot("snapshots/frontierFigure.txt");
    expect(await renderFigure(figure, { format: "svg" })).toContain("published: theirs");
  });
});

describe("trainFigure", () => {
  it("is in order for plotly, for one training and for several, finished or not", () => {
    const begun = { ...madeUpTraining("begun", 0), status: "running", epochs: [], tests: [] } as TrainRecord;
    expect(validateFigure(trainFigure(trainings))).toEqual([]);
    expect(validateFigure(trainFigure(begun))).toEqual([]);
    expect(trainFigure([...trainings, begun]).layout.meta?.bars?.measured).toContain(
      "4 runs; 1 not finished.",
    );
  });

  it("gives every model a colour, every seed a line, and the images it was measured on", () => {
    const figure = trainFigure(trainings);
    const legend = figure.data.filter((trace) => trace["showlegend"] !== false).map(({ name }) => name);
    expect(legend).toEqual(["one (2 seeds)", "two (1 seed)"]);
    const colors = figure.data
      .filter(({ name }) => name?.includes("training images"))
      .map((trace) => (trace["line"] as { color: string }).color);
    expect(new Set(colors)).toEqual(new Set([seriesStyle(0).color, seriesStyle(1).color]));
    expect(figure.data.filter(({ name }) => name === "one, seed 1, held-out images")).toHaveLength(2);
    expect(figure.data.filter(({ name }) => name === "two, seed 0, test images")).toHaveLength(0);
    expect(figure.data.filter(({ name }) => name?.endsWith(", test"))).toHaveLength(3);
  });

  it("draws the same as before, and refuses to draw nothing", async () => {
    await expect(figureText(trainFigure(trainings))).toMatchFileSnapshot("snapshots/trainFigure.txt");
    expect(() => trainFigure([])).toThrow("trainFigure: expected at least one training record, got none.");
  });
});
