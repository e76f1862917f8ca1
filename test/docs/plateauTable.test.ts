import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import type { TrainRecord } from "../../lib/records/trainRecord";
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

/** A network in the table of first epochs; a look that was stopped has none of the later ones. */
function rowOf(title: string, { cost, epochs }: TrainRecord): string {
  const at = [1, 2, 3, 4, 5, 6, 9, 12].map((epoch) => epochs[epoch - 1]);
  const accuracies = at.map((one) => (one ? share(one.trainAccuracy) : "–")).join(" | ");
  const counts = [cost.flops, cost.binaryParameters].map((count) => count.toLocaleString("en")).join(" | ");
  return `| ${title} | ${(cost.bops / 1e6).toFixed(2)} M | ${counts} | ${accuracies} |`;
}

it.each(compared)("the training accuracies of %s are its record's", (title, { epochs, cost }) => {
  const at = [3, 10, 20, 30, 40, 50, 60].map((epoch) => epochs[epoch - 1]?.trainAccuracy as number);
  expect(page).toContain(`| ${title} | ${(cost.bops / 1e6).toFixed(2)} M | ${cells(at)} |`);
});

it.each([
  ["deep", "bn_conv_relu", 4],
  ["deep-wide", "bn_conv_relu", 4],
  ["deep-react", "conv_bn_relu", 4],
  ["winner-bireal", "conv_bn_relu", 3],
  ["deep-bireal", "conv_bn_relu", 4],
] as const)("the row of plateau/%s is what its record says", (name, order, stages) => {
  const { config, data, model } = look(name);
  expect([config.seed, config.epochs, data.trainImages]).toEqual([1, 60, 50_000]);
  expect(config.binarization.blockOrder).toBe(order);
  if (model.kind !== "genotype") throw new Error("expected a genotype");
  expect(model.genotype.width).toHaveLength(stages);
  expect(page).toContain(rowOf(`\`${name}\``, look(name)));
});

it.each(compared)("the row of %s beside the looks is its record's", (title, record) => {
  expect(page).toContain(rowOf(title, record));
});

it("looks of the same cells differ in the block alone", () => {
  for (const name of ["deep-bireal", "deep-react"]) expect(look(name).model).toEqual(look("deep").model);
  expect(look("winner-bireal").model).toEqual(headline("activated-race-1-winner").model);
});

it("the recipe of the looks is that of the headline but for the seed", () => {
  const { seed: _, ...recipe } = headline("hand-made").config;
  const { seed: __, ...own } = look("deep").config;
  expect(own).toEqual(recipe);
});
