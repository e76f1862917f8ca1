import { describe, expect, it } from "vitest";
import { choicePlaces, predictedScore } from "../../lib/analysis/fitAlphas";
import { raceAgreement } from "../../lib/analysis/raceAgreement";
import { racePresetConfig } from "../../lib/config/raceConfig";
import { spaceConfig } from "../../lib/config/spaceConfig";
import { totalCost } from "../../lib/cost/costTable";
import { deriveInputOf } from "../../lib/derive/alphasAt";
import { derive } from "../../lib/derive/derive";
import { heldText } from "../../lib/derive/heldText";
import { oneHotAlphas } from "../../lib/derive/oneHotAlphas";
import { prunedNetwork } from "../../lib/derive/prunedNetwork";
import { alphaRanking } from "../../lib/experiments/alphaRanking";
import { loadTrainRecords } from "../../lib/experiments/loadTrainRecords";
import { randomKey } from "../../lib/random/randomKey";
import type { RaceFit, RaceRecord } from "../../lib/records/raceRecord";
import { readRaceRecord } from "../../lib/records/raceRecordFile";
import { genotype } from "../../lib/space/genotype";
import { randomAlphas } from "../../lib/space/randomAlphas";
import { DeriveError } from "../../lib/util/errors";
import { madeUpRace } from "../figures/madeUpRace";
import { everyChoice } from "./everyChoice";

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

  it("by rule budget finds the best predicted one of all networks of the space, for any band", () => {
    const { config } = race;
    for (const [changed, seed] of [
      [{ cellLayout: [0, 1], steps: 2 }, 0],
      [{ cellLayout: [0, 0], reductionGroups: [], steps: 2 }, 1],
      [{ cellLayout: [0, 1, 0, 0], steps: 1, widthPer: "cell" }, 2],
      [{ cellLayout: [0, 1, 0], steps: 1, primitives: ["skip_connect", "bin_conv_3x3"] }, 3],
    ] as const) {
      const space = spaceConfig({ initChannels: 4, widthChoices: [0.5, 1], ...changed });
      const alphas = randomAlphas(space, 1.5, randomKey(seed));
      const values = [...alphas.cells.flat(2), ...alphas.depth.flat(), ...alphas.width.flat()];
      const all = everyChoice(space, false).map((choice) => {
        const pruned = prunedNetwork(genotype(space, choice));
        const score = choicePlaces(space, pruned).reduce((sum, at) => sum + (values[at] as number), 0);
        return { score, bops: totalCost(pruned).bops };
      });
      const costs = [...new Set(all.map(({ bops }) => bops))].sort((a, b) => a - b);
      const input = { ...deriveInputOf(race), space, alphas, style: config.train.binarization };
      for (const share of [0.3, 0.7, 1]) {
        const budget = costs[Math.floor(share * (costs.length - 1))] as number;
        for (const atLeast of [0, 0.8]) {
          if (budget === 0) continue;
          const rule = { rule: "budget", measure: "bops", budget, atLeast, prune: true } as const;
          const { genotype: chosen, cost } = derive(input, rule);
          const best = Math.max(
            ...all.filter(({ bops }) => bops <= budget && bops >= atLeast * budget).map(({ score }) => score),
          );
          const found = choicePlaces(space, chosen).reduce((sum, at) => sum + (values[at] as number), 0);
          expect(found).toBeCloseTo(best, 9);
          expect(cost.bops).toBeGreaterThanOrEqual(atLeast * budget);
          expect(chosen.cells).toEqual(prunedNetwork(chosen).cells);
        }
      }
    }
  });

  it("counts a network that costs exactly what the band asks for as inside", () => {
    const raced = readRaceRecord("data/records/protocol/A-race-0.json");
    const { genotype, cost } = raced.networks[raced.winner as number] as RaceRecord["networks"][number];
    const [least, most] = [cost.bops, 4_253_120];
    // A share of a budget, times the budget, came out larger than what it is a share of.
    expect((least / most) * most).toBeGreaterThan(least);
    const band = { measure: "bops", atLeast: least, atMost: most } as const;
    const certain = { ...(raced.fit as RaceFit), alphas: oneHotAlphas(genotype, 30) };
    const input = deriveInputOf({ ...raced, config: { ...raced.config, band }, fit: certain });
    expect(derive(input, { rule: "budget", prune: true }).cost.bops).toBe(least);
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
