import { describe, expect, it } from "vitest";
import { choicePlaces, predictedScore } from "../../lib/analysis/fitAlphas";
import { raceAgreement } from "../../lib/analysis/raceAgreement";
import { racePresetConfig } from "../../lib/config/raceConfig";
import { deriveInputOf } from "../../lib/derive/alphasAt";
import { derive } from "../../lib/derive/derive";
import { heldText } from "../../lib/derive/heldText";
import { alphaRanking } from "../../lib/experiments/alphaRanking";
import { loadTrainRecords } from "../../lib/experiments/loadTrainRecords";
import { randomKey } from "../../lib/random/randomKey";
import type { RaceFit, RaceRecord } from "../../lib/records/raceRecord";
import { DeriveError } from "../../lib/util/errors";
import { madeUpRace } from "../figures/madeUpRace";

const race = madeUpRace();
const fit = race.fit as RaceFit;

describe("a derivation from a race's fitted alphas", () => {
  it("by rule budget stays in the race's band, and is predicted better than every network raced", () => {
    const { genotype, cost, rule } = derive(deriveInputOf(race), { rule: "budget", prune: true });
    const { band } = racePresetConfig("laptop");
    expect(rule).toMatchObject({ measure: "bops", budget: band.atMost, atLeast: band.atLeast / band.atMost });
    expect(cost.bops).toBeLessThanOrEqual(band.atMost);
    const inside = race.networks.filter(
      (one) => one.cost.bops >= band.atLeast && one.cost.bops <= band.atMost,
    );
    const best = Math.max(...inside.map((one) => predictedScore(fit, one.genotype)));
    expect(inside.length).toBeGreaterThan(0);
    expect(predictedScore(fit, genotype)).toBeGreaterThanOrEqual(best - 1e-9);
  });

  it("works by every rule that needs no supernet", () => {
    const input = { ...deriveInputOf(race), key: randomKey(0) };
    for (const rule of [
      "argmax",
      "sample",
      "top_k",
      "several",
      "threshold",
      "skip_cap",
      "entropy_guard",
    ] as const)
      expect(choicePlaces(race.config.space, derive(input, rule).genotype).length, rule).toBeGreaterThan(0);
    const { held } = derive(input, "argmax");
    expect(held && heldText(held)).toMatch(/% of the 3000000 BOPs that networks of the race cost at most/);
  });

  it("is refused where there is no fit, and at an epoch", () => {
    const none: RaceRecord = { ...race, fit: null, status: "running" };
    expect(() => deriveInputOf(none)).toThrow(
      "deriveInputOf: expected a race whose first rung is complete with at least 8 networks that differ in score, got one that is running, with 96 scored. Run it on, or race more networks.",
    );
    expect(() => deriveInputOf(race, 3)).toThrow(
      "deriveInputOf: a race has one fit and no epochs, got epoch 3. Leave the epoch out.",
    );
    expect(() => deriveInputOf(race, 3)).toThrow(DeriveError);
  });

  it("is held against trainings as a search's alphas are", () => {
    const { architectures, tau } = alphaRanking(
      race,
      loadTrainRecords("data/records/frontier").map(({ record }) => record),
    );
    expect(architectures).toHaveLength(18);
    expect(Math.abs(tau?.value as number)).toBeLessThan(1);
  });
});

describe("raceAgreement", () => {
  it("compares every two rungs over the networks that ran both", () => {
    const rows = raceAgreement(race);
    expect(rows.map(({ from, to, networks }) => [from, to, networks])).toEqual([
      [0, 1, 32],
      [0, 2, 12],
      [0, 3, 4],
      [0, 4, 2],
      [1, 2, 12],
      [1, 3, 4],
      [1, 4, 2],
      [2, 3, 4],
      [2, 4, 2],
      [3, 4, 2],
    ]);
    expect(rows[0]?.tau?.interval).not.toBeNull();
  });

  it("leaves out what diverged, and says nothing of one network", () => {
    const networks = race.networks.map((one, i) =>
      i % 2 === 0 ? one : { ...one, results: one.results.slice(0, 1).map((r) => ({ ...r, score: null })) },
    );
    const [first] = raceAgreement({ ...race, networks });
    expect(first?.networks).toBeLessThan(32);
    expect(raceAgreement({ ...race, networks: race.networks.slice(0, 1) })[0]?.tau).toBeNull();
  });
});
