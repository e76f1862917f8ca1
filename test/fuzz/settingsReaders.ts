import { overridesFromFile, withAssignment } from "../../lib/cli/overrides";
import { analysisConfig, defaultAnalysisConfig } from "../../lib/config/analysisConfig";
import { baselineConfig, defaultBaselineConfig } from "../../lib/config/baselineConfig";
import { costMeasures } from "../../lib/config/costMeasures";
import { evolutionConfig } from "../../lib/config/evolutionConfig";
import { presetConfig } from "../../lib/config/presets";
import { raceConfig, raceMeasures, racePresetConfig } from "../../lib/config/raceConfig";
import { checkSchedule } from "../../lib/config/schedule";
import { type SearchConfig, searchConfig } from "../../lib/config/searchConfig";
import { spaceConfig } from "../../lib/config/spaceConfig";
import { type TrainConfig, trainConfig } from "../../lib/config/trainConfig";
import { trainPresetConfig } from "../../lib/config/trainPresets";
import { notebookParameters } from "../../lib/experiments/notebookParameters";
import { expandSweep } from "../../lib/sweep/expandSweep";
import { readSweepFile } from "../../lib/sweep/sweepFile";
import { ConfigError } from "../../lib/util/errors";
import { parseJson } from "../../lib/util/parseJson";
import { tinySearch } from "../helpers/tinySearch";
import { tinyTraining } from "../helpers/tinyTraining";
import type { Notes } from "./declared";
import type { FuzzReader } from "./fuzz";
import type { PutFile } from "./readers";

const searchNotes: Notes = {
  schedules:
    /(^|\.)(learningRate|temperature|edeT|entropy\.(cell|depth|width)|skipDropout|auxiliarySkip|zeroOne\.coefficient|perturbation\.epsilon)$/,
  names:
    /(^|\.)(method|measure|order|form|second|activation|weight|blockOrder|shortcutFrom|nonlinearity|process|processKind|cellShortcut|stridedConv|primitives\.\*|dataset)$/,
  whole:
    /(^|\.)(epochs|warmupEpochs|batchSize|seed|steps|imageSize|classes|initChannels|cellLayout\.\*|trainImages|testImages|evaluationImages|checkpointSteps|recalibrationBatches)$/,
  shares: /(^|\.)(weightShare|labelSmoothing|widthChoices\.\*)$/,
};
const trainNotes: Notes = {
  schedules: /(^|\.)(learningRate|teacherLearningRate|bopGamma|edeT|dropPath)$/,
  names: searchNotes.names as RegExp,
  whole:
    /(^|\.)(epochs|firstEpochs|batchSize|microBatch|seed|trainImages|testImages|checkpointSteps|recalibrationBatches|validateEvery|testEvery)$/,
  shares: /(^|\.)(validationShare|labelSmoothing)$/,
  optional: /^snapshotEpochs$/,
};

const schedules = [
  0.5,
  { kind: "linear", from: 1, to: 0 },
  { kind: "exponential", from: 1, factor: 0.9, min: 0.1 },
  { kind: "log_linear", from: 0.01, to: 10 },
  {
    kind: "steps",
    at: [
      [0, 1],
      [5, 0.1],
    ],
  },
  { kind: "warmup", epochs: 2, from: 0, after: { kind: "cosine", from: 1, to: 0 } },
];

const { evaluations, population, sample, attempts, budget, seed } = evolutionConfig({
  ...{ kind: "supernet", search: "ab".repeat(32), images: 10 },
});
const evolutionSettings = {
  evaluations,
  population,
  sample,
  attempts,
  budget: { ...budget, value: 1e6 },
  seed,
};

const sweep = {
  ...{ kind: "bars.sweep", schema: 1, name: "fuzz", note: "small" },
  common: { seeds: [0, 1], train: { preset: "smoke", overrides: { epochs: 2 } } },
  runs: [
    { name: "a", stage: "search", search: { preset: "smoke" }, grid: { "search.epochs": [4, 5] } },
    { name: "b", stage: "baseline", baseline: { family: "nin", block: "xnor", width: 0.5 }, seeds: [3] },
  ],
};

