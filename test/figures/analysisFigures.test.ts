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

  it("name the columns a table lacks", () => {
    expect(() => depthProfile(stored("layout"))).toThrow(
      /depthProfile: expected a table with the columns epoch, .* "Layouts at equal BOPs" lacks epoch, cell, place, /,
    );
  });
});
