import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { totalCost } from "../../../lib/cost/costTable";
import { comparisonTable } from "../../../lib/experiments/comparison/comparisonTable";
import { matchedVariants } from "../../../lib/experiments/comparison/runComparison";
import { genotypeJson } from "../../../lib/space/genotypeJson";
import { expandSweep } from "../../../lib/sweep/expandSweep";
import { jobFiles } from "../../../lib/sweep/jobFolder";
import { jobFolder } from "../../../lib/sweep/jobState";
import { checkSweep } from "../../../lib/sweep/sweepFile";
import { hashJson } from "../../../lib/util/canonicalJson";
import { temporaryFolder } from "../../helpers/tinySearch";

const root = temporaryFolder();
const size = { bops: 1.1e6, tolerance: 0.25 };
const form = JSON.parse(
  readFileSync(join(__dirname, "../../../data/records/analysis/reference-train.json"), "utf8"),
);

/** The table of made-up records with these accuracies over seeds. */
function tableOf(accuracies: Readonly<Record<string, readonly number[]>>) {
  const variants = matchedVariants("layout", size, Object.keys(accuracies));
  const seeds = (accuracies["reference"] ?? []).map((_, seed) => seed);
  const runs = variants.map(({ name, genotype }) => {
    writeFileSync(join(root, `${name}.json`), genotypeJson(genotype));
    return { name, stage: "train", genotype: `${name}.json` };
  });
  const common = { train: { preset: "smoke" }, seeds };
  const sweep = checkSweep({ kind: "bars.sweep", schema: 1, name: "layout", common, runs }, "test", root);
  const jobs = expandSweep(sweep);
  for (const job of jobs) {
    const { train } = jobFiles(jobFolder(root, job));
    mkdirSync(train, { recursive: true });
    const accuracy = accuracies[job.run]?.[job.seed];
    const config = { ...form.config, seed: job.seed };
    const record = {
      ...form,
      config,
      configHash: hashJson({ config, model: form.model }),
      // The best epoch's and the exact images' accuracy are not what is compared.
      tests: [
        ...form.tests.map((test: object) => ({ ...test, checkpoint: "best", accuracy: 0.99 })),
        ...form.tests.map((test: { which: string }) => ({
          ...test,
          accuracy: test.which === "all" ? accuracy : 0.98,
        })),
      ],
    };
    writeFileSync(join(train, "record.json"), JSON.stringify(record));
  }
  const table = comparisonTable("layout", size, variants, jobs, root);
  const row = (name: string) => table.rows.find(({ variant }) => variant === name);
  return { table, row, variants };
}

describe("comparisonTable", () => {
  it("gives means, spreads, and differences of equal seeds with their t intervals", () => {
    const { row } = tableOf({ reference: [0.3, 0.32], "reductions-1": [0.25, 0.29] });
    expect(row("reference")).toMatchObject({
      seeds: 2,
      accuracy: expect.closeTo(0.31, 12),
      accuracySd: expect.closeTo(0.02 / Math.SQRT2, 12),
      // The 97.5 % quantile of Student's t with one degree of freedom is 12.7062; sd / √2 = 0.01.
      accuracyLow: expect.closeTo(0.31 - 0.127062, 5),
      accuracyHigh: expect.closeTo(0.31 + 0.127062, 5),
      difference: 0,
      differenceLow: 0,
      differenceHigh: 0,
    });
    // Differences −0.05 and −0.03: pairs by seed are closer than the means' own spreads.
    expect(row("reductions-1")).toMatchObject({
      factor: "reductions",
      accuracy: expect.closeTo(0.27, 12),
      accuracySd: expect.closeTo(0.04 / Math.SQRT2, 12),
      difference: expect.closeTo(-0.04, 12),
      differenceLow: expect.closeTo(-0.04 - 0.127062, 5),
      differenceHigh: expect.closeTo(-0.04 + 0.127062, 5),
    });
  });

  it("has no spread where there is one seed", () => {
    const { row, table } = tableOf({ reference: [0.3], "width-1-1-1": [0.2] });
    const none = { accuracySd: null, accuracyLow: null, differenceLow: null, differenceHigh: null };
    expect(row("width-1-1-1")).toMatchObject({ seeds: 1, difference: expect.closeTo(-0.1, 12), ...none });
    expect(table.provenance.notes.join("\n")).toContain("Seeds 0. ");
  });

  it("counts what reduction cells cost, and where the BOPs are", () => {
    const { row, variants } = tableOf({ reference: [0.3] });
    const [reference] = variants;
    const [a = 0, b = 0, c = 0] = String(row("reference")?.["channels"]).split(" ").map(Number);
    // Each of the two: its 1x1 on the cell before, both halves of the strided 3x3, a 3x3 behind it. A stage's last
    // cell has half of what the coming reduction puts out.
    const cell = (size: number, out: number) =>
      size ** 2 * out * (out / 2) + (size / 2) ** 2 * 9 * (out * (out / 2) + out * out);
    const bops = totalCost((reference as NonNullable<typeof reference>).genotype).bops;
    expect(row("reference")?.["bops"]).toBe(bops);
    expect(row("reference")?.["reductionShare"]).toBeCloseTo((cell(32, b) + cell(16, c)) / bops, 10);
    expect(a).toBeGreaterThan(0);
    const shares = String(row("reference")?.["stageShares"]).split(" ").map(Number);
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 2);
  });

  it("says what was trained on how many images, with which seeds, and from which configs", () => {
    const { table } = tableOf({ reference: [0.3, 0.31], "width-1-1-1": [0.2, 0.21] });
    expect(table.title).toBe("Layouts at equal BOPs");
    expect(table.provenance.sources).toHaveLength(4);
    const notes = table.provenance.notes.join("\n");
    expect(notes).toContain("Every network has 1100000 BOPs within 25 %, per image");
    expect(notes).toContain("CIFAR-10: 2500 training images, 2000 test images; 8 epochs, batch 32, adam.");
    expect(notes).toContain("Seeds 0, 1. Intervals are of the mean over seeds");
  });
});
