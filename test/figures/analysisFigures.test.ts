import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { structuralCapacity } from "../../lib/analysis/structuralCapacity";
import { comparisonVariants } from "../../lib/experiments/comparison/comparisonVariants";
import { matchBops } from "../../lib/experiments/comparison/matchBops";
import { fitFigure } from "../../lib/figures/export/fitFigure";
import { validateFigure } from "../../lib/figures/export/validateFigure";
import type { Figure, Trace } from "../../lib/figures/frame/figure";
import { paperWidths } from "../../lib/figures/frame/paper";
import { ablationBars } from "../../lib/figures/plots/ablationBars";
import { ablationName } from "../../lib/figures/plots/ablationNames";
import { capacityProfile } from "../../lib/figures/plots/capacityProfile";
import { comparisonForest } from "../../lib/figures/plots/comparisonForest";
import { depthProfile } from "../../lib/figures/plots/depthProfile";
import { informationPlane } from "../../lib/figures/plots/informationPlane";
import { measuresForest } from "../../lib/figures/plots/measuresForest";
import type { TableRecord } from "../../lib/records/table";
import { readTable } from "../../lib/records/tableFile";
import { RecordError } from "../../lib/util/errors";
import { madeUpAblations, madeUpComparison, madeUpInformation, madeUpMeasures } from "./madeUpTables";

const stored = (name: string) => readTable(join(__dirname, "../../data/records/analysis", `${name}.json`));
const [reference] = comparisonVariants.layout;

