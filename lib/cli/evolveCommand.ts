import { existsSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { describeBackend } from "../backend/backendInfo";
import type { Overrides } from "../config/check";
import { costMeasures } from "../config/costMeasures";
import type { DataConfig } from "../config/dataConfig";
import {
  defaultEvolutionSettings as defaults,
  type EvolutionConfig,
  type EvolutionSettings,
  evolutionConfig,
} from "../config/evolutionConfig";
import { presetNames } from "../config/presets";
import type { SpaceConfig } from "../config/spaceConfig";
import { spaceFor } from "../config/spaceFor";
import type { TrainConfig } from "../config/trainConfig";
import { trainPresetConfig, trainPresetNames, trainPresets } from "../config/trainPresets";
import { evolutionText } from "../evolution/evolutionText";
import { storedSearch } from "../evolution/storedSearch";
import { saveGenotype } from "../figures/export/saveArchitecture";
import { evolvedModel } from "../records/evolutionRecord";
import { describeGenotype } from "../space/describeGenotype";
import { ConfigError } from "../util/errors";
import { openProgress } from "../util/progressSinks";
import { overridesFromFile, overridesOf } from "./overrides";
import { sayingWhenRead } from "./readNotRun";
import { settingsHelp } from "./settingsCommand";
import { startedBackend } from "./startedBackend";
import { backendOption, place, positive, presetName, several, wholeNumber } from "./values";

interface Options {
  readonly population: number;
  readonly sample: number;
  readonly evaluations: number;
  readonly attempts: number;
  readonly budget?: number;
  readonly measure: EvolutionSettings["budget"]["measure"];
  readonly atLeast?: number;
  readonly prune?: boolean;
  readonly early?: number;
  readonly seed: number;
  readonly images?: number;
  readonly space?: string;
  readonly preset?: string;
  readonly config?: string;
  readonly set: string[];
  readonly backend?: string;
  readonly out: string;
}

/** `bars evolve`: regularised evolution on a search's supernet, or by short trainings. */
export function evolveCommand(): Command {
  return new Command("evolve")
    .description(
      "search an architecture by regularised evolution within a budget; run again with the same settings and folder to resume",
    )
    .argument(
      "[search]",
      "folder or record of a finished search: fitness is the accuracy with its supernet's weights; without one each architecture is trained from scratch, briefly",
      place,
    )
    .option("--population <number>", "architectures alive at once", wholeNumber, defaults.population)
    .option(
      "--sample <number>",
      "of them, how many compete to be the next parent",
      wholeNumber,
      defaults.sample,
    )
    .option("--evaluations <number>", "architectures evaluated in all", wholeNumber, defaults.evaluations)
    .option(
      "--attempts <number>",
      "draws tried for one architecture within the budget",
      wholeNumber,
      defaults.attempts,
    )
    .option("--budget <operations>", "the most an architecture may cost for one image, e.g. 2e6", positive)
    .option("--at-least <operations>", "the least an architecture may cost, e.g. 1.6e6", positive)
    .option("--prune", "leave out what nothing feeds before an architecture is costed and evaluated")
    .option(
      "--early <steps>",
      "without a search: train so many steps by a common seed, and judge by the mean loss of their second half",
      wholeNumber,
    )
    .option("--measure <name>", `what the budget counts: ${costMeasures.join(", ")}`, "bops")
    .option("--seed <number>", "seed of everything random", wholeNumber, 0)
    .option(
      "--images <number>",
      "with a search: images of its alpha split to measure on; 0: all (default: 1000)",
      wholeNumber,
    )
    .option(
      "--space <name>",
      `without a search: preset of searches whose space it is (${presetNames.join(", ")}; default: smoke), or a JSON file of a space's settings`,
    )
    .option(
      "--preset <name>",
      `without a search: settings of the short training to start from: ${trainPresetNames.join(", ")} (default: smoke)`,
      presetName(trainPresets),
    )
    .option("--config <file>", "JSON file of settings of the short training laid over the preset")
    .option(
      "--set <path=value>",
      "one setting of the short training, e.g. epochs=2 (repeatable)",
      several,
      [],
    )
    .addOption(backendOption())
    .option("--out <folder>", "folder of the run", "runs/evolve")
    .addHelpText("after", settingsHelp("train"))
    .action(run);
}

async function run(search: string | undefined, options: Options): Promise<void> {
  const config = search === undefined ? byTraining(options) : onSupernet(search, options);
  console.log(describeBackend(await startedBackend(options.backend)));
  const { evolve } = await import("../evolution/evolve.js");
  const record = await sayingWhenRead(options.out, () =>
    evolve(config, {
      directory: options.out,
      progress: openProgress(),
      ...(search === undefined ? {} : { search }),
    }),
  );
  const { genotype } = evolvedModel(record);
  const { fitness } = config;
  const style =
    fitness.kind === "training"
      ? fitness.train.binarization
      : storedSearch(search as string).record.config.binarization;
  const files = saveGenotype(options.out, genotype, style);
  console.log(
    `\n${describeGenotype(genotype)}\n\n${evolutionText(record)}\n\nrecord    ${join(options.out, "record.json")}\ngenotype  ${files.genotype}\ndrawing   ${files.drawing}\nlayers    ${files.report}`,
  );
}

function onSupernet(search: string, options: Options): EvolutionConfig {
  const without = (["space", "preset", "config"] as const).find((key) => options[key] !== undefined);
  if (without !== undefined || options.set.length > 0) {
    throw new ConfigError(
      `bars evolve: --${without ?? "set"} has no effect with a search, whose space and supernet are used. Leave it out, or leave ${search} out.`,
    );
  }
  if (options.early !== undefined) {
    throw new ConfigError(
      `bars evolve: --early has no effect with a search, whose supernet says how fit architectures are. Leave it out, or leave ${search} out.`,
    );
  }
  const { record } = storedSearch(search);
  const fitness = { kind: "supernet", search: record.configHash, images: options.images ?? 1000 } as const;
  return evolutionConfig(fitness, settings(options), "bars evolve");
}

function byTraining(options: Options): EvolutionConfig {
  if (options.images !== undefined) {
    throw new ConfigError(
      "bars evolve: --images has no effect without a search; short trainings measure on their validationShare. Leave it out, or give a search.",
    );
  }
  const train = trainPresetConfig(
    options.preset ?? "smoke",
    overridesOf<TrainConfig>(options, [["seed", 0]]),
  );
  const steps = options.early;
  const early = steps === undefined ? {} : { early: { steps, lossSteps: Math.max(1, Math.ceil(steps / 2)) } };
  return evolutionConfig(
    { kind: "training", space: spaceNamed(options.space ?? "smoke", train.data), train, ...early },
    settings(options),
    "bars evolve",
  );
}

/** A preset's space, or that of a file; images and classes are the data set's unless the file says otherwise. */
function spaceNamed(text: string, data: DataConfig): SpaceConfig {
  if (!(presetNames as readonly string[]).includes(text) && existsSync(text))
    return spaceFor(data, null, overridesFromFile<SpaceConfig>(text, "--space"), text);
  return spaceFor(data, text, {}, text);
}

function settings(options: Options): Overrides<EvolutionSettings> {
  const { population, sample, evaluations, attempts, measure, seed, budget = null, atLeast, prune } = options;
  return {
    ...{ population, sample, evaluations, attempts, seed },
    budget: { measure, value: budget, ...(atLeast === undefined ? {} : { atLeast }) },
    ...(prune ? { prune } : {}),
  };
}
