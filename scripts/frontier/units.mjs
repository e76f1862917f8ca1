// The units of work of the comparison, in the order in which they are worth starting.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { cli, root } from "./library.mjs";
import {
  bands,
  differentiable,
  draws,
  headline,
  longBand,
  longDraws,
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
function training(band, name, network, seed, { preset, epochs, set = [] }, needs) {
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
    ...set.flatMap((one) => ["--set", one]),
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

/** The random draws of a band: their names, and where their genotypes are written. */
const drawFiles = (name) =>
  Array.from({ length: draws.count }, (_, i) => {
    const label = `draw-${String(i).padStart(2, "0")}`;
    return { label, file: join(runs, name, "draws", `${label}.json`) };
  });

/** What a band's races take instead of their preset's space. */
function spaceSettings({ space }) {
  const set = (key) => `space.${key}=${JSON.stringify(space[key])}`;
  const head = space.headActivation === undefined ? [] : [set("headActivation")];
  if (space.extraStem === undefined) return head;
  const others = ["initChannels", "cellLayout"].filter((key) => `${space[key]}` !== `${bands.A.space[key]}`);
  return [set("extraStem"), set("widthChoices"), ...others.map(set), ...head];
}

/** A race among networks of a band. @param own further settings. */
function raceUnit(id, { measure, low, high, space }, seed, own, trainings) {
  const folder = join(runs, id);
  const band = [`band.measure=${measure}`, `band.atLeast=${low}`, `band.atMost=${high}`];
  const set = [...band, ...own, ...spaceSettings({ space })].flatMap((one) => ["--set", one]);
  return {
    id,
    kind: `${id.replace(/^.*\/|-\d+$/g, "")}, band ${id[0]}`,
    folder,
    needs: [],
    command: [cli, "race", race.preset, "--seed", String(seed), "--workers", "1", ...set, "--out", folder],
    total: trainings,
  };
}

/** How networks of a band train. */
const recipeOf = (name) => ({ ...recipe, set: bands[name].blocks ?? [] });

/** The sizes of a band's races. */
const sizesOf = (name) => bands[name].race ?? race;

/** A race, and the trainings of its winner. @param random proposals of its first generation, drawn uniformly. */
function raceUnits(name, arm, seed, random) {
  const { networks, keep, trainings, settings = [] } = sizesOf(name);
  const sizes = [
    `proposals.random=${random}`,
    `rungs.networks=${networks}`,
    `rungs.keep=${JSON.stringify(keep)}`,
    ...settings,
  ];
  const unit = raceUnit(`${name}/${arm}-${seed}`, bands[name], seed, sizes, trainings);
  const winner = join(unit.folder, "genotype.json");
  return [
    unit,
    ...trainingSeeds.map((own) =>
      training(name, `${arm}-${seed}-winner`, winner, own, recipeOf(name), [winner]),
    ),
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

/** One training of each draw; a band whose draws another one trains takes them from there. */
function drawUnits(name) {
  const { drawnIn } = bands[name];
  return drawFiles(name).map(({ label, file }) => {
    const unit = training(name, label, file, trainingSeeds[0], recipeOf(name), [file]);
    return drawnIn === undefined ? unit : { ...unit, sameAs: unit.id.replace(name, drawnIn) };
  });
}

/** Trainings of the hand-made network; a band whose network another one trains takes them from there. */
function handMadeUnits(name, seeds, form) {
  const { handMade, trainedIn } = bands[name];
  return seeds.map((seed) => {
    const unit = training(name, "hand-made", handMade, seed, form);
    return trainedIn === undefined ? unit : { ...unit, sameAs: unit.id.replace(name, trainedIn) };
  });
}

/** What trains by the long recipe: the winner of the first race, the first draws, the hand-made network. */
function longUnits(name) {
  const [seed] = trainingSeeds;
  const [first] = searchSeeds;
  const winner = join(runs, `${name}/race-${first}`, "genotype.json");
  const drawn = drawFiles(name).slice(0, longDraws);
  return [
    training(name, `race-${first}-winner`, winner, seed, longRecipe, [winner]),
    ...drawn.map(({ label, file }) => training(name, label, file, seed, longRecipe, [file])),
    ...handMadeUnits(name, [seed], longRecipe),
  ];
}

const racesOf = (name, arm, random) => searchSeeds.flatMap((seed) => raceUnits(name, arm, seed, random));

/** What decides in a band. */
function decidingUnits(name) {
  return [
    ...racesOf(name, "race", sizesOf(name).random),
    ...drawUnits(name),
    ...handMadeUnits(name, trainingSeeds, recipe),
  ];
}

/** What is reported beside it. */
function besideUnits(name) {
  const { earlier, decides, control } = bands[name];
  if (decides)
    return control
      ? trainingSeeds.map((seed) => training(name, control.arm, control.network, seed, recipe))
      : [];
  const file = join(runs, name, "earlier.json");
  return [
    ...(earlier ? trainingSeeds.map((seed) => training(name, "earlier", file, seed, recipe, [file])) : []),
    ...differentiableUnits(name),
    ...racesOf(name, "random-race", sizesOf(name).networks),
    ...(name === longBand ? longUnits(name) : []),
  ];
}

/** Winners of races that are trained for the headline in another form, and where that form is. */
export const headlineFiles = {
  /** Version 2. */
  widened: {
    winner: join(
      runs,
      `${headline.winner.band}/${headline.winner.arm}-${headline.winner.seed}`,
      "genotype.json",
    ),
    form: join(runs, headline.name, "widened.json"),
  },
  /** Version 4. */
  activated: {
    winner: join(runs, `${headline.name}/race-${headline.race.seed}`, "genotype.json"),
    form: join(runs, headline.name, "activated.json"),
  },
};

/**
 * The race of version 6, and its winner beside the hand-made network as version 4 trains it, with each training seed; with the first one also the
 * hand-made network with the winner's blocks.
 */
function deeperUnits() {
  const { handMade, recipe: long, deeper } = headline;
  const { name, trainedIn, race: own, blocks, control } = deeper;
  const raced = raceUnit(`${name}/race-${own.seed}`, own, own.seed, own.settings, own.trainings);
  const winner = join(raced.folder, "genotype.json");
  const pairs = trainingSeeds.map((seed) => {
    const byHand = training(name, "hand-made", handMade, seed, long);
    return [
      training(name, `race-${own.seed}-winner`, winner, seed, { ...long, set: blocks }, [winner]),
      { ...byHand, sameAs: byHand.id.replace(name, trainedIn) },
    ];
  });
  const [first] = trainingSeeds;
  return { raced, pairs, control: training(name, control.arm, control.network, first, long) };
}

/**
 * What the first seed decides: the race of version 3; its winner with another head (version 4) and the hand-made network; the race of version 6
 * and its winner. Then the recipe of version 5, the other seeds of versions 4, 6 and 5, and the networks of versions 3 and 2 as they are.
 */
function headlineUnits() {
  const { name, handMade, recipe: long, race: own, activated, held } = headline;
  const { arm, seed: searched } = headline.winner;
  const { winner, form } = headlineFiles.activated;
  const { form: widened } = headlineFiles.widened;
  const pairsOf = (band, itsRecipe) =>
    trainingSeeds.map((seed) => [
      training(band, `${activated.arm}-${own.seed}-winner`, form, seed, itsRecipe, [form]),
      training(band, "hand-made", handMade, seed, itsRecipe),
    ]);
  const [first] = trainingSeeds;
  const [version4, ...others4] = pairsOf(name, long);
  const [version5, ...others5] = pairsOf(held.name, held.recipe);
  const {
    raced,
    pairs: [version6, ...others6],
    control,
  } = deeperUnits();
  return [
    raceUnit(`${name}/race-${own.seed}`, own, own.seed, [], own.trainings),
    ...version4,
    raced,
    ...version6,
    control,
    ...version5,
    ...[others4, others6, others5].flat(2),
    training(name, `race-${own.seed}-winner`, winner, first, long, [winner]),
    training(name, `${arm}-${searched}-winner`, widened, first, long, [widened]),
  ];
}

export function allUnits() {
  const names = Object.keys(bands);
  const all = [
    // Bands C and D are decided, whatever their other races give.
    ...["A", "B", "E", "F"].flatMap(decidingUnits),
    ...names.flatMap(decidingUnits),
    ...headlineUnits(),
    ...names.flatMap(besideUnits),
  ];
  return [...new Map(all.map((unit) => [unit.id, unit])).values()];
}

/** How far a unit is: its record's status, epochs (of a race: trainings of a rung) done, and their seconds. */
export function progressOf(unit) {
  const own = join(unit.folder, "record.json");
  // What another machine has finished is finished.
  const path = existsSync(own) ? own : keptRecord(unit.id);
  if (!existsSync(path)) {
    const ready = unit.sameAs === undefined && unit.needs.every((file) => existsSync(file));
    return { state: ready ? "left" : "waits", done: 0, seconds: 0 };
  }
  const record = JSON.parse(readFileSync(path, "utf8"));
  const epochs =
    record.epochs ?? record.networks.flatMap(({ results, again = [] }) => [...results, ...again]);
  // A network's seconds count from its beginning, an epoch's from the epoch before.
  const timed =
    record.epochs ?? record.networks.flatMap(({ results, again = [] }) => [...results.slice(-1), ...again]);
  const seconds = timed.reduce((sum, one) => sum + (one.seconds ?? 0), 0);
  return { state: record.status === "finished" ? "done" : "begun", done: epochs.length, seconds };
}
