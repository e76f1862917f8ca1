import { describe, expect, it } from "vitest";
import type { ComparedBand } from "../../../lib/experiments/fixedComparison";
import { fixedSummary } from "../../../lib/experiments/readings/fixedSummary";
import { readRaceRecord } from "../../../lib/records/raceRecordFile";
import { seedsOf } from "../../frontier/runPoints";

const nothing: ComparedBand = { races: {}, searches: {}, chosen: {}, draws: [], given: {}, longer: {} };
const around = (mean: number) => [mean - 0.01, mean, mean + 0.01];
const banded = (...means: number[]): ComparedBand => ({
  ...nothing,
  draws: seedsOf(Array.from({ length: 12 }, (_, i) => 0.5 + i / 100)),
  given: { "hand-made": seedsOf(around(0.5)) },
  chosen: { race: Object.fromEntries(means.map((mean, seed) => [seed, seedsOf(around(mean))])) },
});
const [own, other] = seedsOf([0.82, 0.8]).map((run, i) => ({ ...run, bops: [26e6, 40e6][i], flops: 7e5 }));
const longer = {
  "R-hand-made-s100-60epochs": other,
  "R-race-2-winner-s100-60epochs": own,
} as ComparedBand["longer"];
const rowsOf = (bands: Record<string, ComparedBand>) => fixedSummary(bands).split("\n").slice(2);

describe("fixedSummary", () => {
  it("is empty without records", () => {
    expect(fixedSummary({})).toBe("");
  });

  it("says of a band whether it holds, and by how much over seeds", () => {
    const race = readRaceRecord("data/records/race-small-seed0.json");
    const asked = "each of 3 races +2.0 points over random draws, +5.0 over the hand-made network";
    expect(
      rowsOf({ A: { ...banded(0.62, 0.6, 0.61), races: { "race-0": race } }, B: banded(0.62, 0.54, 0.61) }),
    ).toEqual([
      `| band A, 2.4 to 3 M BOPs | ${asked} | **holds** | +4.5 to +6.5 and +10.0 to +12.0; 3 of 3 meet all |`,
      `| band B | ${asked} | **fails** | −1.5 to +6.5 and +4.0 to +12.0; 2 of 3 meet all |`,
    ]);
  });

  it("says what is missing, with what is there", () => {
    const [one, none] = rowsOf({ C: banded(0.62), D: nothing });
    expect(one).toContain(
      "| open: missing are trainings of the races with seeds 1 and 2 | +6.5 and +12.0; 1 of 1 meet all |",
    );
    expect(none).toMatch(/\| open: missing are trainings .*network \| – \|$/);
  });

  it("has a row a version of the headline", () => {
    const [reached] = rowsOf({ R: { ...nothing, longer } });
    expect(reached).toBe(
      "| headline, version 6, 60 epochs | +1.5 points over the full-width hand-made network, at most 66.7 % of its BOPs | **reached** | +2.0 (one seed) |",
    );
    const costly = { ...longer, "R-race-2-winner-s100-60epochs": { ...own, bops: 27e6 } };
    const worse = { ...longer, "R-race-2-winner-s100-60epochs": { ...own, accuracy: 0.81 } };
    for (const changed of [costly, worse])
      expect(rowsOf({ R: { ...nothing, longer: changed as never } })[0]).toContain("| **not reached** | +");
    expect(rowsOf({ H: nothing, R: nothing }).map((row) => row.split(" | ").slice(-2))).toEqual([
      ["open", "– |"],
      ["open", "– |"],
    ]);
  });
});
