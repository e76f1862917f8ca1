import { type Variant, VariantTable } from "../util/variantTable";
import { check, deepFreeze, type Overrides } from "./check";
import { checkClasses } from "./dataConfig";
import { formOf } from "./datasets";
import { kinds } from "./kinds";
import { layered, presetOf, searchPresets } from "./presets";
import { raceRungs } from "./raceRungs";
import { complete, flag, integer, number, oneOf, type SettingsOf, section, setting } from "./section";
import { type SpaceConfig, spaceConfig, spaceSection } from "./spaceConfig";
import { type TrainConfig, trainConfig, trainSection } from "./trainConfig";
import { trainPresets } from "./trainPresets";

/** What a band may count, for one image, one multiply-accumulate = 1: all of a row of the cost table, and OPs. */
export const raceMeasures = [
  "bops",
  "flops",
  "ops",
  "elementwise",
  "realParams",
  "binaryParams",
  "bits",
] as const;
export type RaceMeasure = (typeof raceMeasures)[number];

// What ranks: losses on images not yet seen, early in a training of the real recipe, by default from one seed and one order of
// batches for all networks. Sums of training losses: Ru et al. 2021, arXiv:2006.04492; rungs: successive halving,
// Jamieson & Talwalkar 2016, arXiv:1502.07943.
export const raceSection = section(
  { meaning: "A race of architectures: propose, train briefly, keep the best and train those on." },
  {
    band: section(
      {
        meaning: "What a network may cost. Operations that nothing feeds are taken out before it is costed.",
      },
      {
        measure: oneOf(raceMeasures, { default: "bops", meaning: "What the band counts." }),
        atLeast: number({
          default: 0,
          min: 0,
          unit: "operations per image",
          meaning: "The least a network costs, one multiply-accumulate = 1.",
        }),
        atMost: number({
          default: 3e6,
          above: 0,
          unit: "operations per image",
          meaning: "The most a network costs.",
        }),
      },
    ),
    space: spaceSection,
    proposals: section(
      { meaning: "Where the networks of the first rung come from." },
      {
        random: integer({
          default: 48,
          min: 0,
          unit: "networks",
          meaning:
            "Of the first generation, drawn uniformly over the choices of the space. As many as rungs.networks: a race of random proposals alone.",
        }),
        alphas: integer({
          default: 0,
          min: 0,
          unit: "networks",
          meaning: "Of the first generation, drawn from the alphas of a stored search.",
        }),
        search: setting(kinds.nullable(kinds.text, "none"), {
          default: null,
          meaning: "configHash of that search.",
        }),
        temperature: number({
          default: 1,
          above: 0,
          meaning: "Temperature of the draws from alphas: below 1 nearer to their largest.",
        }),
        generation: integer({
          default: 16,
          min: 1,
          unit: "networks",
          meaning:
            "Networks of each later generation, proposed together once all before them have a score: the result does not depend on how many are trained at once.",
        }),
        parents: number({
          default: 0.25,
          above: 0,
          max: 1,
          meaning: "Share of the networks, best first, that may be parents of mutations.",
        }),
        sample: integer({
          default: 2,
          min: 1,
          unit: "networks",
          meaning: "Of the parents, how many are drawn to compete for each mutation.",
          source: "tournament selection: Real et al. 2019, arXiv:1802.01548",
        }),
        fitted: number({
          default: 0.25,
          min: 0,
          max: 1,
          meaning:
            "Share of each later generation that is drawn from alphas fitted to the scores so far, coefficients drawn from their posterior.",
          source: "Thompson 1933; linear bandits: Agrawal & Goyal 2013, arXiv:1209.3352",
        }),
        attempts: integer({
          default: 20_000,
          min: 1,
          unit: "draws",
          meaning: "Draws tried for one new network within the band before giving up.",
        }),
      },
    ),
    rungs: raceRungs,
    train: section(
      { meaning: trainSection.meaning },
      {
        ...trainSection.fields,
        validationShare: { ...trainSection.fields.validationShare, default: 0.1 },
      },
    ),
    test: flag({
      default: false,
      meaning:
        "Whether the winner is measured on the test images at the end of its training, once. Nothing is chosen by it.",
    }),
    seed: integer({
      default: 0,
      min: 0,
      meaning: "Seed of everything random: proposals and trainings (rungs.seeds).",
    }),
  },
);

