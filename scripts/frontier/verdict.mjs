// What the comparison of docs/frontier-protocol.md says so far, from the records in data/records/protocol, as Markdown.
//
//   node scripts/frontier/verdict.mjs [FOLDER]
//
// Written before the first record was: what is computed was fixed with the comparison.
import { join } from "node:path";
import { bars, root } from "./library.mjs";
import { draws as drawn, margins, searchSeeds, trainingSeeds } from "./protocol.mjs";

const bands = bars.experiments.fixedComparison(process.argv[2] ?? join(root, "data/records/protocol"));
const earlier = bars.records
  .loadTrainRecords(join(root, "data/records/frontier"))
  .map(({ record }) => record);
const percent = (share) => (100 * share).toFixed(1);
const points = (share) => `${share < 0 ? "−" : "+"}${Math.abs(100 * share).toFixed(1)}`;
const millions = ([low, high]) =>
  `${(low / 1e6).toFixed(2)}${high > low ? ` to ${(high / 1e6).toFixed(2)}` : ""} M`;
const tauText = (tau) =>
  tau === null
    ? "–"
    : `${tau.value.toFixed(2)}${tau.interval ? ` (${tau.interval.map((end) => end.toFixed(2)).join(" to ")})` : ""}`;
const accuracies = (runs = []) => runs.map(({ accuracy }) => accuracy);
const table = (head, rows) =>
  [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");

if (Object.keys(bands).length === 0) console.log("No records yet: node scripts/frontier/run.mjs makes them.");
for (const [name, band] of Object.entries(bands)) {
  console.log(`## Band ${name}\n`);
  const rows = bars.experiments
    .comparedRows(band)
    .map(({ arm, runs, bops, ops, accuracy, sd }) => [
      arm,
      runs,
      millions(bops),
      millions(ops),
      `${percent(accuracy)}${sd === null ? "" : ` ± ${percent(sd)}`}`,
    ]);
  if (rows.length > 0)
    console.log(`${table(["arm", "runs", "BOPs", "OPs", "10,000 test images, %"], rows)}\n`);
  primary(band);
  secondary(band);
}

function primary({ chosen, draws, given }) {
  const races = chosen.race ?? {};
  const missing = [
    ...searchSeeds
      .filter((seed) => (races[seed]?.length ?? 0) < trainingSeeds.length)
      .map((seed) => `trainings of race seed ${seed}`),
    ...(draws.length < drawn.count ? [`${drawn.count - draws.length} draws`] : []),
    ...((given["hand-made"]?.length ?? 0) < trainingSeeds.length
      ? ["trainings of the hand-made network"]
      : []),
  ];
  if (missing.length > 0) console.log(`**Primary: not decided yet**, missing: ${missing.join(", ")}.\n`);
  if (Object.keys(races).length === 0 || draws.length === 0 || !given["hand-made"]) return;
  const arms = Object.fromEntries(Object.entries(races).map(([seed, runs]) => [seed, accuracies(runs)]));
  const { rows, holds } = bars.frontier.chosenComparison(
    { chosen: arms, draws: accuracies(draws), reference: accuracies(given["hand-made"]) },
    margins,
  );
  const cells = rows.map((row) => [
    row.name,
    `${points(row.overDraws)}`,
    `${row.rank} of ${draws.length + 1}`,
    points(row.overReference),
    row.welch ? `${row.welch.p.toPrecision(2)}` : "–",
    row.holds ? "yes" : "no",
  ]);
  const head = [
    "race seed",
    "over the draws' mean",
    "rank among them",
    "over the hand-made one",
    "Welch p",
    "holds",
  ];
  console.log(`${table(head, cells)}\n`);
  if (missing.length === 0) console.log(`**Primary: ${holds ? "holds" : "fails"}.**\n`);
}

function secondary({ races, chosen }) {
  const [race, random] = [chosen.race, chosen["random-race"]].map((seeds) =>
    Object.values(seeds ?? {}).map(accuracies),
  );
  if (race.length > 0 && random.length > 0) {
    const { difference, interval, draws } = bars.frontier.armDifference(race, random);
    console.log(
      `Race over random race: ${points(difference)} points, 95 % ${interval.map(points).join(" to ")} (${draws} resamples of seeds and trainings).\n`,
    );
  }
  const agreements = Object.entries(races).flatMap(([id, record]) =>
    bars.analysis
      .raceAgreement(record)
      .map(({ from, to, networks, tau }) => [id, from + 1, to + 1, networks, tauText(tau)]),
  );
  if (agreements.length > 0)
    console.log(`${table(["race", "rung", "with rung", "networks", "Kendall's τ"], agreements)}\n`);
  const fits = Object.entries(races)
    .filter(([, { fit }]) => fit)
    .map(([id, record]) => [
      id,
      record.fit.networks,
      tauText(record.fit.tau),
      tauText(bars.frontier.alphaRanking(record, earlier).tau),
    ]);
  if (fits.length > 0)
    console.log(
      `${table(["alphas fitted to", "networks", "τ, left out by folds", "τ with the earlier frontier's trainings"], fits)}\n`,
    );
}
