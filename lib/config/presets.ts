import { counted } from "../util/counted";
import { ConfigError } from "../util/errors";
import { type Variant, VariantTable } from "../util/variantTable";
import { isSection, type Overrides, ownValue } from "./check";
import { datasets } from "./datasets";
import { type SearchConfig, searchConfig } from "./searchConfig";

/** Ready-made settings of searches. */
export interface SearchPreset extends Variant {
  /** One sentence for a menu. */
  readonly about: string;
  /** What it sets; the defaults hold for the rest. */
  readonly overrides: Overrides<SearchConfig>;
}

/** For alphas: no decay toward indecision. */
const alphaAdam = { method: "adam", momentum: 0, beta1: 0.5, beta2: 0.999, weightDecay: 0 } as const;
/** For short searches: binary weights learn faster under Adam than under SGD. */
const weightAdam = {
  method: "adam",
  momentum: 0,
  beta1: 0.9,
  beta2: 0.999,
  weightDecay: 0,
  learningRate: { kind: "cosine", from: 0.005, to: 0.0005 },
} as const;

const builtInPresets = {
  smoke: {
    name: "smoke",
    about: "Shows that everything works; minutes on two CPU cores. Its numbers mean nothing.",
    overrides: {
      space: {
        initChannels: 4,
        cellLayout: [0, 1, 0, 1, 0],
        steps: 2,
        cellShortcut: "avg_pool",
        widthChoices: [0.5, 1],
      },
      data: { trainImages: 1280, testImages: 320 },
      epochs: 8,
      warmupEpochs: 3,
      batchSize: 32,
      evaluationImages: 320,
      alphaOptimizer: { ...alphaAdam, learningRate: 0.05 },
      weightOptimizer: weightAdam,
      cost: { method: "log", measure: "bops", budget: 4e5, coefficient: 0.3 },
    },
  },
  laptop: {
    name: "laptop",
    about: "A real search on CIFAR-10 in about half an hour on two CPU cores.",
    overrides: {
      space: { initChannels: 8, cellLayout: [0, 0, 1, 0, 0, 1, 0, 0], steps: 3, cellShortcut: "avg_pool" },
      data: { trainImages: 5000, testImages: 1000 },
      epochs: 10,
      warmupEpochs: 3,
      batchSize: 64,
      evaluationImages: 1000,
      alphaOptimizer: { ...alphaAdam, learningRate: 0.02 },
      weightOptimizer: weightAdam,
      cost: { method: "log", measure: "bops", budget: 4e6, coefficient: 0.3 },
    },
  },
  paper: {
    name: "paper",
    about:
      "Full size, for a GPU: the space of the authors' public test network, the loop of DARTS' first-order settings (their own are not known).",
    overrides: {
      data: { dataset: "cifar10" },
      epochs: 50,
      warmupEpochs: 5,
      batchSize: 64,
      samplers: { cell: { method: "gumbel" }, depth: { method: "gumbel" }, width: { method: "gumbel" } },
    },
  },
  // The settings of the authors' ImageNet experiments are not known: the space is ours, the loop that of "paper".
  "paper-imagenet": {
    name: "paper-imagenet",
    about:
      "A search on pictures of 224 pixels, for a large GPU: four stages behind ResNet's stem, the loop of paper (the authors' own settings for ImageNet are not known). Give data.folder its path.",
    overrides: {
      space: {
        stem: "imagenet_7x7",
        initChannels: 32,
        cellLayout: [0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0],
      },
      data: {
        dataset: "image-folder",
        folder: { path: "data/raw/imagenet", imageSize: 224, classes: 1000 },
        augment: { cropBorder: 0, resizedCrop: 0.08, colourJitter: 0.4 },
      },
      // What ReActNet-A costs; networks of this space cost 16.5 to 133 million OPs.
      cost: { budget: 8.7e7 },
      epochs: 50,
      warmupEpochs: 5,
      batchSize: 64,
      evaluationImages: 10_000,
      samplers: { cell: { method: "gumbel" }, depth: { method: "gumbel" }, width: { method: "gumbel" } },
    },
  },
} as const satisfies Readonly<Record<string, SearchPreset>>;

