import { describe, expect, it } from "vitest";
import type { AnalysisRecord } from "../../lib/analysis/analysisRecord";
import { measuresAgainstAccuracy, scoresTable } from "../../lib/analysis/measuresAgainstAccuracy";
import { structuralCapacity } from "../../lib/analysis/structuralCapacity";
import { analysisConfig } from "../../lib/config/analysisConfig";
import { spaceConfig } from "../../lib/config/spaceConfig";
import { fold, normal, randomKey } from "../../lib/random/randomKey";
import { randomGenotype } from "../../lib/space/randomGenotype";

const key = randomKey(0);
const genotype = randomGenotype(spaceConfig(), key);
const structure = structuralCapacity(genotype);

/** A record of which only the scores' sources are made up: BOPs, minimum cut and gradient cosine. */
function madeUp(
  i: number,
  parts: { accuracy: number; bops: number; cut: number; cosine: number; model?: string; seed?: number },
): AnalysisRecord {
  const { accuracy, bops, cut, cosine, model = `m${i}`, seed = 0 } = parts;
  return {
    kind: "bars.analysis-record",
    schema: 1,
    config: analysisConfig(),
    createdAt: "2024-01-01T00:00:00.000Z",
    versions: { bars: "0", node: "v20" },
    backend: { name: "cpu" } as unknown as AnalysisRecord["backend"],
    run: {
      configHash: `${model}-${seed}`,
      name: model,
      seed,
      checkpoint: "last",
      epoch: 0,
      modelHash: model,
      cost: { flops: 1, bops, ops: bops / 64, bits: bops },
      testAccuracy: accuracy,
    },
    genotype,
    data: { name: "made up", note: "", images: 2048, probeImages: 1000, classes: 10 },
    structure: { ...structure, minCut: { ...structure.minCut, bits: cut } },
    taps: [],
    gradient: {
      images: 1,
      slope: 4,
      loss: 1,
      referenceLoss: 1,
      kernels: [{ name: "a.latent", weights: 1, norm: 1, relativeNorm: 1, referenceNorm: 1, cosine }],
    },
    seconds: 1,
  };
}

/** 24 networks: accuracy follows the cut, the cut follows BOPs a little, the cosine is noise. */
const records = Array.from({ length: 24 }, (_, i) => {
  const [a = 0, b = 0, c = 0, d = 0] = normal(fold(key, i), 4);
  const cut = a + 0.3 * b;
  return madeUp(i, {
    accuracy: 0.5 + 0.02 * cut + 0.002 * c,
    bops: 1e6 * (5 + b),
    cut: 1000 + 100 * cut,
    cosine: d / 10,
  });
});

describe("measuresAgainstAccuracy", () => {
  const table = measuresAgainstAccuracy(records, { draws: 500 }, { key });
  const row = (score: string) =>
    table.rows.find((one) => one["score"] === score) as (typeof table.rows)[number];

  it("finds the measure accuracy follows, also at equal BOPs, and not the one it does not follow", () => {
    expect(row("minCut")["spearman"]).toBeGreaterThan(0.9);
    expect(row("minCut")["low"]).toBeGreaterThan(0.7);
    expect(row("minCut")["atEqualBops"]).toBeGreaterThan(0.9);
    expect(row("minCut")["pHolm"]).toBeLessThan(0.05);
    expect(row("cosineMean")["low"]).toBeLessThan(0);
    expect(row("cosineMean")["high"]).toBeGreaterThan(0);
    expect(row("bops")["atEqualBops"]).toBeNull();
    expect(row("minCut")["n"]).toBe(24);
  });

  it("leaves out scores that no record has, and those that are the same for all", () => {
    expect(table.rows.map((one) => one["score"])).not.toContain("entropyMean");
    expect(table.rows.map((one) => one["score"])).not.toContain("meanCellCut");
  });

  it("says how it was counted", () => {
    expect(table.provenance.notes[0]).toMatch(
      /^24 networks from 24 runs, runs of one architecture averaged; made up, test accuracies from \d+\.\d % to \d+\.\d %\.$/,
    );
    expect(table.provenance.notes.join(" ")).not.toContain("Fewer than 20");
  });

  it("averages the seeds of an architecture, or counts every run when asked", () => {
    const seeds = records.slice(0, 6).flatMap((record, i) =>
      [0, 1].map((seed) => {
        const accuracy = (record.run?.testAccuracy as number) + 0.01 * seed;
        return madeUp(i, { accuracy, bops: 1e6 + i, cut: 100 + i, cosine: i / 10, seed });
      }),
    );
    const averaged = measuresAgainstAccuracy(seeds, { draws: 100 }, { key });
    expect(averaged.rows[0]?.["n"]).toBe(6);
    expect(averaged.provenance.notes.at(-1)).toBe("Fewer than 20 networks: intervals are wide.");
    expect(measuresAgainstAccuracy(seeds, { by: "run", draws: 100 }, { key }).rows[0]?.["n"]).toBe(12);
    const [first] = scoresTable(seeds, "model").rows;
    expect(first).toMatchObject({ network: "m0", runs: 2, minCut: 100, entropyMean: null });
    expect(first?.["accuracy"]).toBeCloseTo((records[0]?.run?.testAccuracy as number) + 0.005, 9);
  });

  it("refuses what cannot be compared", () => {
    const some = records.slice(0, 6);
    expect(() => measuresAgainstAccuracy(some.slice(0, 4), {}, { key })).toThrow(
      "measuresAgainstAccuracy: expected at least 5 networks (20 for intervals worth reading), got 4, runs of one architecture counted once. Train more.",
    );
    const [first] = some as [AnalysisRecord];
    expect(() => measuresAgainstAccuracy([...some, first], {}, { key })).toThrow(
      'measuresAgainstAccuracy: the run "m0" (seed 0) comes twice.',
    );
    const other = { ...(some[1] as AnalysisRecord), config: analysisConfig({ bits: 7 }) };
    expect(() => measuresAgainstAccuracy([first, other], {}, { key })).toThrow(
      'measuresAgainstAccuracy: "m1" was analysed on other images or with other settings than "m0"; analyse all runs alike.',
    );
    const second = some[1] as AnalysisRecord;
    const later = { ...second, run: { ...(second.run as NonNullable<typeof second.run>), epoch: 9 } };
    expect(() => measuresAgainstAccuracy([first, later], {}, { key })).toThrow(
      'measuresAgainstAccuracy: "m1" was analysed at its last epoch (10), "m0" at its last epoch (1); take trainings of one length, and one checkpoint.',
    );
    expect(() => measuresAgainstAccuracy([{ ...first, run: null }], {}, { key })).toThrow(
      "measuresAgainstAccuracy: record 0 has no test accuracy; analyse finished runs.",
    );
  });
});
