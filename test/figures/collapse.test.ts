import { describe, expect, it } from "vitest";
import { budgetBreaks } from "../../lib/derive/budgetBreaks";
import { budgetSweep } from "../../lib/derive/budgetSweep";
import { validateFigure } from "../../lib/figures/export/validateFigure";
import type { Figure } from "../../lib/figures/frame/figure";
import { alphaEvolution } from "../../lib/figures/plots/alphaEvolution";
import { budgetFigure } from "../../lib/figures/plots/budgetFigure";
import { collapseComparison } from "../../lib/figures/plots/collapseComparison";
import { collapseFigure } from "../../lib/figures/plots/collapseFigure";
import { costFigure } from "../../lib/figures/plots/costFigure";
import { entropyFigure } from "../../lib/figures/plots/entropyFigure";
import { layoutEvolution } from "../../lib/figures/plots/layoutEvolution";
import { lossFigure } from "../../lib/figures/plots/lossFigure";
import type { SearchRecord } from "../../lib/records/searchRecord";
import { BarsError } from "../../lib/util/errors";
import { madeUpRecord } from "./madeUpRecord";

const record = madeUpRecord("usual");
const shifted: SearchRecord = {
  ...record,
  config: { ...record.config, seed: 1 },
  epochs: record.epochs.map((epoch) => ({ ...epoch, discretizationGap: epoch.discretizationGap + 0.2 })),
};

function series(figure: Figure, name: string, axis: string): number[][] {
  const found = figure.data.filter((trace) => trace.name === name && trace["yaxis"] === axis);
  return found.map((trace) => trace["y"] as number[]);
}

describe("collapseFigure", () => {
  it("shows what the record measured", () => {
    const figure = collapseFigure(record);
    expect(series(figure, "supernet − argmax", "y4")[0]).toEqual(
      record.epochs.map((e) => e.discretizationGap),
    );
    expect(series(figure, "eigenvalue", "y5")[0]).toEqual(record.epochs.map((e) => e.eigenvalue));
    expect(series(figure, "depth", "y2")[0]).toEqual(record.epochs.map((e) => e.margin?.depth));
  });

  it("says what was not measured and marks the epoch the search chose", () => {
    const blind = {
      ...record,
      epochs: record.epochs.map((epoch) => ({ ...epoch, eigenvalue: null })),
      chosen: { epoch: 6, reason: "flat" },
    };
    const figure = collapseFigure(blind);
    const texts = (figure.layout["annotations"] as { text: string }[]).map(({ text }) => text);
    expect(texts).toContain("not measured");
    expect(texts[0]?.replaceAll("<br>", " ")).toContain("Dotted upright: the epoch the search chose.");
    const lines = (figure.layout["shapes"] as { type: string; x0: number }[]).filter(
      ({ type }) => type === "line",
    );
    expect(lines.map(({ x0 }) => x0)).toEqual([7, 7, 7, 7, 7]);
    const { xaxis5, yaxis5 } = figure.layout;
    for (const axis of [xaxis5, yaxis5])
      expect(axis).toMatchObject({ showticklabels: false, ticks: "", showgrid: false, title: { text: "" } });
    expect(figure.layout["yaxis4"]).not.toHaveProperty("showticklabels");
  });
});

