import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { comparisonVariants } from "../../lib/experiments/comparison/comparisonVariants";
import { matchBops } from "../../lib/experiments/comparison/matchBops";
import { ablationBars } from "../../lib/figures/ablationBars";
import { capacityProfile } from "../../lib/figures/capacityProfile";
import { depthProfile } from "../../lib/figures/depthProfile";
import { informationPlane } from "../../lib/figures/informationPlane";
import { validateFigure } from "../../lib/figures/validateFigure";
import { readTable } from "../../lib/run/tableFile";

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

  it("draw one bar an ablation, with the unchanged network left out", () => {
    const table = stored("ablations");
    const bars = ablationBars(table).data.flatMap(({ x }) => x as number[]);
    expect(bars.length).toBe(table.rows.length - 1);
  });

  it("mark what is left after fine-tuning below each bar, in one figure of the same rows", () => {
    const table = stored("ablations");
    const figure = ablationBars(table, "both");
    const marks = figure.data.filter(({ type }) => type === "scatter");
    const shown = marks.flatMap(({ x }) => x as number[]);
    const tuned = table.rows.filter(({ kind }) => kind !== "none").map(({ tunedChange }) => tunedChange);
    expect(marks).toHaveLength(1);
    expect(shown).toEqual(tuned.map((change) => expect.closeTo(100 * (change as number), 10)));
    const bars = figure.data.filter(({ type }) => type === "bar").flatMap(({ y }) => y as number[]);
    expect(bars.map((y) => Math.round(y + 0.2)).sort((a, b) => a - b)).toEqual(tuned.map((_, i) => i));
    expect(figure.layout.meta?.bars?.alt).toContain("Diamonds: after it");
    expect(validateFigure(figure)).toEqual([]);
    const plain = { ...table, rows: table.rows.map((row) => ({ ...row, tunedLow: null })) };
    expect(() => ablationBars(plain, "both")).toThrow(
      'ablationBars: expected ablations with fine-tuning, "Ablations of reference" has none. Ablate with epochs above 0.',
    );
  });

  it("name the columns a table lacks", () => {
    expect(() => depthProfile(stored("layout"))).toThrow(
      /depthProfile: expected a table with the columns epoch, .* "Layouts at equal BOPs" lacks epoch, cell, place, /,
    );
  });
});