type AllSettings = SettingsOf<typeof raceSection.fields>;

/** Settings of one race. Plain data: JSON in, JSON out. */
export interface RaceConfig extends Omit<AllSettings, "space" | "train"> {
  readonly space: SpaceConfig;
  /** The recipe of the whole training, of which rungs are parts. Its seed is the race's, and that of its trainings unless they have their own (rungs.seeds). */
  readonly train: TrainConfig;
}

/**
 * Completes and checks the settings of a race. Images and classes of the space are those of the data set unless they are
 * given; the training's seed is the race's. Errors name the key.
 *
 * @example
 * ```ts
 * const config = bars.config.raceConfig({
 *   band: { measure: "bops", atLeast: 2.4e6, atMost: 3e6 },
 *   train: { epochs: 8, batchSize: 64, validationShare: 0.1 },
 * });
 * console.log(config.rungs.networks, config.train.epochs); // 96 8
 * ```
 */
export function raceConfig(overrides: Overrides<RaceConfig> = {}, place = "raceConfig"): RaceConfig {
  const all = complete(place, raceSection, overrides);
  const own = (overrides.train as Overrides<TrainConfig> | undefined)?.seed;
  const seeds = `the race's (${all.seed}), from which the seeds of its trainings come; leave it out and set the race's seed`;
  check(`${place}.train`, "seed", own === undefined || own === all.seed, seeds, own);
  const train = trainConfig({ ...all.train, seed: all.seed }, `${place}.train`);
  const given = { ...formOf(train.data), ...(overrides.space as object | undefined) };
  const space = spaceConfig(given, `${place}.space`);
  checkClasses(`${place}.space`, space.classes, train.data);
  const config: RaceConfig = deepFreeze({ ...all, space, train });
  checkBand(place, config);
  checkRungs(place, config);
  checkProposals(place, config);
  checkRecipe(place, config);
  return config;
}

function checkBand(place: string, { band }: RaceConfig): void {
  const { atLeast, atMost } = band;
  check(`${place}.band`, "atMost", atMost >= atLeast, `at least atLeast (${atLeast})`, atMost);
}

function checkRungs(place: string, { rungs, train }: RaceConfig): void {
  const at = `${place}.rungs`;
  const { networks, steps, lossSteps, keep, epochs } = rungs;
  check(at, "lossSteps", lossSteps <= steps, `at most the first rung's steps (${steps})`, lossSteps);
  const same = keep.length === epochs.length;
  check(at, "keep", same, `a list as long as epochs (${epochs.length})`, keep);
  const falls = keep.every((count, i) => count <= (i === 0 ? networks : (keep[i - 1] as number)));
  check(at, "keep", falls, `a list that never rises, from at most ${networks} (networks)`, keep);
  const rises = epochs.every((epoch, i) => i === 0 || epoch > (epochs[i - 1] as number));
  check(at, "epochs", rises, "a list that rises", epochs);
  const all = train.twoStep.firstEpochs + train.epochs;
  const last = epochs.at(-1) as number;
  check(at, "epochs", last <= all, `a list up to ${all} at most (the epochs of the training)`, epochs);
}

function checkProposals(place: string, { proposals, rungs }: RaceConfig): void {
  const at = `${place}.proposals`;
  const { random, alphas, search } = proposals;
  const most = `at most rungs.networks (${rungs.networks})`;
  check(at, "random", random <= rungs.networks, most, random);
  check(at, "alphas", random + alphas <= rungs.networks, `${most} together with random (${random})`, alphas);
  check(
    at,
    "search",
    alphas === 0 || search !== null,
    "the configHash of a search where alphas is above 0",
    search,
  );
}

function checkRecipe(place: string, { train, test, rungs }: RaceConfig): void {
  const at = `${place}.train`;
  const { validationShare, start, distillation, allowSmallerBatches, epochs, twoStep } = train;
  check(
    at,
    "validationShare",
    validationShare > 0,
    "above 0 (rungs are chosen by the accuracy on held-out training images), e.g. 0.1",
    validationShare,
  );
  check(at, "start", start === "random", '"random" (all networks of a race train from scratch)', start);
  const { method } = distillation;
  check(
    `${at}.distillation`,
    "method",
    method === "none",
    '"none" (networks of a race have no teacher)',
    method,
  );
  check(
    at,
    "allowSmallerBatches",
    !allowSmallerBatches,
    "false (what a race finds must not depend on the machine)",
    allowSmallerBatches,
  );
  const last = rungs.epochs.at(-1) as number;
  const whole = last === twoStep.firstEpochs + epochs;
  check(
    place,
    "test",
    !test || whole,
    `false where the last rung stops at ${last} of ${twoStep.firstEpochs + epochs} epochs: test images are for trainings that have ended`,
    test,
  );
}

