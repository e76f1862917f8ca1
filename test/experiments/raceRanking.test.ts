import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { fitAlphas, raceFitKey } from "../../lib/analysis/fitAlphas";
import { kendall } from "../../lib/analysis/rankCorrelation";
import { deriveInputOf } from "../../lib/derive/alphasAt";
import { logProbabilityOf, logPrunedProbability } from "../../lib/derive/logProbabilities";
import { fitRanking } from "../../lib/experiments/fitRanking";
import { equalAlphas, raceRanking } from "../../lib/experiments/raceRanking";
import { storedSearches } from "../../lib/experiments/storedSearches";
import { readRaceRecord } from "../../lib/records/raceRecordFile";
import { readSearchRecord } from "../../lib/records/searchRecordFile";
import { alphasFrom } from "../../lib/space/alphaShapes";
import { RecordError } from "../../lib/util/errors";

const race = readRaceRecord("data/records/race-small-seed0.json");
const search = readSearchRecord("data/records/frontier/searches/bars-6M-s0.json");
const every = ["random", "mutation", "fitted"] as const;

describe("raceRanking", () => {
  it("compares with the scores of a rung, over uniform draws or others", () => {
    const own = race.networks.filter(({ origin }) => origin.kind === "random");
    expect(raceRanking(search, race).networks).toBe(own.length);
    const score = ({ results }: (typeof own)[number], rung = 0) => results[rung]?.score ?? null;
    expect(raceRanking(score, race).tau?.value).toBe(1);
    expect(raceRanking(score, race, { origins: every }).networks).toBe(race.networks.length);
    const later = race.networks.filter((network) => score(network, 1) !== null);
    const second = raceRanking(score, race, { rung: 1, origins: every });
    expect(second.networks).toBe(later.length);
    expect(second.tau).toEqual(
      kendall(
        later.map((network) => score(network) as number),
        later.map((network) => score(network, 1) as number),
      ),
    );
  });

  it("asks a search for the probability of each network", () => {
    const there = { ...search, chosen: null };
    const { space, alphas } = deriveInputOf(there);
    const judge = ({ genotype }: (typeof race.networks)[number]) => logPrunedProbability(genotype, alphas);
    expect(
      race.networks.some((one) => logProbabilityOf(space, alphas, one.genotype, "softmax", 1) !== judge(one)),
    ).toBe(true);
    const { tau } = raceRanking(there, race, { origins: every });
    expect(tau).toEqual(raceRanking(judge, race, { origins: every }).tau);
    const flat = {
      ...there,
      epochs: there.epochs.map((epoch) => ({ ...epoch, alphas: alphasFrom(space, () => 1) })),
    };
    expect(raceRanking(flat, race, { origins: every }).tau).toEqual(
      raceRanking(equalAlphas(space), race, { origins: every }).tau,
    );
    expect(raceRanking(there, race, { origins: every, epoch: 0 }).tau).not.toEqual(
      raceRanking(there, race, { origins: every }).tau,
    );
  });

  it("gives the table of docs/search-repairs.md", () => {
    const races = [0, 1].map((seed) => readRaceRecord(`data/records/protocol/A-race-${seed}.json`));
    const table = readFileSync("docs/search-repairs.md", "utf8");
    const text = (tau: ReturnType<typeof raceRanking>["tau"]) => {
      const [value, low, high] = [tau?.value, ...(tau?.interval ?? [])].map((n) =>
        (n as number).toFixed(2).replace("-", "−"),
      );
      return low === undefined ? value : `${value} (${low} to ${high})`;
    };
    const row = (name: string, of: (race: (typeof races)[number]) => ReturnType<typeof raceRanking>["tau"]) =>
      expect(table).toContain(`${name} | ${races.map((race) => text(of(race))).join(" | ")} |`);
    const stored = Object.values(storedSearches("", "data/records/frontier/searches"));
    expect(stored).toHaveLength(9);
    for (const one of stored) {
      row("", (raced) => raceRanking(one, raced).tau);
      for (const raced of races) expect(raceRanking(one, raced).networks).toBe(48);
    }
    row("| BOPs alone", (raced) => raceRanking(stored[0] as (typeof stored)[0], raced).tauOfBops);
    row("| equal alphas", (raced) => raceRanking(equalAlphas(raced.config.space), raced).tau);
    row("left out of the fit", (raced) => fitRanking(raced).tauOfUniform);
    row("over all 96 networks, later proposals among them", (raced) => fitRanking(raced).tau);
    row("is a later proposal, nothing else", (raced) => fitRanking(raced).tauOfOrigin);
    // Records of schema 1 and 2 hold it with the means of the folds' fits.
    for (const raced of races) {
      const [now, stored] = [fitRanking(raced).tau?.value, raced.fit?.tau?.value];
      expect(Math.abs((now as number) - (stored as number))).toBeLessThan(0.02);
      const scored = raced.networks.flatMap(({ genotype, results }) =>
        results[0]?.score == null ? [] : [{ genotype, score: results[0].score }],
      );
      const fit = fitAlphas(raced.config.space, scored, raceFitKey(raced.config.seed));
      expect(fit?.tau).toMatchObject({ value: now });
    }
  });

  it("leaves out what is not judged or has no score, and refuses another space", () => {
    expect(raceRanking(() => null, race)).toEqual({ networks: 0, tau: null, tauOfBops: null });
    const other = readSearchRecord("data/records/search-plain-seed0.json");
    expect(() => raceRanking(other, race)).toThrow(
      new RecordError(
        "raceRanking: expected a search of the race's space, got one of another. Give records of one space.",
      ),
    );
  });
});