export type PresetName = keyof typeof builtInPresets;

/** Presets of searches by name: the library's, and those of `definePreset`. */
export const searchPresets = new VariantTable<SearchPreset, PresetName>(
  "preset of searches",
  "definePreset",
  builtInPresets,
);

/**
 * The library's presets of searches.
 *
 * @example
 * ```ts
 * console.log(bars.config.presetNames.join(" ")); // smoke laptop paper paper-imagenet
 * ```
 */
export const presetNames = searchPresets.builtInNames;

/**
 * The complete settings of a preset, with overrides laid over it. A run with no more epochs than the preset's warm-up
 * has is given a shorter warm-up, unless the overrides say how long it is.
 *
 * @param say gets a line for each thing that was fitted so.
 * @throws ConfigError for an unknown preset, naming the known ones.
 *
 * @example
 * ```ts
 * const config = bars.presetConfig("laptop", { seed: 1, cost: { budget: 2e6 } });
 * console.log(config.epochs, config.cost.budget); // 10 2000000
 * ```
 */
export function presetConfig(
  name: string,
  overrides: Overrides<SearchConfig> = {},
  say: (line: string) => void = console.warn,
): SearchConfig {
  const preset = presetOf(searchPresets, name, "presetConfig").overrides;
  const settings = overPreset(preset, overrides) as Overrides<SearchConfig>;
  const given = isSection(overrides) && ownValue(overrides, "warmupEpochs") !== undefined;
  return searchConfig(given ? settings : withShorterWarmup(name, settings, say), name);
}

/** @throws ConfigError for an unknown preset, naming the known ones. */
export function presetOf<P extends Variant>(presets: VariantTable<P>, name: string, place: string): P {
  if (presets.has(name)) return presets.get(name);
  throw new ConfigError(
    `${place}: unknown preset "${name}". Known presets: ${presets.names.join(", ")}. One of your own must be defined first (definePreset).`,
  );
}

function withShorterWarmup(
  name: string,
  settings: Overrides<SearchConfig>,
  say: (line: string) => void,
): Overrides<SearchConfig> {
  const { epochs = 0, warmupEpochs = 0 } = isSection(settings) ? settings : {};
  if (!Number.isInteger(epochs) || epochs < 1 || warmupEpochs < epochs) return settings;
  const shorter = epochs - 1;
  say(
    `${name}: a warm-up of ${counted(warmupEpochs, "epoch")} leaves none of ${epochs} to search in; it is ${shorter} here (warmupEpochs).`,
  );
  return { ...settings, warmupEpochs: shorter };
}

/**
 * Settings laid over those of a preset, section by section. Where they name a data set that takes no folder of pictures, that of the
 * preset is left out.
 */
export function overPreset(preset: unknown, overrides: unknown): unknown {
  const settings = layered(preset, overrides);
  const given = isSection(overrides) ? ownValue(overrides, "data") : undefined;
  if (!isSection(settings) || !isSection(given) || ownValue(given, "folder") !== undefined) return settings;
  const dataset = ownValue(given, "dataset");
  const takesNone =
    typeof dataset === "string" && datasets.has(dataset) && datasets.get(dataset).formInSettings !== true;
  return takesNone ? { ...settings, data: { ...(settings["data"] as object), folder: undefined } } : settings;
}

/** `over` laid on `under`, section by section; arrays, names and schedules of `over` replace those of `under`. */
export function layered(under: unknown, over: unknown): unknown {
  if (over === undefined) return under;
  const isLayer = (value: unknown): value is Record<string, unknown> =>
    isSection(value) && !Object.hasOwn(value, "kind");
  if (!isLayer(under) || !isLayer(over)) return over;
  const keys = new Set([...Object.keys(under), ...Object.keys(over)]);
  return Object.fromEntries(
    [...keys].map((key) => [key, layered(ownValue(under, key), ownValue(over, key))]),
  );
}
