import { describe, expect, it } from "vitest";
import { spaceConfig } from "../../lib/config/spaceConfig";
import { type BaselineName, baselines } from "../../lib/cost/baselines";
import { opsIn } from "../../lib/cost/costConvention";
import { costReport, layerReport } from "../../lib/cost/costReport";
import { costTable, totalCost } from "../../lib/cost/costTable";
import { randomKey } from "../../lib/random/randomKey";
import { randomGenotype } from "../../lib/space/randomGenotype";

const genotype = randomGenotype(spaceConfig(), randomKey(0));

describe("costReport", () => {
  it("has a row for stem, extra stem, every built cell and head, which add up to the total", () => {
    const report = costReport(genotype);
    const names = new Set(costTable(genotype).map(({ name }) => name.split(".")[0]));
    expect(report.rows.map(({ name }) => name)).toEqual([...names]);
    for (const key of ["flops", "bops", "elementwise", "realParams", "binaryParams", "bits"] as const) {
      expect(report.rows.reduce((sum, row) => sum + row[key], 0)).toBe(totalCost(genotype)[key]);
    }
  });

  it("prints a row for each layer on demand", () => {
    expect(costReport(genotype, { detail: "layers" }).rows.length).toBe(costTable(genotype).length);
  });

  it("doubles operations, and nothing else, in aw_nas's convention, and says so", () => {
    const own = costReport(genotype);
    const other = costReport(genotype, { convention: "awnas" });
    expect(other.total).toEqual({ ...own.total, flops: 2 * own.total.flops, bops: 2 * own.total.bops });
    expect(other.ops).toBe(2 * own.ops);
    expect(opsIn(own.total, "awnas")).toBe(other.ops);
    expect(own.text).toContain("one multiply-accumulate = 1 operation;");
    expect(other.text).toContain("one multiply-accumulate = 2 operations (aw_nas);");
  });

  it("prints a table whose columns line up", () => {
    expect(layerReport(baselines.bireal18.layers(), { title: "Bi-Real Net 18" }).text).toMatchInlineSnapshot(`
      "Bi-Real Net 18

      layer   output           FLOPs           BOPs          OPs  elementwise  real params  binary params      KiB
      ------------------------------------------------------------------------------------------------------------
      stem    56x56x64   118,013,952              0  118,013,952    2,609,152        9,536              0     37.3
      stage0  56x56x64             0    462,422,016    7,225,344    2,408,448          512        147,456       20
      stage1  28x28x128    6,422,528    404,619,264   12,744,704    1,605,632        9,472        516,096      100
      stage2  14x14x256    6,422,528    404,619,264   12,744,704      802,816       35,328      2,064,384      390
      stage3  7x7x512      6,422,528    404,619,264   12,744,704      401,408      136,192      8,257,536    1,540
      head    1x1x1000       512,000              0      512,000       25,088      513,000              0  2,003.9
      ------------------------------------------------------------------------------------------------------------
      total              137,793,536  1,676,279,808  163,985,408    7,852,544      704,040     10,985,472  4,091.2

      Per image; one multiply-accumulate = 1 operation; OPs = FLOPs + BOPs / 64. Batch norm, activations, pooling and sums are elementwise, not in OPs."
    `);
  });

  it.each(Object.keys(baselines) as BaselineName[])("reports the hand-made network %s", (name) => {
    const report = layerReport(baselines[name].layers(), { title: baselines[name].title });
    expect(report.text.startsWith(baselines[name].title)).toBe(true);
    expect(report.rows[0]?.name).toMatch(/stem|conv0/);
    expect(report.rows.at(-1)?.name).toBe("head");
  });
});
