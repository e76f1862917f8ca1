import { describe, expect, it } from "vitest";
import { fitFigure } from "../../lib/figures/export/fitFigure";
import { renderFigure } from "../../lib/figures/export/renderFigure";
import type { Figure, Trace } from "../../lib/figures/frame/figure";
import { alphaHeatmap } from "../../lib/figures/plots/alphaHeatmap";
import { besideEachOther } from "../../lib/figures/plots/besideEachOther";
import { frontierFigure } from "../../lib/figures/plots/frontierFigure";
import { lossFigure } from "../../lib/figures/plots/lossFigure";
import { stackedPlaces } from "../../lib/figures/plots/stackedPlaces";
import { trainFigure } from "../../lib/figures/plots/trainFigure";
import { frontier } from "../../lib/frontier/frontier";
import type { SearchRecord } from "../../lib/records/searchRecord";
import { runPoint, seedsOf } from "../frontier/runPoints";
import { madeUpRecord } from "./madeUpRecord";
import { madeUpTraining } from "./madeUpTraining";
import { overlap, textBoxes } from "./textBoxes";

describe("besideEachOther", () => {
  it("leaves marks that can be told apart, and puts those that hide each other in a row around their middle", () => {
    const far = { x: 100, y: 0 };
    expect(besideEachOther([{ x: 0, y: 0 }, far, { x: 0, y: 5 }], 10)).toEqual([0, 0, 0]);
    const moved = besideEachOther([{ x: 0, y: 0 }, far, { x: 2, y: 1 }, { x: 4, y: 0 }], 10);
    expect([0 + (moved[0] as number), moved[1], 2 + (moved[2] as number), 4 + (moved[3] as number)]).toEqual([
      -8, 0, 2, 12,
    ]);
  });

  it("joins rows that a later mark connects", () => {
    const moved = besideEachOther(
      [0, 6, 3].map((x) => ({ x, y: 0 })),
      10,
    );
    expect([0, 6, 3].map((x, i) => x + (moved[i] as number))).toEqual([-7, 3, 13]);
  });
});

describe("stackedPlaces", () => {
  it("puts each value on the lowest level on which it meets none", () => {
    expect(stackedPlaces([0.5, 0, 0.1, 0.52, 0.05, 0.5], 0.08)).toEqual([0, 0, 0, 2, 1, 1]);
    expect(stackedPlaces([], 1)).toEqual([]);
  });
});

const caption = (figure: Figure) => figure.layout.meta?.bars?.measured ?? "";
const diamonds = (figure: Figure) =>
  figure.data.filter((trace) => (trace["marker"] as { symbol?: string })?.symbol === "diamond");
const first = (trace: Trace | undefined, axis: "x" | "y") =>
  ((trace as Trace)[axis] as number[])[0] as number;

describe("marks at one place", () => {
  it("stand beside each other on the frontier, which says how many do, and their means stay in the middle", () => {
    const run = (name: string, method: string, accuracy: number) =>
      runPoint({ name, method, bops: 1e6, accuracy });
    const others = [runPoint({ name: "far", method: "far", bops: 8e6, accuracy: 0.9 })];
    const twins = frontierFigure(
      frontier([run("a", "one", 0.6), run("b", "two", 0.6), ...others], { draws: 100 }),
    );
    const marks = ["one", "two", "far"].map((name) => twins.data.find((trace) => trace.name === name));
    const [one, two, far] = marks.map((trace) => first(trace, "x")) as [number, number, number];
    expect(two).toBeGreaterThan(1.02 * one);
    expect(Math.sqrt(one * two)).toBeCloseTo(1e6, 3);
    expect(far).toBe(8e6);
    expect(marks.map((trace) => first(trace, "y"))).toEqual([0.6, 0.6, 0.9]);
    expect(caption(twins)).toContain("2 markers that would hide each other stand beside each other.");
    const apart = frontierFigure(
      frontier([run("a", "one", 0.6), run("b", "two", 0.7), ...others], { draws: 100 }),
    );
    expect(
      apart.data.filter(({ name }) => name === "one" || name === "two").map((t) => first(t, "x")),
    ).toEqual([1e6, 1e6]);
    expect(caption(apart)).not.toContain("beside each other");
  });

  it("draws single runs in front of the markers, equal ones beside each other", () => {
    const figure = frontierFigure(
      frontier([...seedsOf([0.6, 0.6, 0.9], { name: "a", bops: 1e6 }), runPoint({ name: "b", bops: 9e6 })], {
        draws: 100,
      }),
    );
    const names = figure.data.map(({ name }) => name);
    const dots = figure.data.find(({ name }) => name?.endsWith("single runs")) as Trace;
    expect(names.indexOf(dots.name)).toBeGreaterThan(1);
    const [a, b, c] = dots["x"] as [number, number, number];
    expect(b).toBeGreaterThan(a);
    expect(c).toBe(1e6);
  });

  it("shows a diamond for every tested training, and says what is not drawn", () => {
    const trainings = [madeUpTraining("one", 0), madeUpTraining("two", 0)];
    const figure = trainFigure(trainings);
    const tests = trainings.map(({ tests }) => tests.find(({ which }) => which === "all")?.accuracy);
    expect(tests[0]).toBe(tests[1]);
    expect(diamonds(figure).map((trace) => first(trace, "y"))).toEqual(tests);
    const [left, right] = diamonds(figure).map((trace) => first(trace, "x")) as [number, number];
    const last = trainings[0]?.epochs.length ?? 0;
    expect(right - left).toBeGreaterThan(0.02 * last);
    expect((left + right) / 2).toBeCloseTo(last, 9);
    const bare = trainings.map((record) => ({
      ...record,
      epochs: record.epochs.map((epoch) => ({ ...epoch, validation: null, test: null })),
    }));
    const unseen = trainFigure([
      bare[0] as (typeof bare)[number],
      { ...trainings[1], ...bare[1], tests: [] },
    ] as never);
    expect(caption(unseen)).toContain("No images were held out or tested between epochs. Diamonds: ");
    expect(caption(unseen)).toContain("Not tested: 1 run.");
    expect(caption(unseen)).not.toContain("Solid");
    expect(diamonds(unseen)).toHaveLength(1);
  });

  it("tells the two tests of a search apart", () => {
    const record = madeUpRecord("usual");
    const test = { ...record.test, images: 100, supernetAccuracy: 0.4, derivedAccuracy: 0.4 };
    const [supernet, derived] = diamonds(lossFigure({ ...record, test } as SearchRecord));
    expect(first(derived, "x")).toBeGreaterThan(first(supernet, "x"));
    const spread = { ...test, derivedAccuracy: 0.1 };
    const places = diamonds(lossFigure({ ...record, test: spread } as SearchRecord)).map((t) =>
      first(t, "x"),
    );
    expect(places).toEqual([record.epochs.length, record.epochs.length]);
  });
});

describe("the name of a colour bar", () => {
  it("stands clear of its ticks and of everything else", async () => {
    for (const width of ["one-column", "two-column"] as const) {
      const svg = await renderFigure(fitFigure(alphaHeatmap(madeUpRecord("usual")), width), {
        format: "svg",
      });
      const texts = textBoxes(svg);
      const named = texts.filter(({ text }) => text === "probability");
      expect(named).toHaveLength(1);
      const { x, y, width: own, height } = (named[0] as (typeof texts)[number]).box;
      const around = { x: x - 2, y: y - 2, width: own + 4, height: height + 4 };
      const met = texts.filter((one) => one !== named[0] && overlap(one.box, around));
      expect(met.map(({ text }) => text)).toEqual([]);
    }
  });
});
