import { describe, expect, it } from "vitest";
import type { AnalysisRecord } from "../../lib/analysis/analysisRecord";
import { networkScores } from "../../lib/analysis/networkScores";

/** Three binarized layers, each with a tap in front of its sign and one behind it; only what the scores asked for here read. */
const record = {
  structure: null,
  gradient: null,
  taps: [
    { name: "a.presign", sameAs: [], kind: "presign", zeroed: 0.1 },
    {
      name: "a.bits",
      sameAs: [],
      kind: "bits",
      entropy: { layer: 0.9, usedBits: 40 },
      rank: { pooled: { effectiveRank: 4 } },
    },
    { name: "b.presign", sameAs: [], kind: "presign", zeroed: 0.5 },
    {
      name: "b.bits",
      sameAs: [],
      kind: "bits",
      entropy: { layer: 0.3, usedBits: 70 },
      rank: { pooled: { effectiveRank: 2 } },
    },
    { name: "c.presign", sameAs: [], kind: "presign", zeroed: 0.3 },
    {
      name: "c.bits",
      sameAs: [],
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

  it("compare the two sides of a sign under any of their names", () => {
    const rank = (participationRatio: number) => ({ pooled: { participationRatio } });
    const taps = [
      { name: "a.presign", sameAs: ["b.presign"], kind: "presign", rank: rank(4), zeroed: 0.5 },
      { name: "a.bits", sameAs: [], kind: "bits", rank: rank(2) },
      { name: "c.bits", sameAs: ["b.bits"], kind: "bits", rank: rank(1) },
    ];
    expect(score("rankLoss", { ...record, taps } as never)).toBeCloseTo((2 / 4 + 1 / 4) / 2, 12);
    // Of schema 1: what stands in front of the second sign is among the names of a block's value.
    const earlier = [
      { name: "a.presign", sameAs: [], kind: "presign", rank: rank(4), zeroed: 0.5 },
      { name: "a.bits", sameAs: [], kind: "bits", rank: rank(2) },
      { name: "sum", sameAs: ["b.presign"], kind: "value", rank: rank(5), zeroed: null },
      { name: "b.bits", sameAs: [], kind: "bits", rank: rank(1) },
    ];
    expect(score("rankLoss", { ...record, taps: earlier } as never)).toBeCloseTo((2 / 4 + 1 / 5) / 2, 12);
    expect(score("zeroed", { ...record, taps: earlier } as never)).toBeNull();
  });

  it("take no other layer for one that lacks what is asked", () => {
    const taps = record.taps.map((tap) => (tap.name === "c.bits" ? { ...tap, rank: null } : tap));
    const gradient = { kernels: [{ cosine: null }, { cosine: 0.9 }] };
    const lacking = { ...record, taps, gradient } as unknown as AnalysisRecord;
    expect([score("rankPooledLast", lacking), score("rankPooled", lacking)]).toEqual([null, 3]);
    expect([score("cosineFirst", lacking), score("cosineMean", lacking)]).toEqual([null, 0.9]);
  });

  it("are null where a network has no such layers", () => {
    const empty = { ...record, taps: [] };
    for (const name of ["entropyMean", "entropyLeast", "rankPooledLast", "zeroed", "minCut"])
      expect(score(name, empty), name).toBeNull();
  });
});
