import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { racedModel } from "../../lib/records/raceRecord";
import { readRaceRecord } from "../../lib/records/raceRecordFile";
import { readTrainRecord } from "../../lib/records/trainRecordFile";

const page = readFileSync("docs/frontier.md", "utf8");
const read = (name: string) => readTrainRecord(`data/records/head/${name}.json`);

const share = (value: number) => (100 * value).toFixed(1);

it.each([
  ["winner", "winner of the headline's race", "none"],
  ["winner-bn_relu", "winner of the headline's race", "bn_relu"],
  ["resnet20", "binary ResNet-20, Bi-Real blocks", "none"],
  ["small", "winner of race seed 2, band A", "none"],
  ["small-bn_relu", "winner of race seed 2, band A", "bn_relu"],
])("the row of head/%s is what its record says", (name, title, head) => {
  const { config, cost, epochs, data, model } = read(name);
  expect([config.seed, config.validationShare, data.trainImages]).toEqual([1, 0.1, 45_000]);
  const accuracies = epochs.map(({ validation }) => share(validation?.accuracy as number));
  const bops = `${(cost.bops / 1e6).toFixed(2)} M`;
  expect(page).toContain(`| ${title} | ${bops} | ${head} | ${accuracies.join(" | ")} |`);
  if (model.kind === "genotype") expect(model.genotype.space.headActivation ?? "none").toBe(head);
});

it.each([
  ["winner", "H-race-1"],
  ["small", "A-race-2"],
])("head/%s is the winner of %s, and has a twin with another head alone", (name, race) => {
  const { genotype } = racedModel(readRaceRecord(`data/records/protocol/${race}.json`));
  const [own, twin] = [name, `${name}-bn_relu`].map((one) => read(one).model);
  if (own?.kind !== "genotype" || twin?.kind !== "genotype") throw new Error("expected genotypes");
  expect(own.genotype).toEqual(genotype);
  const { headActivation, ...space } = twin.genotype.space;
  expect({ ...twin.genotype, space }).toEqual(own.genotype);
  expect(headActivation).toBe("bn_relu");
});

it("the protocol's held-out accuracies after 8 epochs are the records'", () => {
  const race = readRaceRecord("data/records/protocol/H-race-1.json");
  const winner = race.networks.find(({ index }) => index === race.winner)?.results.at(-1)?.heldOut?.accuracy;
  const handMade = read("resnet20-8epochs").epochs.at(-1)?.validation?.accuracy;
  expect(readFileSync("docs/frontier-protocol.md", "utf8")).toContain(
    `${share(winner as number)} and ${share(handMade as number)} % (5,000 images, seed 1)`,
  );
});