/** Ready-made settings of races. */
export interface RacePreset extends Variant {
  /** One sentence for a menu. */
  readonly about: string;
  readonly overrides: Overrides<RaceConfig>;
}

/** The recipe of the project's frontier, its held-out images taken from the training files. */
const frontier = { ...trainPresets.get("laptop").overrides, validationShare: 0.1 };

const builtInPresets = {
  smoke: {
    name: "smoke",
    about: "Shows that everything works, in a minute or two. Its numbers mean nothing.",
    overrides: {
      band: { measure: "bops", atLeast: 5e4, atMost: 4e5 },
      space: searchPresets.get("smoke").overrides.space ?? {},
      proposals: { random: 6, generation: 3 },
      rungs: { networks: 12, steps: 12, lossSteps: 6, keep: [4, 2], epochs: [1, 2] },
      train: {
        ...trainPresets.get("smoke").overrides,
        epochs: 2,
        validationShare: 0.2,
        evaluation: { recalibrationBatches: 4 },
      },
    },
  },
  laptop: {
    name: "laptop",
    about:
      "A real race on CIFAR-10; three quarters of an hour to an hour and a half on two CPU cores, by measured speeds of its trainings.",
    overrides: {
      band: { measure: "bops", atLeast: 2.4e6, atMost: 3e6 },
      space: { initChannels: 16, cellLayout: [0, 0, 1, 0, 0, 1, 0, 0], steps: 3, cellShortcut: "avg_pool" },
      proposals: { random: 32 },
      rungs: { networks: 64, keep: [16, 6, 3, 2] },
      train: { ...frontier, data: { dataset: "cifar10" }, epochs: 8 },
    },
  },
  paper: {
    name: "paper",
    about: "The authors' public space, 256 networks, 60 epochs for the last; for many cores or a day.",
    overrides: {
      band: { measure: "bops", atLeast: 6e6, atMost: 7.5e6 },
      space: { initChannels: 16, cellLayout: [0, 0, 1, 0, 0, 1, 0, 0], steps: 4, cellShortcut: "avg_pool" },
      proposals: { random: 96, generation: 32 },
      rungs: { networks: 256, keep: [64, 24, 8, 3], epochs: [1, 3, 10, 60] },
      train: { ...frontier, data: { dataset: "cifar10" }, epochs: 60 },
    },
  },
} as const satisfies Readonly<Record<string, RacePreset>>;

export type RacePresetName = keyof typeof builtInPresets;

/** Presets of races by name. */
export const racePresets = new VariantTable<RacePreset, RacePresetName>(
  "preset of races",
  "definePreset",
  builtInPresets,
);

/**
 * The library's presets of races.
 *
 * @example
 * ```ts
 * console.log(bars.config.racePresetNames); // ["smoke","laptop","paper"]
 * ```
 */
export const racePresetNames = racePresets.builtInNames;

/** What a preset of races is for, in a sentence. */
export function racePresetAbout(name: RacePresetName): string {
  return racePresets.get(name).about;
}

/**
 * The complete settings of a preset of races, with overrides laid over it.
 * @throws ConfigError for an unknown preset, naming the known ones.
 *
 * @example
 * ```ts
 * const config = bars.config.racePresetConfig("laptop", { band: { atLeast: 6e6, atMost: 7.5e6 }, seed: 1 });
 * console.log(config.rungs.keep, config.train.seed); // [16,6,3,2] 1
 * ```
 */
export function racePresetConfig(
  name: string,
  overrides: Overrides<RaceConfig> = {},
  place = name,
): RaceConfig {
  const { overrides: own } = presetOf(racePresets, name, "racePresetConfig");
  return raceConfig(layered(own, overrides) as Overrides<RaceConfig>, place);
}
