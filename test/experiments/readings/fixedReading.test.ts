import { describe, expect, it } from "vitest";
import type { ComparedBand } from "../../../lib/experiments/fixedComparison";
import { loadTrainRecords } from "../../../lib/experiments/loadTrainRecords";
import { fixedReading } from "../../../lib/experiments/readings/fixedReading";
import { readRaceRecord } from "../../../lib/records/raceRecordFile";
import { seedsOf } from "../../frontier/runPoints";

const nothing: ComparedBand = {
  races: {},
  searches: {},
  chosen: {},
  draws: [],
  given: {},
  longer: {},
};
const around = (mean: number) => [mean - 0.01, mean, mean + 0.01];
const draws = seedsOf(Array.from({ length: 12 }, (_, i) => 0.5 + i / 100));
const given = { "hand-made": seedsOf(around(0.5)) };
const races = (...means: number[]) => ({
  ...nothing,
  draws,
  given,
  chosen: { race: Object.fromEntries(means.map((mean, seed) => [seed, seedsOf(around(mean))])) },
});

describe("fixedReading", () => {
  it("says what is missing, and nothing of what is not there", () => {
    expect(fixedReading(nothing)).toBe(
      "**Not decided yet**: missing are trainings of the races with seeds 0, 1 and 2, 12 of 12 draws and trainings of the hand-made network.",
    );
    expect(fixedReading({ ...races(0.6), draws: draws.slice(0, 5) })).toContain(
      "**Not decided yet**: missing are trainings of the races with seeds 1 and 2 and 7 of 12 draws. Asked of each seed: +2.0 points",
    );
  });

  it("gives the verdict once everything is there: every seed must meet every margin", () => {
    const wins = fixedReading(races(0.62, 0.6, 0.61));
    expect(wins).toContain(
      "**The primary comparison holds.** Asked of each seed: +2.0 points over the draws' mean",
    );
    expect(wins).toContain("| 0 | 62.0 % | +6.5 | 1 of 13 | +12.0 | 0.00012 | yes |");
    const one = fixedReading(races(0.62, 0.54, 0.61));
    expect(one).toContain("**The primary comparison fails.**");
    expect(one).toContain("| 1 | 54.0 % | −1.5 | 8 of 13 | +4.0 | 0.0080 | no |");
  });

  it("compares with random races, and shows how rungs and fitted alphas rank", () => {
    const band = races(0.62, 0.6, 0.61);
    const random = { 0: seedsOf(around(0.58)), 1: seedsOf(around(0.59)) };
    const record = readRaceRecord("data/records/race-small-seed0.json");
    const text = fixedReading({
      ...band,
      chosen: { ...band.chosen, "random-race": random },
      races: { "race-0": record },
    });
    expect(text).toMatch(
      /Race over a race of random proposals alone: \+2\.5 points \(95 %: \+\d\.\d to \+\d\.\d; 10,000 resamples of 3 and 2 seeds and of their trainings\)/,
    );
    expect(text).toContain("| race-0 | 1 | 2 | 3 | too few |");
    const tau = record.fit?.tau?.value.toFixed(2).replace("-", "−");
    expect(text).toContain(`| race-0 | ${record.fit?.networks} | ${tau} (`);
    expect(text).not.toContain("earlier trainings");
    const earlier = loadTrainRecords("data/records/frontier").map((found) => found.record);
    expect(fixedReading({ ...band, races: { "race-0": record } }, { earlier })).toContain(
      "), 18 architectures |",
    );
  });
});
