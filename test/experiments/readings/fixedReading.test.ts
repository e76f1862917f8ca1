import { describe, expect, it } from "vitest";
import type { ComparedBand } from "../../../lib/experiments/fixedComparison";
import { frontierPlan } from "../../../lib/experiments/frontierPlan";
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

/** The network of the headline's version 2. */
const plan = {
  ...frontierPlan,
  headlines: frontierPlan.headlines.map((one) => ({ ...one, chosen: "race, seed 0" })),
};

describe("fixedReading of trainings of another length", () => {
  const long = (bops: number, flops: number, accuracies: readonly number[]) =>
    seedsOf(accuracies).map((run) => ({ ...run, bops, flops }));
  const [a, b] = long(26e6, 293_000, [0.84, 0.85]);
  const [c, d] = long(40_108_032, 705_152, [0.83, 0.834]);

  it("has a table a length, with the distance from the hand-made network of that length", () => {
    const longer = {
      "H-hand-made-s100-60epochs": c,
      "H-hand-made-s101-60epochs": d,
      "H-race-0-winner-s101-60epochs": b,
      "H-race-0-winner-s100-60epochs": a,
    } as ComparedBand["longer"];
    expect(fixedReading({ ...nothing, longer }, { name: "H", plan })).toBe(
      [
        "**Version 4 of the headline is not reached**: +1.3 ± 0.4 points, 84.5 % (2 seeds, ± 0.7) against 83.2 % (2 seeds, ± 0.3), with 64.8 % of the BOPs and 41.6 % of the FLOPs. " +
          "Asked: +1.5 points over the full-width hand-made network after 60 epochs, with at most 66.7 % of its BOPs and 100.0 % of its FLOPs.",
        "",
        "| network | runs | BOPs | FLOPs | after 60 epochs | over the hand-made one, points |",
        "| --- | --- | --- | --- | --- | --- |",
        "| hand-made | 2 | 40,108,032 | 705,152 | 83.2 % ± 0.3 | – |",
        "| race, seed 0 | 2 | 26,000,000 | 293,000 | 84.5 % ± 0.7 | +1.3 |",
      ].join("\n"),
    );
  });

  it("of the headline compares trainings with the seeds that both networks have", () => {
    const only = (runs: Record<string, unknown>) =>
      fixedReading({ ...nothing, longer: runs as ComparedBand["longer"] }, { name: "H", plan });
    // Of the race's network one training more, which has nothing to be compared with.
    const one = {
      "H-hand-made-s100-60epochs": c,
      "H-race-0-winner-s100-60epochs": a,
      "H-race-0-winner-s101-60epochs": b,
    };
    expect(only(one)).toContain("is not reached**: +1.0 points, 84.0 % (one seed) against 83.0 % (one seed)");
    expect(only(one)).toContain("| race, seed 0 | 2 | 26,000,000 | 293,000 | 84.5 % ± 0.7 |");
    expect(only({ "H-hand-made-s101-60epochs": d, "H-race-0-winner-s100-60epochs": a })).toContain(
      "**Not decided yet.** Still missing: trainings of both networks with the same seed. Asked",
    );
  });

  it("of the headline says what is missing, and that costs count", () => {
    const hand = { "H-hand-made-s100-60epochs": c } as ComparedBand["longer"];
    expect(fixedReading(nothing, { name: "H" })).toMatch(
      /^\*\*Not decided yet\.\*\* Still missing: trainings of the race's network and of the hand-made network\. Asked: \+1\.5 points/,
    );
    expect(fixedReading({ ...nothing, longer: hand }, { name: "H" })).toContain(
      "Still missing: trainings of the race's network. Asked",
    );
    const exactly = {
      "H-hand-made-s100-60epochs": { ...c, accuracy: 0.8362 },
      "H-race-0-winner-s100-60epochs": { ...a, accuracy: 0.8512 },
    } as ComparedBand["longer"];
    expect(fixedReading({ ...nothing, longer: exactly }, { name: "H", plan })).toContain(
      "is reached**: +1.5",
    );
    const costly = {
      ...hand,
      "H-race-0-winner-s100-60epochs": { ...a, bops: 27e6 },
    } as ComparedBand["longer"];
    expect(fixedReading({ ...nothing, longer: costly }, { name: "H", plan })).toContain(
      "**Version 4 of the headline is not reached**: +1.0 points, 84.0 % (one seed) against 83.0 % (one seed), with 67.3 % of the BOPs",
    );
    const real = { ...hand, "H-race-0-winner-s100-60epochs": { ...a, flops: 705_153 } };
    expect(fixedReading({ ...nothing, longer: real as never }, { name: "H", plan })).toContain(
      "is not reached**: +1.0",
    );
    const better = { ...costly, "H-race-0-winner-s100-60epochs": { ...a, bops: 27e6, accuracy: 0.9 } };
    expect(fixedReading({ ...nothing, longer: better as never }, { name: "H", plan })).toContain(
      "is not reached**: +7.0",
    );
  });

  it("comes behind what decides, and says nothing of a distance without a hand-made network", () => {
    const longer = { "A-draw-00-s100-24epochs": a } as ComparedBand["longer"];
    const text = fixedReading({ ...races(0.62, 0.6, 0.61), longer });
    expect(text).toMatch(/^\*\*The primary comparison holds/);
    expect(text).toContain("| draw-00 | 1 | 26,000,000 | 293,000 | 84.0 % | – |");
  });
});

