// The units of work of the comparison, in the order in which they are worth starting.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { cli, root } from "./library.mjs";
import {
  bands,
  differentiable,
  draws,
  longRecipe,
  race,
  recipe,
  searchSeeds,
  trainingSeeds,
} from "./protocol.mjs";

/** Where runs go on; what is finished is copied to data/records/protocol. */
export const runs = join(root, "runs/frontier");

/** Where the record of a finished unit is kept with the project. */
export const keptRecord = (id) => join(root, "data/records/protocol", `${id.replaceAll("/", "-")}.json`);

/**
 * One training. @param network a genotype file, or the name of a hand-made network.
 * @param needs a file without which it cannot begin.
 */
function training(band, name, network, seed, { preset, epochs }, needs) {
  const id = `${band}/${name}-s${seed}${epochs === recipe.epochs ? "" : `-${epochs}epochs`}`;
  const folder = join(runs, id);
  const settings = [
    "--preset",
    preset,
    "--epochs",
    String(epochs),
    "--seed",
    String(seed),
    "--dataset",
    "cifar10",
  ];
  return {
    id,
    kind: `training of ${epochs} epochs, band ${band}`,
    folder,
    needs: needs ?? [],
    command: [cli, "train", network, ...settings, "--out", folder],
    total: epochs,
  };
}

function drawUnits(name) {
  return Array.from({ length: draws.count }, (_, i) => {
    const file = join(runs, name, "draws", `draw-${String(i).padStart(2, "0")}.json`);
    return training(name, `draw-${String(i).padStart(2, "0")}`, file, trainingSeeds[0], recipe, [file]);
  });
}

/** A race, and the trainings of its winner. @param settings what the arm changes. */
function raceUnits(name, arm, seed, settings = []) {
  const { measure, low, high } = bands[name];
  const id = `${name}/${arm}-${seed}`;
  const folder = join(runs, id);
  const band = [`band.measure=${measure}`, `band.atLeast=${low}`, `band.atMost=${high}`];
  const set = [...band, ...settings].flatMap((one) => ["--set", one]);
  const winner = join(folder, "genotype.json");
  return [
    {
      id,
      kind: `${arm}, band ${name}`,
      folder,
      needs: [],
      command: [cli, "race", race.preset, "--seed", String(seed), "--workers", "1", ...set, "--out", folder],
      total: race.trainings,
    },
    ...trainingSeeds.map((own) => training(name, `${arm}-${seed}-winner`, winner, own, recipe, [winner])),
  ];
}

/** Where the settings of a band's differentiable searches are, and the searches with what is derived from them. */
export const differentiableFiles = (name) => ({
  settings: join(runs, name, "differentiable.json"),
  searches: searchSeeds.map((seed) => {
    const folder = join(runs, `${name}/differentiable-${seed}`);
    return { seed, folder, record: join(folder, "record.json"), genotype: join(folder, "derived.json") };
  }),
});

/** A gradient search, and the trainings of what is derived from it. */
function differentiableUnits(name) {
  const { settings, searches } = differentiableFiles(name);
  return searches.flatMap(({ seed, folder, genotype }) => {
    const id = `${name}/differentiable-${seed}`;
    const given = ["--config", settings, "--seed", String(seed), "--epochs", String(differentiable.epochs)];
    const search = {
      id,
      kind: `differentiable search, band ${name}`,
      folder,
      needs: [settings],
      command: [cli, "search", differentiable.preset, ...given, "--out", folder],
      total: differentiable.epochs,
    };
    const trainings = trainingSeeds.map((own) =>
      training(name, `differentiable-${seed}-winner`, genotype, own, recipe, [genotype]),
    );
    return [search, ...trainings];
  });
}

function bandUnits(name) {
  const band = bands[name];
  const each = (label, network, needs) =>
    trainingSeeds.map((seed) => training(name, label, network, seed, recipe, needs));
  const [first] = trainingSeeds;
  const earlier = join(runs, name, "earlier.json");
  const races = (arm, settings) => searchSeeds.flatMap((seed) => raceUnits(name, arm, seed, settings));
  return [
    ...races("race"),
    ...drawUnits(name),
    ...each("hand-made", band.handMade),
    ...(band.earlier ? each("earlier", earlier, [earlier]) : []),
    ...differentiableUnits(name),
    ...races("random-race", [`proposals.random=${race.networks}`]),
    training(name, "hand-made", band.handMade, first, longRecipe),
  ];
}

export function allUnits() {
  return Object.keys(bands).flatMap(bandUnits);
}

/** How far a unit is: its record's status, epochs (of a race: trainings of a rung) done, and their seconds. */
export function progressOf(unit) {
  const own = join(unit.folder, "record.json");
  // What another machine has finished is finished.
  const path = existsSync(own) ? own : keptRecord(unit.id);
  if (!existsSync(path))
    return { state: unit.needs.every((file) => existsSync(file)) ? "left" : "waits", done: 0, seconds: 0 };
  const record = JSON.parse(readFileSync(path, "utf8"));
  const epochs = record.epochs ?? record.networks.flatMap(({ results }) => results);
  const seconds = epochs.reduce((sum, epoch) => sum + (epoch.seconds ?? 0), 0);
  return { state: record.status === "finished" ? "done" : "begun", done: epochs.length, seconds };
}
