import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { readTrainRecord } from "../../lib/records/trainRecordFile";

const page = readFileSync("docs/frontier.md", "utf8");
const headline = (name: string) => readTrainRecord(`data/records/protocol/H-${name}-s100-60epochs.json`);
const look = (name: string) => readTrainRecord(`data/records/plateau/${name}.json`);

const share = (value: number) => (100 * value).toFixed(1);
const cells = (values: readonly number[]) => values.map(share).join(" | ");

const compared = [
  ["version 4", headline("activated-race-1-winner")],
  ["binary ResNet-20, Bi-Real blocks", headline("hand-made")],
] as const;

it.each(compared)("the training accuracies of %s are its record's", (title, { epochs, cost }) => {
  const at = [3, 10, 20, 30, 40, 50, 60].map((epoch) => epochs[epoch - 1]?.trainAccuracy as number);
  expect(page).toContain(`| ${title} | ${(cost.bops / 1e6).toFixed(2)} M | ${cells(at)} |`);
});

it.each([
  ["deep", "bn_conv_relu", 4],
  ["deep-wide", "bn_conv_relu", 4],
  ["winner-bireal", "conv_bn_relu", 3],
  ["deep-bireal", "conv_bn_relu", 4],
] as const)("the row of plateau/%s is what its record says", (name, order, stages) => {
  const { config, cost, epochs, data, model } = look(name);
  expect([config.seed, config.epochs, data.trainImages]).toEqual([1, 60, 50_000]);
  expect(config.binarization.blockOrder).toBe(order);
  if (model.kind !== "genotype") throw new Error("expected a genotype");
  expect(model.genotype.width).toHaveLength(stages);
  const first = epochs.slice(0, 5).map(({ trainAccuracy }) => trainAccuracy);
  expect(page).toContain(
    `| \`${name}\` | ${(cost.bops / 1e6).toFixed(2)} M | ${cost.flops.toLocaleString("en")} | ${cost.binaryParameters.toLocaleString("en")} | ${cells(first)} |`,
  );
});

it("looks of the same cells differ in the block alone", () => {
  expect(look("deep-bireal").model).toEqual(look("deep").model);
  expect(look("winner-bireal").model).toEqual(headline("activated-race-1-winner").model);
});

it("the recipe of the looks is that of the headline but for the seed", () => {
  const { seed: _, ...recipe } = headline("hand-made").config;
  const { seed: __, ...own } = look("deep").config;
  expect(own).toEqual(recipe);
});
