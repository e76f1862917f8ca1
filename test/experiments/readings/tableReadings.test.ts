import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { ablationReading } from "../../../lib/experiments/readings/ablationReading";
import { comparisonReading, moreSeedsReading } from "../../../lib/experiments/readings/comparisonReading";
import { measuresReading } from "../../../lib/experiments/readings/measuresReading";
import type { Table, TableRecord } from "../../../lib/records/table";
import { readTable } from "../../../lib/records/tableFile";

const stored = (name: string) =>
  readTable(join(resolve(__dirname, "../../../data/records/analysis"), `${name}.json`));
const changed = (table: Table, change: (row: TableRecord) => object): Table => ({
  ...table,
  rows: table.rows.map((row) => ({ ...row, ...change(row) })),
});

describe("ablationReading", () => {
  const table = stored("ablations");

  it("counts over the stored table which intervals do not hold 0, real layers after fine-tuning included", () => {
    const text = ablationReading(table);
    expect(text).toContain(
      "- a layer made real (24): −4.0 to −0.4, interval without 0 in 18 of 24; after fine-tuning −2.6 to +1.6, interval without 0 in 4 of 24",
    );
    expect(text).toContain("- a cell's shortcut left out (8): −22.0 to −5.9, interval without 0 in 8 of 8");
    expect(text).toContain("of 52 changes without any effect about 3 would");
    const real = table.rows.filter(({ kind }) => kind === "real_layer");
    const clear = real.filter(({ tunedLow, tunedHigh }) => Number(tunedLow) > 0 || Number(tunedHigh) < 0);
    expect([real.length, clear.length]).toEqual([24, 4]);
  });

  it("puts the strongest kind first, and follows the numbers when they change", () => {
    expect(ablationReading(table)).toMatch(/^- the 1x1 convolution at the other end/);
    const turned = changed(table, ({ kind }) => (kind === "real_layer" ? { change: -0.9 } : {}));
    expect(ablationReading(turned)).toMatch(/^- a layer made real \(24\): −90\.0, /);
  });

  it("says nothing of fine-tuning where there was none, and names a number that is missing", () => {
    const untuned = changed(table, () => ({
      tuned: null,
      tunedChange: null,
      tunedLow: null,
      tunedHigh: null,
    }));
    expect(ablationReading(untuned)).not.toContain("fine-tuning");
    expect(() => ablationReading(changed(table, () => ({ changeLow: null })))).toThrow(
      'table "Ablations of reference": expected a number "changeLow" in every row that is read, got null.',
    );
  });
});

describe("comparisonReading", () => {
  it("names exactly the variants whose interval does not hold 0, and no others as differences", () => {
    const text = comparisonReading(stored("layout"));
    expect(text).toMatch(
      /^Over 2 seeds the 95 % interval of the difference leaves 0 out for `width-1-1-1` −5\.2 points \(−7\.4 to −3\.0\), `reductions-1`/,
    );
    expect(text).toContain(
      "It holds 0 for `depth-1-1-1`, `depth-4-1-1`, `depth-1-1-4`, `reductions-3` and `reduction-plain`: no difference was shown, which is not to say that there is none.",
    );
    expect(comparisonReading(stored("topology"))).toMatch(
      /^Over 2 seeds no 95 % interval of a difference leaves 0 out\./,
    );
  });

  it("needs a reference", () => {
    const table = stored("layout");
    expect(() => comparisonReading({ ...table, rows: table.rows.slice(1) })).toThrow(
      'table "Layouts at equal BOPs": expected a row whose factor is "reference", got none.',
    );
  });
});

describe("moreSeedsReading", () => {
  it("says what the third seed did to each difference and to the reference", () => {
    const text = moreSeedsReading(stored("layout"), stored("layout-reductions"));
    expect(text).toContain("From 2 to 3 seeds the reference goes from 30.3 % (sd 0.4) to 28.6 % (sd 3.0)");
    expect(text).toMatch(
      /`reduction-binary` −4\.\d points \(−7\.2 to −2\.1\) → −3\.0 points \(−10\.1 to \+4\.1\): the interval then holds 0/,
    );
    expect(text).toMatch(/`reduction-plain` [^\n]*\(−4\.6 to \+3\.2\)\n/);
    expect(text).toContain(
      "Reduction cells take 22 % of the reference's BOPs, and of the variants': `reductions-1` 11 %",
    );
    expect(text).toContain("`reduction-binary` 38 %");
  });

  it("refuses tables without a variant in common", () => {
    expect(() => moreSeedsReading(stored("topology"), stored("layout-reductions"))).toThrow(
      'moreSeedsReading: expected variants that "Topologies at equal BOPs" and "Layouts at equal BOPs" share, got none.',
    );
  });
});

describe("measuresReading", () => {
  const table = stored("measures");

  it("counts the rows that survive the correction, size among them and not besides", () => {
    const text = measuresReading(table);
    expect(text).toBe(
      "Of 25 rows 4 survive the correction at 5 %: of the measures `probeMean` 0.74 (0.41 to 0.90), `cosineMean` 0.70 (0.34 to 0.88) and `rankPooled` 0.66 (0.28 to 0.86); of the costs `modelBits` 0.70 (0.33 to 0.88). BOPs alone: `bops` 0.08 (−0.36 to 0.50), corrected p 1.00.",
    );
  });

  it("says so where none does", () => {
    expect(measuresReading(changed(table, () => ({ pHolm: 0.5 })))).toMatch(
      /^Of 25 rows 0 survive the correction at 5 %\. BOPs alone/,
    );
  });
});
