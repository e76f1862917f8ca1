// What each repair of the differentiable search does to how it ranks networks of a band of cost:
//
//   node scripts/repairs.mjs RACE/record.json [--only plain,all] [--seeds 1] [--judges one-shot] [--out runs/repairs]
//
// Searches the race's space by preset laptop with a budget at the band's upper end, as it is and with each repair of
// `searchRepairs` alone and all, and prints Kendall's τ of the uniform draws of the race: their scores in its first rung
// against what alphas, strengths (rule perturb; three quarters of the judging's time) and the supernet's accuracy at the network
// (one-shot) say of them. Searches go on where they stopped, and what is measured is not measured again.
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const load = (path) => createRequire(import.meta.url)(join(root, "lib/dist", path));
const bars = load("index.js");
const { writeFileAtomic } = load("util/atomicFile.js");
const { SupernetScorer } = load("search/supernetScorer.js");
const { logProbabilityOf } = load("derive/logProbabilities.js");
const { layered } = load("config/presets.js");

const { samplers, mixture, cost, alphaStart } = bars.config.searchRepairs;
const variants = {
  plain: {},
  "hard depths and widths": { samplers },
  "masks once": { mixture: { widthMasks: mixture.widthMasks } },
  "empty nodes by their share": { mixture: { emptyNodes: mixture.emptyNodes } },
  multiplier: { cost },
  "alphas wait": { alphaStart },
  all: bars.config.searchRepairs,
  // A one-shot supernet: weights alone, a uniform path in every step, four times the images.
  "sampled paths": {
    samplers: { cell: { method: "path" }, depth: { method: "path" }, width: { method: "path" } },
    data: { trainImages: 24000 },
    epochs: 12,
    warmupEpochs: 11,
  },
};
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: "string", default: Object.keys(variants).join(",") },
    seeds: { type: "string", default: "1" },
    out: { type: "string", default: "runs/repairs" },
    images: { type: "string", default: "320" },
    judges: { type: "string", default: "strengths,one-shot" },
  },
});
if (positionals.length !== 1)
  throw new Error("Give the record of one race: node scripts/repairs.mjs RACE/record.json");
const race = bars.records.readRaceRecord(positionals[0]);
const images = Number(values.images);
const asked = new Set(values.judges.split(","));
for (const judge of asked)
  if (!["strengths", "one-shot"].includes(judge))
    throw new Error(`--judges: expected some of strengths, one-shot, got ${judge}.`);
/** What the earlier frontier's searches had (data/records/frontier/searches), but for the budget. */
const base = {
  space: race.config.space,
  data: { dataset: "cifar10", trainImages: 6000, testImages: 1000 },
  strategies: { auxiliarySkip: { kind: "linear", from: 1, to: 0 } },
  cost: { measure: race.config.band.measure, budget: race.config.band.atMost },
};

/** The search of a variant, and every τ of it; read where it was measured before. */
async function measured(name, seed) {
  const directory = join(values.out, `${name.replaceAll(" ", "-")}-s${seed}`);
  const file = join(directory, "ranking.json");
  if (existsSync(file)) return JSON.parse(readFileSync(file, "utf8"));
  const config = bars.presetConfig("laptop", layered(layered(base, variants[name]), { seed }));
  mkdirSync(directory, { recursive: true });
  const record = await bars.search(config, { directory, progress: bars.openProgress() });
  const tau = (judge) => bars.frontier.raceRanking(judge, race).tau;
  const progress = bars.openProgress();
  const scorer = await SupernetScorer.open(record, join(directory, "checkpoint.safetensors"), {
    images,
    progress,
  });
  const { alphas } = record.epochs.at(-1);
  const strengths = asked.has("strengths") ? await scorer.strengths(alphas, "keep", progress) : null;
  const accuracies = new Map();
  if (asked.has("one-shot"))
    for (const network of race.networks)
      if (network.origin.kind === "random")
        accuracies.set(network.hash, await scorer.accuracy(network.genotype));
  scorer.dispose();
  // A sum of strengths is what rule perturb compares: softmax adds the same to every network.
  const strength = ({ genotype }) => logProbabilityOf(config.space, strengths, genotype, "softmax", 1);
  const { genotype, cost } = bars.derive(bars.deriveInputOf(record), { rule: "argmax", prune: true });
  const ranking = {
    name,
    seed,
    networks: bars.frontier.raceRanking(record, race).networks,
    tau: {
      alphas: tau(record),
      strengths: strengths && tau(strength),
      oneShot: asked.has("one-shot") ? tau(({ hash }) => accuracies.get(hash) ?? null) : null,
      bops: bars.frontier.raceRanking(record, race).tauOfBops,
    },
    expected: record.epochs.at(-1).expectedCost,
    argmax: { bops: cost.bops, cells: genotype.cells.map((edges) => edges.length) },
    seconds: record.epochs.reduce((sum, epoch) => sum + epoch.seconds, 0),
  };
  writeFileAtomic(file, JSON.stringify(ranking, null, 1));
  return ranking;
}