describe("collapseComparison", () => {
  it("draws the mean of a group's records and their range", () => {
    const figure = collapseComparison({ plain: [record, shifted], cured: [record] });
    expect(validateFigure(figure)).toEqual([]);
    const [mean] = series(figure, "plain", "y4");
    record.epochs.forEach((epoch, i) => {
      expect(mean?.[i]).toBeCloseTo(epoch.discretizationGap + 0.1, 9);
    });
    const bands = figure.data.filter((trace) => trace["yaxis"] === "y4" && trace["hoverinfo"] === "skip");
    const highest = (bands[1] as { y?: unknown }).y as number[];
    expect(highest[3]).toBeCloseTo((record.epochs[3]?.discretizationGap ?? 0) + 0.2, 9);
    expect(bands).toHaveLength(2);
    expect(figure.layout.meta?.bars?.measured).toContain("Lines: mean over searches (plain: 2, cured: 1)");
    expect(figure.layout.meta?.bars?.sources.seeds).toEqual([0, 1]);
    const stopped = { ...shifted, epochs: shifted.epochs.slice(0, 2) };
    expect(collapseComparison({ plain: [record, stopped] }).layout.meta?.bars?.measured).toContain(
      "(plain: 2, fewer after epoch 2)",
    );
  });

  it("refuses a group without records, and more groups than looks", () => {
    expect(() => collapseComparison({ plain: [record], cured: [] })).toThrow(
      new BarsError("collapseComparison: expected at least one record in every group, got none."),
    );
    const many = Object.fromEntries(Array.from({ length: 7 }, (_, i) => [`g${i}`, [record]]));
    expect(() => collapseComparison(many)).toThrow(
      "expected at most 6 groups, got 7; compare them in parts.",
    );
  });
});

describe("budgetFigure", () => {
  const numbers = (figure: Figure, name: string, axis: "x" | "y", panel = "y") =>
    figure.data.find((trace) => trace.name === name && trace["yaxis"] === panel)?.[axis] as (number | null)[];

  it("draws every step of the whole staircase at the exact budget where the best architecture changes", () => {
    const breaks = budgetBreaks(record, { measure: "ops" });
    const figure = budgetFigure(record, [...breaks].reverse());
    expect(validateFigure(figure)).toEqual([]);
    const x = numbers(figure, "best within the budget", "x");
    const loss = numbers(figure, "best within the budget", "y");
    const cost = numbers(figure, "cost", "y", "y2");
    const best = breaks.at(-1)?.logProbability as number;
    breaks.forEach((own, i) => {
      expect(x.slice(2 * i, 2 * i + 2)).toEqual([own.cost, own.until ?? 1.25 * own.cost]);
      expect(loss[2 * i]).toBeCloseTo(best - own.logProbability, 9);
      expect(cost.slice(2 * i, 2 * i + 2)).toEqual([own.cost, own.cost]);
    });
    expect(numbers(figure, "another architecture from here on", "x")).toEqual(breaks.map(({ cost }) => cost));
    expect(figure.layout.meta?.bars?.measured).toContain(
      `All ${breaks.length - 1} budgets at which the best architecture changes, each exact`,
    );
  });

  it("draws of sampled budgets only what they say, from a cost to its budget", () => {
    const points = budgetSweep(record, [1e6, 5e5, 3e5], { measure: "ops" });
    const figure = budgetFigure(record, points);
    expect(validateFigure(figure)).toEqual([]);
    const ascending = [...points].reverse();
    const x = numbers(figure, "best within the budget", "x");
    expect(x[0]).toBe(ascending[0]?.cost);
    expect(x.at(-2)).toBe(1e6);
    expect(x.filter((value) => value === null)).toHaveLength(new Set(points.map(({ cost }) => cost)).size);
    expect(numbers(figure, "budgets asked for", "x")).toEqual([3e5, 5e5, 1e6]);
    expect(numbers(figure, "budgets asked for", "y")[0]).toBeCloseTo(
      (points[0]?.logProbability ?? 0) - (points[2]?.logProbability ?? 0),
      9,
    );
    expect(figure.layout.meta?.bars?.measured).toContain(
      "3 budgets; from an architecture's cost up to its budget none is better; in each gap the best one changes",
    );
  });
});

describe("captions of searches", () => {
  it("speak of a warm-up only where there was one", () => {
    const cold = { ...record, epochs: record.epochs.map((epoch) => ({ ...epoch, warmup: false })) };
    const warm = { ...record, epochs: record.epochs.map((epoch, i) => ({ ...epoch, warmup: i === 0 })) };
    for (const build of [
      collapseFigure,
      entropyFigure,
      lossFigure,
      costFigure,
      layoutEvolution,
      alphaEvolution,
    ]) {
      const said = (one: SearchRecord) => build(one).layout.meta?.bars?.measured;
      expect(said(warm)).toContain("warm-up");
      expect(said(cold)).not.toContain("warm-up");
    }
  });
});