describe("fixedReading", () => {
  it("says what is missing, and nothing of what is not there", () => {
    expect(fixedReading(nothing)).toBe(
      "**Not decided yet.** Still missing: races with seeds 0, 1 and 2 and the trainings of what wins; 12 of 12 draws; trainings of the hand-made network.",
    );
    expect(fixedReading({ ...races(0.6), draws: draws.slice(0, 5) })).toContain(
      "**Not decided yet.** Still missing: races with seeds 1 and 2 and the trainings of what wins; 7 of 12 draws. Asked of each seed: +2.0 points",
    );
    const record = readRaceRecord("data/records/race-small-seed0.json");
    const raced = fixedReading({ ...races(0.6, 0.6), races: { "race-1": record, "race-2": record } });
    expect(raced).toContain("Still missing: trainings of the winner of the race with seed 2.");
  });

  it("gives the verdict once everything is there: every seed must meet every margin", () => {
    const wins = fixedReading(races(0.62, 0.6, 0.61));
    expect(wins).toContain(
      "**The primary comparison holds.** Asked of each seed: +2.0 points over the draws' mean",
    );
    expect(wins).toContain("| 0 | 62.0 % | +6.5 | +1.0 | 1 of 13 | +12.0 | 0.00012 | yes |");
    const one = fixedReading(races(0.62, 0.54, 0.61));
    expect(one).toContain("**The primary comparison fails.**");
    expect(one).toContain("| 1 | 54.0 % | −1.5 | −7.0 | 8 of 13 | +4.0 | 0.0080 | no |");
  });

  it("a seed that failed decides, though others are missing; one that is not trained to its end does not", () => {
    const failed = fixedReading(races(0.54));
    expect(failed).toMatch(/^\*\*The primary comparison fails\.\*\* Still missing: races with seeds 1 and 2/);
    // Short of the hand-made network's margin, whatever the last draw gives; and the other way round.
    const fewer = draws.slice(0, 11);
    expect(fixedReading({ ...races(0.54), draws: fewer })).toMatch(/^\*\*The primary comparison fails/);
    const better = seedsOf(Array.from({ length: 12 }, () => 0.6));
    const against = { ...races(0.61), given: { "hand-made": seedsOf([0.5, 0.51]) } };
    expect(fixedReading({ ...against, draws: better })).toMatch(/^\*\*The primary comparison fails/);
    expect(fixedReading({ ...against, draws: better.slice(1) })).toMatch(/^\*\*Not decided yet/);
    const begun = races(0.62, 0.6, 0.61);
    const half = { ...begun, chosen: { race: { ...begun.chosen["race"], 1: seedsOf([0.5, 0.51]) } } };
    const text = fixedReading({ ...half, races: {} });
    expect(text).toMatch(/^\*\*Not decided yet/);
    expect(text).toMatch(/\| 1 \| 50\.5 % \|.* \| 2 of 3 trainings \|/);
    // A seed that was not planned counts for nothing.
    const more = { ...begun, chosen: { race: { ...begun.chosen["race"], 7: seedsOf(around(0.4)) } } };
    expect(fixedReading(more)).toBe(fixedReading(begun));
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
      /Race over a race of random proposals alone: \+2\.5 points \(95 % bootstrap: \+\d\.\d to \+\d\.\d, too narrow with so few seeds; 10,000 resamples of 3 and 2 seeds and of their trainings\)/,
    );
    // Three networks reached its second rung, and the order of so few says nothing.
    expect(text).not.toContain("τ of a rung's scores");
    expect(text).toContain(`| race-0 | ${record.fit?.networks} | 0.61 (`);
    expect(text).toMatch(/ \| 0\.65 \| 0\.71 \(0\.24 to 0\.91\), 8 draws \|/);
    expect(text).not.toContain("earlier trainings");
    const larger = readRaceRecord("data/records/protocol/R-race-2.json");
    const rungs = fixedReading({ ...band, races: { "race-0": record, "race-2": larger } });
    expect(rungs).toContain(
      [
        "Kendall's τ of a rung's scores with those of later ones (95 %), where at least 4 networks reached the later one (fewer have no order to speak of):",
        "",
        "| race | rung | with rung 2 | with rung 3 |",
        "| --- | --- | --- | --- |",
        "| race-2 | 1 | 0.11 (−0.26 to 0.45), 16 networks | 0.47 (−0.39 to 0.89), 6 networks |",
        "| race-2 | 2 |  | −0.33 (−0.85 to 0.52), 6 networks |",
        "",
      ].join("\n"),
    );
    const earlier = loadTrainRecords("data/records/frontier").map((found) => found.record);
    expect(fixedReading({ ...band, races: { "race-0": record } }, { earlier })).toContain(
      "), 18 architectures |",
    );
    // None of them is in the space of the headline's networks.
    expect(fixedReading({ ...band, races: { "race-2": larger } }, { earlier })).not.toContain(
      "earlier trainings",
    );
  });
});