/** Readers of settings: files, presets, `--set`, sweep files, schedules, a notebook's parameters. */
export function settingsReaders(put: PutFile): FuzzReader[] {
  const fromFile = (input: Buffer) => overridesFromFile(put("config.json", input)) as never;
  const json = (input: Buffer): never => {
    try {
      return parseJson(input.toString()) as never;
    } catch (cause) {
      throw new ConfigError((cause as Error).message, { cause });
    }
  };
  const search: SearchConfig[] = [
    presetConfig("paper"),
    presetConfig("laptop"),
    tinySearch(),
    searchConfig(),
    ...costMeasures.map((measure) => searchConfig({ cost: { measure } })),
  ];
  const train: TrainConfig[] = [
    trainPresetConfig("bars_like"),
    trainPresetConfig("bop"),
    tinyTraining({ snapshotEpochs: [0] }),
  ];
  return [
    {
      name: "settings of a search",
      form: "json",
      seeds: search.map((config) => JSON.stringify(config)),
      read: (input) => searchConfig(fromFile(input)),
      notes: searchNotes,
    },
    {
      name: "settings of a training",
      form: "json",
      seeds: train.map((config) => JSON.stringify(config)),
      read: (input) => trainConfig(fromFile(input)),
      notes: trainNotes,
    },
    {
      name: "settings of an evolution",
      form: "json",
      seeds: costMeasures.map((measure) =>
        JSON.stringify({ ...evolutionSettings, budget: { ...evolutionSettings.budget, measure } }),
      ),
      read: (input) =>
        evolutionConfig({ kind: "supernet", search: "ab".repeat(32), images: 10 }, fromFile(input)),
      notes: {
        names: /measure$/,
        nullable: /^budget\.value$/,
        whole: /^(population|sample|evaluations|attempts|seed)$/,
      },
    },
    {
      name: "settings of a race",
      form: "json",
      // What is left out of a space is as in the second.
      seeds: [
        JSON.stringify(racePresetConfig("smoke")),
        ...raceMeasures.map((measure) =>
          JSON.stringify(racePresetConfig("smoke", { band: { measure, atLeast: 1, atMost: 1e5 } })),
        ),
        JSON.stringify({ ...racePresetConfig("smoke"), space: spaceConfig() }),
      ],
      read: (input) => raceConfig(fromFile(input)),
      notes: {
        ...trainNotes,
        nullable: /^proposals\.search$/,
        optional: /^train\.snapshotEpochs$/,
        shares: /(^|\.)(validationShare|labelSmoothing|widthChoices\.\*|parents|fitted)$/,
        whole:
          /(^|\.)(epochs|firstEpochs|batchSize|microBatch|seed|trainImages|testImages|steps|imageSize|classes|initChannels|cellLayout\.\*|networks|lossSteps|keep\.\*|epochs\.\*|random|alphas|generation|sample|attempts)$/,
      },
    },
    {
      name: "settings of an analysis",
      form: "json",
      seeds: [JSON.stringify({ ...defaultAnalysisConfig, taps: ["stem"] })],
      read: (input) => analysisConfig(fromFile(input)),
      notes: { whole: /(^|\.)(images|probeImages|batchSize|bits|subsets|batches|seed)$/ },
    },
    {
      name: "space",
      form: "json",
      seeds: [JSON.stringify(spaceConfig())],
      read: (input) => spaceConfig(fromFile(input)),
      notes: {
        names: searchNotes.names as RegExp,
        whole: /^(imageSize|classes|steps|initChannels|convGroups|cellLayout\.\*)$/,
      },
    },
    {
      name: "hand-made network",
      form: "json",
      seeds: [JSON.stringify(defaultBaselineConfig)],
      read: (input) => baselineConfig(fromFile(input)),
      notes: { names: /^(family|block|downsample)$/, whole: /^(imageSize|imageChannels|classes)$/ },
    },
    {
      name: "schedule",
      form: "json",
      seeds: schedules.map((schedule) => JSON.stringify(schedule)),
      read: (input) => {
        const value = json(input);
        checkSchedule("config", "rate", value, { min: 0 });
        return { rate: value };
      },
      notes: { schedules: /^rate$/ },
    },
    {
      name: "--set",
      form: "text",
      seeds: [
        "cost.budget=2e5",
        "weightShare=0.4",
        "space.cellLayout=[0,1,0]",
        "data.directory=data/raw",
        "epochs=7",
      ],
      read: (input) => searchConfig(withAssignment<SearchConfig>({}, input.toString())),
      agrees: (value) => {
        const { epochs, weightShare, cost, data, space, warmupEpochs } = value as SearchConfig;
        const numbers = [epochs, weightShare, cost.budget, warmupEpochs, ...space.cellLayout];
        if (!numbers.every((number) => typeof number === "number" && Number.isFinite(number)))
          return `its numbers are ${JSON.stringify(numbers)}`;
        return typeof data.directory === "string" ? null : `its folder is ${JSON.stringify(data.directory)}`;
      },
    },
    {
      name: "sweep file",
      form: "json",
      seeds: [JSON.stringify(sweep)],
      read: (input) => ({ jobs: expandSweep(readSweepFile(put("sweep.json", input))) }),
      notes: {
        schedules:
          /(learningRate|teacherLearningRate|bopGamma|edeT|temperature|dropPath|entropy\.(cell|depth|width)|skipDropout|auxiliarySkip|zeroOne\.coefficient|perturbation\.epsilon)$/,
        nullable: /^jobs\.\*\.(budget|steps\.\*\.model)$/,
        optional: /^jobs\.\*\.(budget|search|steps\..*)/,
        whole: /^jobs\.\*\.(seed|steps\.\*\.config\.(epochs|batchSize|seed))$/,
        names: /^jobs\.\*\.(kind|schema|stage|steps\.\*\.step)$/,
        free: /^jobs\.\*\.grid\./,
      },
      free: /^runs\.\*\.grid$/,
    },
    {
      name: "parameters of a notebook",
      form: "text",
      seeds: ["smoke|3|runs/a", "laptop|0|runs/b"],
      read: (input) => withEnvironment(input.toString()),
      agrees: (value, input) => {
        const [preset, given] = input.toString().split("|");
        const { seed: read, preset: named } = value as { seed: number; preset: string };
        const isWhole = Number.isSafeInteger(read) && read >= 0;
        if (!isWhole) return `its seed is ${read}`;
        if (given && !/^\s*\d+\s*$/.test(given))
          return `the seed ${JSON.stringify(given.slice(0, 20))} is taken for ${read}`;
        return preset && named !== preset ? `the preset is ${named}` : null;
      },
    },
  ];
}

function withEnvironment(text: string): unknown {
  const [preset = "", seed = "", directory = ""] = text.replaceAll("\0", "").split("|");
  const before = { ...process.env };
  try {
    Object.assign(process.env, { BARS_PRESET: preset, BARS_SEED: seed, BARS_OUT: directory });
    return notebookParameters("fuzz", { preset: "smoke", seed: 0 });
  } finally {
    for (const key of ["BARS_PRESET", "BARS_SEED", "BARS_OUT"]) {
      if (before[key] === undefined) delete process.env[key];
      else process.env[key] = before[key];
    }
  }
}
