// The units of work of the comparison, in the order in which they are worth starting.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { cli, root } from "./library.mjs";
import { bands, draws, longRecipe, recipe, trainingSeeds } from "./protocol.mjs";

/** Where runs go on; what is finished is copied to data/records/protocol. */
export const runs = join(root, "runs/frontier");

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
    threads: 1,
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

function bandUnits(name) {
  const band = bands[name];
  const each = (label, network, needs) =>
    trainingSeeds.map((seed) => training(name, label, network, seed, recipe, needs));
  return [
    ...drawUnits(name),
    ...each("hand-made", band.handMade),
    ...(band.earlier
      ? each("earlier", join(runs, name, "earlier.json"), [join(runs, name, "earlier.json")])
      : []),
    training(name, "hand-made", band.handMade, trainingSeeds[0], longRecipe),
  ];
}

export function allUnits() {
  return Object.keys(bands).flatMap(bandUnits);
}

/** How far a unit is: its record's status, epochs done, and their seconds. */
export function progressOf(unit) {
  const path = join(unit.folder, "record.json");
  if (!existsSync(path))
    return { state: unit.needs.every((file) => existsSync(file)) ? "left" : "waits", done: 0, seconds: 0 };
  const record = JSON.parse(readFileSync(path, "utf8"));
  const epochs = record.epochs ?? [];
  const seconds = epochs.reduce((sum, epoch) => sum + (epoch.seconds ?? 0), 0);
  return { state: record.status === "finished" ? "done" : "begun", done: epochs.length, seconds };
}
