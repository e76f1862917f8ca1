import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { raceRanking } from "../../lib/experiments/raceRanking";
import { readRaceRecord } from "../../lib/records/raceRecordFile";
import { readSearchRecord } from "../../lib/records/searchRecordFile";

interface Tau {
  readonly value: number;
  readonly interval: readonly [number, number];
}

interface Ranking {
  readonly networks: number;
  readonly tau: Readonly<Record<"alphas" | "strengths" | "oneShot" | "bops", Tau>>;
  readonly argmax: { readonly bops: number };
}

const text = ({ value, interval }: Tau) =>
  `${value.toFixed(2)} (${interval.map((end) => end.toFixed(2)).join(" to ")})`.replaceAll("-", "−");

// As they are read in a table: nothing is "−0.00".
const shown = (tau: Tau) => text(tau).replaceAll("−0.00", "0.00");

describe("the CIFAR-10 table of docs/search-repairs.md", () => {
  const race = readRaceRecord("data/records/protocol/A-race-0.json");
  const page = readFileSync("docs/search-repairs.md", "utf8");

  it.each([
    ["plain", "plain"],
    ["all", "all repairs"],
  ])("says what the stored ranking of %s says, whose alphas rank so", (name, title) => {
    const ranking = JSON.parse(
      readFileSync(`data/records/repairs/${name}-seed0-ranking.json`, "utf8"),
    ) as Ranking;
    const record = readSearchRecord(`data/records/repairs/${name}-seed0.json`);
    expect(record.config.space).toEqual(race.config.space);
    const { networks, tau, tauOfBops } = raceRanking(record, race);
    expect(networks).toBe(ranking.networks);
    expect(tau).toEqual(ranking.tau.alphas);
    expect(tauOfBops).toEqual(ranking.tau.bops);
    const { alphas, strengths, oneShot, bops } = ranking.tau;
    const share = (ranking.argmax.bops / race.config.band.atMost).toFixed(2);
    expect(page).toContain(
      `| ${title} | ${shown(alphas)} | ${shown(strengths)} | ${shown(oneShot)} | ${share} |`,
    );
    expect(page).toContain(`| BOPs alone | ${shown(bops)} | | | |`);
  });
});
