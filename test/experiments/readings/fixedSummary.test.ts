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
const sides = (own: readonly number[], other: readonly number[]): ComparedBand => ({
  ...nothing,
  longer: Object.fromEntries([
    ...seedsOf(other).map((run, i) => [
      `R-hand-made-s${100 + i}-60epochs`,
      { ...run, bops: 40e6, flops: 7e5 },
    ]),
    ...seedsOf(own).map((run, i) => [
      `R-race-2-winner-s${100 + i}-60epochs`,
      { ...run, bops: 26e6, flops: 7e5 },
    ]),
  ]),
});
/** The cells of each row. */
const rowsOf = (bands: Record<string, ComparedBand>) =>
  fixedSummary(bands)
    .split("\n")
    .slice(4)
    .map((row) => row.slice(2, -2).split(" | "));
const rowOf = (bands: Record<string, ComparedBand>, what: string) =>
  rowsOf(bands).find(([cell]) => cell?.startsWith(what));

describe("fixedSummary", () => {
  it("is empty without records", () => {
    expect(fixedSummary({})).toBe("");
  });

  it("has a row for everything that was planned", () => {
    expect(rowsOf({ A: nothing })).toEqual([
      [
        "band A",
        "open; missing: races with seeds 0, 1 and 2 and the trainings of what wins; 12 of 12 draws; trainings of the hand-made network",
        "–",
      ],
      ["band B", "not begun", "–"],
      ["band C", "not begun", "–"],
      ["band D", "not begun", "–"],
      ["band E", "not begun", "–"],
      ["band F", "not begun", "–"],
      ...[4, 5, 6].map((version) => [`headline, version ${version}`, "open", "–"]),
    ]);
  });

  it("says of a band whether it holds, and by how much over seeds", () => {
    const race = readRaceRecord("data/records/race-small-seed0.json");
    const bands = {
      A: { ...banded(0.62, 0.6, 0.61), races: { "race-0": race } },
      B: banded(0.62, 0.54, 0.61),
    };
    expect(fixedSummary(bands).split("\n")[0]).toBe(
      "Asked: of a band, from each of 3 races, +2.0 points over the mean of random draws and +5.0 over the hand-made network, p below 0.01; " +
        "of the headline +1.5 over the full-width hand-made network after 60 epochs, with at most 66.7 % of its BOPs and 100.0 % of its FLOPs.",
    );
    expect(rowsOf(bands).slice(0, 2)).toEqual([
      [
        "band A, 2.4 to 3 M BOPs",
        "**holds**",
        "+4.5 to +6.5 over draws, +10.0 to +12.0 over the hand-made network; 3 of 3 races meet all",
      ],
      [
        "band B",
        "**fails**",
        "−1.5 to +6.5 over draws, +4.0 to +12.0 over the hand-made network; 2 of 3 races meet all",
      ],
    ]);
  });

  it("counts seeds whose trainings are all there", () => {
    const one = banded(0.62);
    const half = { ...one, chosen: { race: { ...one.chosen["race"], 1: seedsOf([0.5, 0.51]) } } };
    expect(rowOf({ C: half }, "band C")?.slice(1)).toEqual([
      "open; missing: races with seeds 1 and 2 and the trainings of what wins",
      "+6.5 over draws, +12.0 over the hand-made network; 1 of 1 race meets all",
    ]);
    const failed = rowOf({ C: banded(0.54) }, "band C");
    expect(failed?.[1]).toMatch(/^\*\*fails\*\*; missing: races with seeds 1 and 2/);
  });

  it("says of the headline whether it is reached, within both limits, and over how many seeds", () => {
    const row = (band: ComparedBand) => rowOf({ R: band }, "headline, version 6");
    expect(row(sides([0.82], [0.8]))?.slice(1)).toEqual([
      "**reached** with the seeds so far",
      "+2.0 (82.0 %, one seed, against 80.0 %, one seed)",
    ]);
    const three = sides([0.81, 0.82, 0.83], [0.79, 0.81, 0.8]);
    expect(row(three)?.slice(1)).toEqual([
      "**reached**",
      "+2.0 ± 1.0 (82.0 %, 3 seeds, ± 1.0, against 80.0 %, 3 seeds, ± 1.0)",
    ]);
    // Seeds that only one side has are left out.
    expect(row(sides([0.81, 0.82, 0.83], [0.8]))?.slice(1)).toEqual([
      "**not reached** with the seeds so far",
      "+1.0 (81.0 %, one seed, against 80.0 %, one seed)",
    ]);
    const changed = (change: { bops?: number; flops?: number; accuracy?: number }) => {
      const { longer } = sides([0.82], [0.8]);
      const name = "R-race-2-winner-s100-60epochs";
      return row({ ...nothing, longer: { ...longer, [name]: { ...longer[name], ...change } as never } })?.[1];
    };
    for (const change of [{ bops: 27e6 }, { flops: 700_001 }, { accuracy: 0.8149 }])
      expect(changed(change)).toBe("**not reached** with the seeds so far");
    expect(changed({ accuracy: 0.815 })).toBe("**reached** with the seeds so far");
  });
});
