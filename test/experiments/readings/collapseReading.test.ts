import { describe, expect, it } from "vitest";
import { collapseReading } from "../../../lib/experiments/readings/collapseReading";
import { storedSearches } from "../../../lib/experiments/storedSearches";
import type { EpochRecord, SearchRecord } from "../../../lib/records/searchRecord";
import { madeUpRecord } from "../../figures/madeUpRecord";

/** A search whose last epoch has these signs. */
function search(signs: Partial<EpochRecord>): SearchRecord {
  const record = madeUpRecord("tiny");
  const epochs = record.epochs.map((epoch, i) =>
    i === record.epochs.length - 1 ? { ...epoch, ...signs } : epoch,
  );
  return { ...record, epochs };
}

describe("collapseReading", () => {
  it("says of the stored searches what their figure shows: weights tell them apart, gap and entropy do not", () => {
    const [plain, cured] = ["search-plain", "search-cured"].map((name) =>
      Object.values(storedSearches(name)),
    );
    const text = collapseReading({ plain: plain as SearchRecord[], cured: cured as SearchRecord[] });
    expect(text).toContain("edges without weights 1.00 → 0.94 (0.83 to 1.00)");
    expect(text).toContain("edges without weights 0.61 (0.50 to 0.67) → 0.28 (0.17 to 0.33)");
    expect(text).toContain("told apart by: edges without weights.");
    expect(text).toContain("overlap in: discretisation gap, entropy of the edges and margin of the edges.");
  });

  it("tells groups apart by a sign only where their ranges do not touch", () => {
    const low = search({ parameterFreeShare: 0.2, discretizationGap: 0.01 });
    const high = search({ parameterFreeShare: 0.9, discretizationGap: 0.05 });
    const between = search({ parameterFreeShare: 0.3, discretizationGap: 0.05 });
    expect(collapseReading({ a: [low, between], b: [high] })).toContain(
      "told apart by: edges without weights.",
    );
    expect(collapseReading({ a: [low], b: [high] })).toContain(
      "told apart by: edges without weights and discretisation gap.",
    );
    expect(collapseReading({ a: [low], b: [low] })).toContain("no sign tells the groups apart.");
  });

  it("leaves out a sign that was not measured, and gives the eigenvalue where it was", () => {
    expect(collapseReading({ a: [search({})] })).not.toContain("eigenvalue");
    const measured = madeUpRecord("usual");
    expect(collapseReading({ a: [measured] })).toContain("dominant eigenvalue 0.21 → 0.30");
  });

  it("writes changes with their sign, and the spread of a sign once", () => {
    const text = collapseReading({
      a: [search({ discretizationGap: -0.02 }), search({ discretizationGap: 0.04 })],
    });
    expect(text).toContain("→ +1.0 points (−2.0 to +4.0)");
  });

  it("refuses a group without epochs", () => {
    const told = 'collapseReading: expected searches with epochs in "a", got none.';
    expect(() => collapseReading({ a: [] })).toThrow(told);
    expect(() => collapseReading({ a: [madeUpRecord("empty")] })).toThrow(told);
  });
});
