import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { sampleSummary } from "../../lib/frontier/sampleSummary";
import { racedModel } from "../../lib/records/raceRecord";
import { readRaceRecord } from "../../lib/records/raceRecordFile";
import { scoreAgain } from "../../lib/records/raceStandings";
import type { TrainRecord } from "../../lib/records/trainRecord";
import { readTrainRecord } from "../../lib/records/trainRecordFile";

const page = readFileSync("docs/race.md", "utf8");
const race = readRaceRecord("data/records/protocol/D-race-0.json");
const look = (name: string) => readTrainRecord(`data/records/blocks/${name}.json`);
const share = (value: number) => (100 * value).toFixed(1);

it("the table of the last networks of band D's race with seed 0 is its record's", () => {
  const last = race.networks.filter(({ again }) => again !== undefined);
  expect(last).toHaveLength(4);
  for (const network of last) {
    const others = (network.again ?? []).map(({ heldOut }) => share(heldOut?.accuracy as number));
    const mean = share(scoreAgain(race.config, network) as number);
    const before = share(network.results.at(-1)?.heldOut?.accuracy as number);
    const row = `| ${network.index} | ${before} | ${others.join(", ")} | ${mean} |`;
    expect(page.replaceAll("**", "")).toContain(row);
  }
  expect(race.winner).toBe(49);
});

const summary = (values: readonly number[]) => {
  const { mean, sd } = sampleSummary(values);
  return sd === null ? share(mean) : `${share(mean)} ± ${share(sd)}`;
};

it.each([
  ["as it is", ["react"]],
  ["`bn_relu`", ["react-head-s200", "react-head-s201", "react-head-s202"]],
] as const)("the row of ReActNet's blocks, head %s, is what the records say", (head, names) => {
  const records = names.map(look);
  const held = records.map(({ epochs }) => epochs.at(-1)?.validation?.accuracy as number);
  const at = [2, 4, 6, 8].map((epoch) => share(records[0]?.epochs[epoch - 1]?.trainAccuracy as number));
  expect(page).toContain(`| ReActNet's | ${head} | ${names.length} | ${at.join(", ")} | ${summary(held)} |`);
  for (const { config, cost, data, epochs } of records) {
    expect([epochs.length, data.trainImages, data.validationImages]).toEqual([8, 45_000, 5000]);
    expect(config.binarization).toMatchObject({
      ...{ activation: "approx_sign", blockOrder: "conv_bn_relu", nonlinearity: "rprelu", rsign: true },
    });
    expect(race.networks[49]?.cost).toMatchObject({ bops: cost.bops, flops: cost.flops });
  }
});

it("the row of the race's own blocks is of its three trainings", () => {
  const { results, again = [] } = race.networks[49] as (typeof race.networks)[number];
  const held = [results.at(-1), ...again].map((one) => one?.heldOut?.accuracy as number);
  expect(page).toContain(`| batch norm, sign, convolution, ReLU | as it is | 3 | – | ${summary(held)} |`);
  // What is trained in other blocks is what the race chose.
  const { cells, depth, width } = racedModel(race).genotype;
  for (const name of ["react", "react-head-s201"]) {
    const { model } = look(name);
    expect(model).toMatchObject({ kind: "genotype", genotype: { cells, depth, width } });
  }
});

it("what blocks and head give to the twelve draws is what the records say", () => {
  const draws = Array.from({ length: 12 }, (_, i) => {
    const [before, after] = ["D", "E"].map((band) =>
      readTrainRecord(`data/records/protocol/${band}-draw-${String(i).padStart(2, "0")}-s100.json`),
    ) as [TrainRecord, TrainRecord];
    const [a, b] = [before.model, after.model];
    if (a.kind !== "genotype" || b.kind !== "genotype") throw new Error("a draw is a genotype");
    // The same network: what differs is its head, and the blocks of its training.
    expect({ ...b.genotype, space: { ...b.genotype.space, headActivation: "none" } }).toEqual({
      ...a.genotype,
      space: { ...a.genotype.space, headActivation: "none" },
    });
    expect(b.genotype.space.headActivation).toBe("bn_relu");
    expect([before.config.seed, after.config.seed]).toEqual([100, 100]);
    const [was, is] = [before, after].map(({ tests }) => tests[0]?.accuracy as number) as [number, number];
    return { was, is, gain: is - was };
  });
  const gains = draws.map(({ gain }) => gain);
  expect(page).toContain(
    `by ${share(Math.min(...gains))} to ${share(Math.max(...gains))} points, **${summary(gains)}** on average (${summary(draws.map(({ is }) => is))} % where it was ${summary(draws.map(({ was }) => was))})`,
  );
});
