import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { raceRanking } from "../../lib/experiments/raceRanking";
import { readRaceRecord } from "../../lib/records/raceRecordFile";
import { readSearchRecord } from "../../lib/records/searchRecordFile";
import type { TableRecord } from "../../lib/records/table";
import { readTable } from "../../lib/records/tableFile";

/** A τ of the stored table as the page writes it: true minus signs, and no "−0.00"; a dash where it was not measured. */
function shown(row: TableRecord, judge: string): string {
  if (row[judge] === null) return "–";
  const [value, from, to] = [judge, `${judge}From`, `${judge}To`].map((name) => Number(row[name]).toFixed(2));
  return `${value} (${from} to ${to})`.replaceAll("-", "−").replaceAll("−0.00", "0.00");
}

describe("the CIFAR-10 table of docs/search-repairs.md", () => {
  const race = readRaceRecord("data/records/protocol/A-race-0.json");
  const rankings = readTable("data/records/repairs/rankings.json");
  const page = readFileSync("docs/search-repairs.md", "utf8");

  it.each([
    ["plain", "plain"],
    ["hard depths and widths", "hard depths and widths"],
    ["masks once", "masks once"],
    ["empty nodes by their share", "empty nodes by their share"],
    ["multiplier", "multiplier"],
    ["alphas wait", "alphas wait"],
    ["all", "all repairs"],
    ["sampled paths", "sampled paths, 2,244 steps of weights"],
  ])("says what the stored ranking of %s says, whose alphas rank so", (name, title) => {
    const row = rankings.rows.find(({ search }) => search === name) as TableRecord;
    const record = readSearchRecord(`data/records/repairs/${name.replaceAll(" ", "-")}-seed0.json`);
    expect(record.config.space).toEqual(race.config.space);
    const { networks, tau, tauOfBops } = raceRanking(record, race);
    expect(networks).toBe(row["networks"]);
    expect([tau?.value, tau?.interval]).toEqual([row["alphas"], [row["alphasFrom"], row["alphasTo"]]]);
    expect([tauOfBops?.value, tauOfBops?.interval]).toEqual([row["bops"], [row["bopsFrom"], row["bopsTo"]]]);
    const judged = ["alphas", "strengths", "oneShot"].map((judge) => shown(row, judge)).join(" | ");
    const share = (Number(row["argmaxBops"]) / race.config.band.atMost).toFixed(2);
    expect(page).toContain(`| ${title} | ${judged} | ${share} |`);
    expect(page).toContain(`| BOPs alone | ${shown(row, "bops")} | | | |`);
  });
});
