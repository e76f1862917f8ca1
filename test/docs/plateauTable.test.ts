import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { racedModel } from "../../lib/records/raceRecord";
import { readRaceRecord } from "../../lib/records/raceRecordFile";
import type { TrainRecord } from "../../lib/records/trainRecord";
import { readTrainRecord } from "../../lib/records/trainRecordFile";
import { genotypeHash } from "../../lib/space/genotypeJson";

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

const version6 = readTrainRecord("data/records/protocol/R-race-2-winner-s100-60epochs.json");
it.each([...compared, ["version 6", version6] as const])(
  "the training accuracies of %s are its record's",
  (title, { epochs, cost }) => {
    const at = [3, 10, 20, 30, 40, 50, 60].map((epoch) => epochs[epoch - 1]?.trainAccuracy as number);
    expect(page).toContain(`| ${title} | ${(cost.bops / 1e6).toFixed(2)} M | ${cells(at)} |`);
  },
);

it.each([
  ["deep", "bn_conv_relu", 4],
  ["deep-wide", "bn_conv_relu", 4],
  ["deep-react", "conv_bn_relu", 4],
  ["winner-bireal", "conv_bn_relu", 3],
  ["deep-bireal", "conv_bn_relu", 4],
] as const)("the row of plateau/%s is what its record says", (name, order, stages) => {
  const { config, data, model, tests } = look(name);
  // The page says that no test image was read.
  expect(tests).toEqual([]);
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

const ours = { activation: "ste", nonlinearity: "relu", rsign: false };
const biReal = { activation: "approx_sign", nonlinearity: "none", rsign: false };
const react = { activation: "approx_sign", nonlinearity: "rprelu", rsign: true };

it.each([
  ["deep", ours],
  ["deep-wide", ours],
  ["deep-react", react],
  ["winner-bireal", biReal],
  ["deep-bireal", biReal],
])("the recipe of %s is that of the headline but for the seed and its block", (name, block) => {
  const { config } = look(name);
  const { config: recipe } = headline("hand-made");
  const binarization = { ...recipe.binarization, ...block, blockOrder: config.binarization.blockOrder };
  expect(config).toEqual({ ...recipe, seed: 1, binarization });
});

it.each([
  ["held-version-4", "activated-race-1-winner", 8],
  ["held-hand-made", "hand-made", 8],
  ["held-hand-made", "hand-made", 12],
])(
  "%s differs from %s in the bound of latent weights alone, and epoch %i has the accuracies of the page",
  (name, free, epoch) => {
    const [held, other] = [look(name), headline(free)];
    const optimizer = { ...other.config.optimizer, latentBound: 1 };
    expect(held.config).toEqual({ ...other.config, optimizer });
    expect(held.model).toEqual(other.model);
    expect(held.tests).toEqual([]);
    const [a, b] = [held, other].map(({ epochs }) => share(epochs[epoch - 1]?.trainAccuracy as number));
    expect(page).toContain(`${a} and ${b} %`);
  },
);

it("the winner of version 6's race and the hand-made network train by one recipe, and have the accuracies of the page", () => {
  const race = readRaceRecord("data/records/protocol/R-race-2.json");
  const byHand = look("hand-made-12-epochs");
  const { binarization } = byHand.config;
  expect({ ...race.config.train, binarization }).toEqual(byHand.config);
  expect(byHand.data).toMatchObject(race.data);
  const model = racedModel(race);
  if (model.kind !== "genotype") throw new Error("expected a genotype");
  const winner = race.networks.find(
    ({ genotype }) => genotypeHash(genotype) === genotypeHash(model.genotype),
  );
  const last = winner?.results.at(-1);
  expect(last?.score).toBe(
    Math.max(
      ...race.networks.flatMap(({ results }) => (results.length === 5 ? (results[4]?.score ?? 0) : [])),
    ),
  );
  const [own, other] = [last?.score, byHand.epochs.at(-1)?.validation?.accuracy] as [number, number];
  expect(page).toContain(`has ${share(own)} % of 5,000 held-out training images after the 12 epochs`);
  expect(page).toContain(`on the same 45,000 images, has ${share(other)} %`);
  const [six, resnet] = [version6, headline("hand-made")].map(
    ({ tests }) => tests.find(({ which }) => which === "all")?.accuracy,
  ) as [number, number];
  const left = share(six - resnet);
  expect(page).toContain(`After 60 epochs ${left} of those ${share(own - other)} points are left`);
  expect(page).toContain(
    `has **${share(six)} %** of the test images, ResNet-20 **${share(resnet)} %**: +${left} points`,
  );
  const deviation = Math.sqrt((six * (1 - six) + resnet * (1 - resnet)) / 10_000);
  expect(page).toContain(`± ${(196 * deviation).toFixed(1)} (95 %)`);
  const [weights, others] = [version6, headline("hand-made")].map(({ cost }) => cost.binaryParameters);
  expect(page).toContain(
    `It has ${weights?.toLocaleString("en")} binary weights where ResNet-20 has ${others?.toLocaleString("en")}:`,
  );
  expect(winner?.origin.kind).toBe("random");
  expect(page).toContain(`one of the ${race.config.proposals.random} uniform draws`);
  const { flops = 0, bops = 0 } = winner?.cost ?? {};
  expect(page).toContain(`(${flops.toLocaleString("en")} FLOPs, ${(bops / 1e6).toFixed(2)} M BOPs;`);
});
