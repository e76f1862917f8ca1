// The README's first picture, docs/public/frontier.png, and the caption below it, from stored records.
//
//   node scripts/frontier/picture.mjs
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bars, lib, root } from "./library.mjs";
import { writePart } from "./parts.mjs";

const methods = {
  search: "gradient search",
  random: "random draws",
  evolution: "evolution",
  "resnet20 bireal": "hand-made",
  earlier: "gradient search",
  differentiable: "gradient search",
  "random-race": "race of random draws",
};

/** Trainings of the comparison and of what was trained before it by the same recipe; each random draw is a model of its own. */
export function pictured() {
  const bands = Object.entries(bars.experiments.fixedComparison(join(root, "data/records/protocol")));
  const called = (run) => ({ ...run, method: methods[run.method] ?? run.method });
  const known = new Set();
  // Bands call their arms alike; a training that two bands share is of the first.
  const compared = bands.flatMap(([band, own]) =>
    bars.frontier
      .armRuns(bars.experiments.comparedArms(own))
      .filter(({ run }) => !known.has(run) && known.add(run))
      .map((run) => called({ ...run, name: `${run.name}, band ${band}` })),
  );
  // Networks of other blocks are trained by other settings.
  const alike = compared.filter(({ recipe }) => recipe === compared[0]?.recipe);
  // A network that was trained before, too, is one model.
  const arms = new Map(alike.map(({ model, name, method }) => [model, { name, method }]));
  const found = bars.records.loadTrainRecords(join(root, "data/records/frontier"));
  const before = bars.frontier
    .comparableRuns(found, { which: "all", checkpoint: "last" })
    .runs.filter(({ run }) => !known.has(run))
    .map((run) => ({
      ...called(run),
      name: run.method === "random" ? `${run.name} ${run.model.slice(0, 8)}` : run.name,
      ...arms.get(run.model),
    }));
  const runs = [...alike, ...before];
  const recipe = alike[0]?.recipe;
  if (runs.some((run) => run.recipe !== recipe)) throw new Error("picture: the runs have several recipes.");
  return runs;
}

const { counted } = lib("util/counted.js");

/** What the README says below the picture. */
export function captionOf(runs) {
  const result = bars.frontier.frontier(runs, { measure: "bops" });
  const count = (method) => {
    const rows = result.rows.filter((row) => row.method === method);
    const seeds = new Set(rows.flatMap((row) => row.runs.map(({ seed }) => seed)));
    return { models: rows.length, trainings: rows.reduce((sum, row) => sum + row.runs.length, 0), seeds };
  };
  // Only the comparison's runs carry the name of a band.
  const fixed = result.rows.filter(({ name }) => / band [A-Z]$/.test(name)).length;
  const parts = result.methods.map(({ method }) => {
    const { models, trainings, seeds } = count(method);
    const list = [...seeds].sort((a, b) => a - b).join(", ");
    return `${method}: ${counted(models, "model")}, ${counted(trainings, "training")} (${seeds.size === 1 ? "seed" : "seeds"} ${list})`;
  });
  return (
    `Test accuracy on CIFAR-10 (10,000 images, last epoch) against binary operations of one image. ${parts.join("; ")}. ` +
    `${fixed} of the ${result.rows.length} models are of the comparison that was fixed before it was run, the others were made earlier; those of its bands C and D were chosen by OPs, not by BOPs. The stairs are the front of the means. ` +
    "One recipe: 8 epochs of all 50,000 training images, Adam, no teacher, short on purpose, so that the numbers compare models and say little of what hundreds of " +
    "epochs reach. Means over seeds with standard deviations; open markers are single trainings. What was fixed before the runs, and what it says so far: " +
    "[protocol](docs/frontier-protocol.md), [frontier](docs/frontier.md)."
  );
}

/** The part of the README that is made from records. */
export function readmePart(runs) {
  const { rows } = bars.frontier.frontier(runs, { measure: "bops" });
  const alt = `Test accuracy against binary operations of ${rows.length} models by how they were found, and their front`;
  return `![${alt}](docs/public/frontier.png)\n\n${captionOf(runs)}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const runs = pictured();
  const figure = bars.figures.frontierFigure(bars.frontier.frontier(runs, { measure: "bops" }));
  const { exportFigure } = lib("figures/export/exportFigure.js");
  await exportFigure(figure, join(root, "docs/public/frontier.png"), { engine: "builtin", dotsPerInch: 192 });
  console.log("docs/public/frontier.png");
  writePart("README.md", "frontier", readmePart(runs));
}