const text = (tau) =>
  tau === null
    ? "–"
    : `${tau.value.toFixed(2)}${tau.interval ? ` (${tau.interval.map((end) => end.toFixed(2)).join(" to ")})` : ""}`;

const rows = [];
for (const name of values.only.split(",")) {
  if (!Object.hasOwn(variants, name))
    throw new Error(`--only: expected some of ${Object.keys(variants).join(", ")}, got ${name}.`);
  for (let seed = 0; seed < Number(values.seeds); seed++) rows.push(await measured(name, seed));
}
// As a table, too: data/records/repairs/rankings.json is one.
const judges = {
  alphas: "the probability that a draw from the last epoch's alphas prunes to it",
  strengths: "what its choices count in the supernet's loss (rule perturb, judge keep)",
  oneShot: "its accuracy with the supernet's weights, batch norms recalibrated",
  bops: "its BOPs alone",
};
const columns = [
  { name: "search", unit: null, description: "what was repaired" },
  { name: "seed", unit: null, description: "seed of the search" },
  { name: "networks", unit: null, description: "uniform draws of the race's band" },
  ...Object.entries(judges).flatMap(([name, about]) => [
    {
      name,
      unit: null,
      description: `Kendall's tau of a draw's score in the race's first rung and ${about}`,
    },
    { name: `${name}From`, unit: null, description: "lower end of its 95 % interval over networks" },
    { name: `${name}To`, unit: null, description: "upper end" },
  ]),
  {
    name: "argmaxBops",
    unit: null,
    description: "BOPs of one image of the network that argmax derives, pruned",
  },
];
const cells = rows.map(({ name, seed, networks, tau, argmax }) => ({
  search: name,
  seed,
  networks,
  ...Object.fromEntries(
    Object.keys(judges).flatMap((judge) => {
      const [from, to] = tau[judge]?.interval ?? [null, null];
      return [
        [judge, tau[judge]?.value ?? null],
        [`${judge}From`, from],
        [`${judge}To`, to],
      ];
    }),
  ),
  argmaxBops: argmax.bops,
}));
bars.records.writeTableFile(
  join(values.out, "rankings.json"),
  bars.records.table("Repairs of the search in the band of a race", columns, cells, {
    sources: [`${positionals[0]} (config ${race.configHash.slice(0, 12)})`],
    notes: [`one-shot accuracies and strengths on ${images} images; one search a row`],
  }),
);
console.log(
  `Kendall's τ over ${rows[0].networks} uniform draws of the band, scores of the race's first rung (95 % interval over networks); BOPs alone: ${text(rows[0].tau.bops)}.\n`,
);
console.log(
  "| search | seed | alphas | strengths | one-shot accuracy | argmax, pruned, share of the budget | minutes |",
);
console.log("| --- | --- | --- | --- | --- | --- | --- |");
for (const { name, seed, tau, argmax, seconds } of rows) {
  const share = (argmax.bops / race.config.band.atMost).toFixed(2);
  console.log(
    `| ${name} | ${seed} | ${text(tau.alphas)} | ${text(tau.strengths)} | ${text(tau.oneShot)} | ${share} | ${(seconds / 60).toFixed(0)} |`,
  );
}