describe("figures of analyses", () => {
  it("are in order for plotly with the stored tables", () => {
    const over = stored("information-over-epochs");
    for (const figure of [
      informationPlane(over),
      depthProfile(over),
      ablationBars(stored("ablations")),
      capacityProfile(matchBops((reference as NonNullable<typeof reference>).shape, 2.25e6, 0.05).genotype),
    ])
      expect(validateFigure(figure)).toEqual([]);
  });

  const rowsOf = (figure: Figure) =>
    figure.data
      .filter(({ type }) => type === "bar")
      .flatMap(({ x, y }) =>
        (x as number[]).map((value, i) => [(y as number[])[i] as number, value] as const),
      )
      .sort((a, b) => a[0] - b[0])
      .map(([, value]) => value);

  it("draw one bar an ablation, sorted, the largest loss at the top, with the unchanged network left out", () => {
    const table = madeUpAblations();
    const shuffled = { ...table, rows: [3, 0, 5, 1, 4, 2].map((i) => table.rows[i] as TableRecord) };
    const figure = ablationBars(shuffled);
    expect(rowsOf(figure)).toEqual([-14, -10, -6, -2, 2].map((change) => expect.closeTo(change, 9)));
    const axis = figure.layout["yaxis"] as { ticktext: string[]; range: number[] };
    expect(axis.ticktext).toHaveLength(5);
    expect(axis.range[0]).toBeGreaterThan(axis.range[1] as number);
    expect(ablationBars(shuffled).layout.meta?.bars?.measured).not.toContain("Left out");
  });

  it("draw at most a page of ablations, the largest changes, and say how many are left out and how small they are", () => {
    const table = stored("ablations");
    const changes = table.rows
      .filter(({ kind }) => kind !== "none")
      .map(({ change }) => 100 * Number(change));
    const sizes = changes.map(Math.abs).sort((a, b) => b - a);
    expect(sizes.length).toBe(52);
    for (const which of ["before", "both"] as const) {
      const figure = ablationBars(table, which);
      const shown = rowsOf(figure);
      expect(shown).toEqual([...shown].sort((a, b) => a - b));
      expect(shown).toHaveLength(40);
      expect(Math.min(...shown.map(Math.abs))).toBeGreaterThanOrEqual(sizes[40] as number);
      expect(figure.layout.meta?.bars?.measured).toContain(
        `Left out: the 12 ablations with the smallest bars, ${sizes[40]?.toFixed(1)} points or less either way.`,
      );
      for (const width of ["one-column", "two-column"] as const) {
        const { layout } = fitFigure(figure, width);
        const height = (layout.height * paperWidths[width]) / layout.width;
        expect(height).toBeLessThanOrEqual(225);
      }
    }
    const names = ablationBars(table).layout["yaxis"] as { ticktext: string[] };
    expect(new Set(names.ticktext).size).toBe(40);
  });

  it.each([
    ["real_layer", "cell0.edge1-0.bin_conv_3x3", "cell 0: edge1-0, conv 3x3"],
    ["no_shortcut", "cell0.edge1-0.bin_conv_3x3", "cell 0: edge1-0, around conv 3x3"],
    ["real_layer", "cell12.process", "cell 12: 1x1"],
    ["no_shortcut", "cell1.shortcut", "cell 1: around the cell"],
    ["no_shortcut", "stage1.block0", "stage 1, block 0"],
    ["real_downsampling", "cell2", "cell 2: halving layers"],
    ["real_downsampling", "all", "all halving layers"],
    ["cell_shortcut", "none", "no cell shortcuts"],
    ["cell_shortcut", "bin_conv_3x3", "shortcut: conv 3x3"],
    ["process", "postprocess", "1x1 behind the nodes"],
    ["real_layer", "strange", "strange"],
  ])("call an ablation %s of %s by a readable name", (kind, target, name) => {
    expect(ablationName(kind, target)).toBe(name);
  });

  it("mark what is left after fine-tuning below each bar, in one figure of the same rows", () => {
    const table = madeUpAblations();
    const figure = ablationBars(table, "both");
    const marks = figure.data.filter(({ type }) => type === "scatter");
    const rows = [...table.rows].filter(({ kind }) => kind !== "none").reverse();
    expect(marks).toHaveLength(1);
    expect(marks[0]?.["x"]).toEqual(
      rows.map(({ tunedChange }) => expect.closeTo(100 * Number(tunedChange), 10)),
    );
    expect(marks[0]?.["y"]).toEqual(rows.map((_, i) => expect.closeTo(i + 0.25, 10)));
    const bars = figure.data.filter(({ type }) => type === "bar").flatMap(({ y }) => y as number[]);
    expect(bars.sort((a, b) => a - b)).toEqual(rows.map((_, i) => expect.closeTo(i - 0.2, 10)));
    expect(figure.layout.meta?.bars?.alt).toContain("Diamonds: after it");
    expect(validateFigure(figure)).toEqual([]);
    const plain = { ...table, rows: table.rows.map((row) => ({ ...row, tunedLow: null })) };
    expect(() => ablationBars(plain, "both")).toThrow(
      'ablationBars: expected ablations with fine-tuning, "Ablations" has none. Ablate with epochs above 0.',
    );
  });

  it("draw comparisons as forest plots: sorted, with intervals and a line at 0, the reference left out", () => {
    const figure = comparisonForest(madeUpComparison());
    const { ticktext } = figure.layout["yaxis"] as { ticktext: string[] };
    expect(ticktext).toEqual(["deep", "once", "shallow"]);
    const [clear, around, alone] = figure.data;
    expect([clear?.name, around?.name, alone?.name]).toEqual([
      "interval without 0",
      "interval around 0",
      "no interval known",
    ]);
    expect([clear, around, alone].map((trace) => trace?.["y"])).toEqual([[0], [2], [1]]);
    expect(clear?.["x"]).toEqual([expect.closeTo(4, 9)]);
    expect(around?.["error_x"]).toMatchObject({
      array: [expect.closeTo(5, 9)],
      arrayminus: [expect.closeTo(5, 9)],
    });
    expect(alone?.["error_x"]).toBeUndefined();
    expect((figure.layout["xaxis"] as { zeroline: boolean }).zeroline).toBe(true);
    expect(figure.layout.meta?.bars?.alt).toContain("The interval leaves 0 out for deep.");
    const measures = measuresForest(madeUpMeasures());
    expect((measures.layout["yaxis"] as { ticktext: string[] }).ticktext).toEqual([
      "minCut",
      "bops",
      "constantChannels",
    ]);
    const none = { ...madeUpComparison(), rows: [] };
    expect(() => comparisonForest(none)).toThrow(
      new RecordError('comparisonForest: expected rows with an estimate, "Layouts" has none to draw.'),
    );
    expect(() => measuresForest(madeUpComparison())).toThrow(
      'measuresForest: expected a table with the columns score, spearman, low, high, "Layouts" lacks score, spearman, low, high.',
    );
  });

  it("leave layers whose codes are too short out of a cell's path, and gaps where no layer is left", () => {
    const table = madeUpInformation();
    const rows = table.rows.map((row) =>
      row["place"] === "cell0.layer1" || (row["cell"] === 1 && row["epoch"] === 4)
        ? { ...row, inputInformation: null, labelInformation: null }
        : row,
    );
    const { data } = informationPlane({ ...table, rows });
    const path = (name: string) => data.find((trace) => trace.name === name) as { x?: unknown; y?: unknown };
    expect(path("cell 0").x).toEqual([4, 3.6, 3.2]);
    expect((path("cell 1").y as (number | null)[])[1]).toBeNull();
    const none = table.rows.map((row) => ({ ...row, inputInformation: null, labelInformation: null }));
    expect(validateFigure(informationPlane({ ...table, rows: none }))).toEqual([]);
    expect(informationPlane({ ...table, rows: none }).layout["xaxis"]).toMatchObject({ range: [0, 1] });
  });

  it("give each stage a panel of the information plane, on the same axes, each cell once in colour", () => {
    const figure = informationPlane(stored("information-over-epochs"));
    const named = figure.data.filter(({ name }) => name !== undefined);
    expect(named.map(({ name, xaxis }) => `${name} ${xaxis}`)).toEqual([
      ...[
        "cell 0 x",
        "cell 1 x",
        "cell 2 x2",
        "cell 3 x2",
        "cell 4 x2",
        "cell 5 x3",
        "cell 6 x3",
        "cell 7 x3",
      ],
    ]);
    const ranges = ["xaxis", "xaxis2", "xaxis3"].map(
      (name) => (figure.layout[name] as { range: number[] }).range,
    );
    expect(ranges[1]).toEqual(ranges[0]);
    expect(ranges[2]).toEqual(ranges[0]);
    for (const trace of named) {
      for (const x of trace["x"] as number[]) {
        expect(x).toBeGreaterThan(ranges[0]?.[0] as number);
        expect(x).toBeLessThan(ranges[0]?.[1] as number);
      }
    }
    const table = madeUpInformation();
    const plain = { ...table, columns: table.columns.filter(({ name }) => name !== "stage") };
    const rows = table.rows.map(({ stage: _stage, ...row }) => row) as TableRecord[];
    expect(new Set(informationPlane({ ...plain, rows }).data.map(({ xaxis }) => xaxis))).toEqual(
      new Set(["x"]),
    );
  });

  it("say why the diamonds of a smallest cut stand above it, where they do", () => {
    const variants = [...comparisonVariants.layout, ...comparisonVariants.topology];
    const topology = (name: string) => variants.find((one) => one.name === name) as (typeof variants)[number];
    const drawn = (name: string) => {
      const { genotype } = matchBops(topology(name).shape, 2.25e6, 0.05);
      const figure = capacityProfile(genotype);
      const marks = figure.data.find(({ name: own }) => own?.startsWith("the smallest cut's")) as Trace;
      return { figure, heights: marks["y"] as number[], cut: structuralCapacity(genotype).minCut };
    };
    const wired = drawn("reference");
    for (const height of wired.heights) expect(height).toBeGreaterThan(wired.cut.bits);
    expect(wired.figure.layout.meta?.bars?.measured).toContain("They stand above the cut: the line counts");
    const bare = drawn("no-shortcut");
    expect(bare.heights).toEqual([bare.cut.bits]);
    expect(bare.figure.layout.meta?.bars?.measured).not.toContain("They stand above");
  });

  it("name the columns a table lacks", () => {
    expect(() => depthProfile(stored("layout"))).toThrow(
      /depthProfile: expected a table with the columns epoch, .* "Layouts at equal BOPs" lacks epoch, cell, place, /,
    );
  });
});
