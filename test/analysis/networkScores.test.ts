import { describe, expect, it } from "vitest";
import type { AnalysisRecord } from "../../lib/analysis/analysisRecord";
import { networkScores } from "../../lib/analysis/networkScores";

/** Three binarized layers, each with a tap in front of its sign and one behind it; only what the scores asked for here read. */
const record = {
  structure: null,
  gradient: null,
  taps: [
    { name: "a.presign", kind: "presign", zeroed: 0.1 },
    {
      name: "a.bits",
      kind: "bits",
      entropy: { layer: 0.9, usedBits: 40 },
      rank: { pooled: { effectiveRank: 4 } },
    },
    { name: "b.presign", kind: "presign", zeroed: 0.5 },
    {
      name: "b.bits",
      kind: "bits",
      entropy: { layer: 0.3, usedBits: 70 },
      rank: { pooled: { effectiveRank: 2 } },
    },
    { name: "c.presign", kind: "presign", zeroed: 0.3 },
    {
      name: "c.bits",
      kind: "bits",
      entropy: { layer: 0.6, usedBits: 20 },
      rank: { pooled: { effectiveRank: 9 } },
    },
  ],
} as unknown as AnalysisRecord;

const score = (name: string, of: AnalysisRecord = record) =>
  networkScores.find((s) => s.name === name)?.of(of);

describe("networkScores", () => {
  it("have names of their own", () => {
    expect(new Set(networkScores.map(({ name }) => name)).size).toBe(networkScores.length);
  });

  it("reduce layers by mean, least and last", () => {
    expect(score("entropyMean")).toBeCloseTo(0.6, 12);
    expect(score("entropyLeast")).toBe(0.3);
    expect(score("usedBitsLeast")).toBe(20);
    expect(score("rankPooled")).toBeCloseTo(5, 12);
    expect(score("rankPooledLast")).toBe(9);
  });

  it("take what is measured in front of signs from there", () => {
    expect(score("zeroed")).toBeCloseTo(0.3, 12);
  });

  it("are null where a network has no such layers", () => {
    const empty = { ...record, taps: [] };
    for (const name of ["entropyMean", "entropyLeast", "rankPooledLast", "zeroed", "minCut"])
      expect(score(name, empty), name).toBeNull();
  });
});
