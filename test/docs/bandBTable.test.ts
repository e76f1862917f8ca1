import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { sampleSummary } from "../../lib/frontier/sampleSummary";
import { readRaceRecord } from "../../lib/records/raceRecordFile";
import { readTrainRecord } from "../../lib/records/trainRecordFile";

const page = readFileSync("docs/race.md", "utf8");
const share = (value: number) => (100 * value).toFixed(1);

it.each([0, 1, 2])("the row of band B's race with seed %i is what the records say", (seed) => {
  const { networks, winner, config, seconds } = readRaceRecord(`data/records/protocol/B-race-${seed}.json`);
  expect([networks.length, config.proposals.random]).toEqual([64, 32]);
  const last = networks.filter(({ results }) => results.length === 5);
  const chosen = networks[winner as number] as (typeof networks)[number];
  const held = last.map(({ results }) => results[4]?.heldOut?.accuracy as number).sort((a, b) => b - a);
  const trainings = [100, 101, 102].map((own) =>
    readTrainRecord(`data/records/protocol/B-race-${seed}-winner-s${own}.json`),
  );
  const accuracies = trainings.map(({ tests }) => tests[0]?.accuracy as number);
  const { mean, sd } = sampleSummary(accuracies);
  const what = chosen.origin.kind === "random" ? "a uniform draw" : "a mutation";
  const row = `| ${seed} | ${what} | ${(chosen.cost.bops / 1e6).toFixed(2)} M | ${held.map(share).join(", ")} % | ${share(mean)} ± ${share(sd as number)} % |`;
  expect(page).toContain(row);
  expect(chosen.origin.kind).toMatch(/^(random|mutation)$/);
  expect(Math.abs(mean - (held[0] as number))).toBeLessThan(0.006);
  expect(seconds / 60).toBeGreaterThan(28.5);
  expect(seconds / 60).toBeLessThan(33);
  const alike = networks
    .filter(({ results }) => results.length >= 3)
    .filter(({ genotype }) => `${genotype.depth} ${genotype.width}` === "0,0,1 1,1,1");
  expect(alike).toHaveLength([5, 0, 6][seed] as number);
});
