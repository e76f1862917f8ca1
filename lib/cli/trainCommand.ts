import { Command } from "commander";
import { describeBackend } from "../backend/backendInfo";
import { datasets } from "../config/datasets";
import { layered } from "../config/presets";
import { type TrainConfig, trainConfig } from "../config/trainConfig";
import { trainPresetConfig, trainPresetNames, trainPresets } from "../config/trainPresets";
import { trainSummaryText } from "../experiments/trainSummaryText";
import { forDataset, trainTarget } from "../experiments/trainTarget";
import { trainFiles } from "../train/trainFiles";
import { ConfigError } from "../util/errors";
import { openProgress } from "../util/progressSinks";
import { overridesOf } from "./overrides";
import { sayingWhenRead } from "./readNotRun";
import { settingsHelp } from "./settingsCommand";
import { startedBackend } from "./startedBackend";
import { backendOption, fileAt, presetName, several, wholeNumber } from "./values";

interface Options {
  readonly preset?: string;
  readonly config?: string;
  readonly set: string[];
  readonly seed?: number;
  readonly epochs?: number;
  readonly dataset?: string;
  readonly dataDir?: string;
  readonly backend?: string;
  readonly supernet?: string;
  readonly out?: string;
  readonly list?: boolean;
}

/** `bars train`: trains one network from scratch, or goes on with it, and measures it on the test images. */
export function trainCommand(): Command {
  return new Command("train")
    .description("train a network from scratch; run again with the same settings and folder to resume")
    .argument(
      "[network]",
      "a genotype file; the folder, record or checkpoint of a search (its argmax), an evolution (its fittest) or a training (goes on); or a name such as resnet20-bireal-x0.5",
    )
    .option(
      "--preset <name>",
      `settings to start from: ${trainPresetNames.join(", ")} (default: smoke)`,
      presetName(trainPresets),
    )
    .option("--config <file>", "JSON file of settings laid over the preset")
    .option("--set <path=value>", "one setting, e.g. optimizer.method=sgd (repeatable)", several, [])
    .option("--seed <number>", "seed of everything random", wholeNumber)
    .option("--epochs <number>", "passes over the training images", wholeNumber)
    .option("--dataset <name>", `images to use: ${datasets.names.join(", ")}`)
    .option(
      "--data-dir <folder>",
      "where the data are, or are downloaded to; from the project's folder unless absolute",
    )
    .addOption(backendOption())
    .option("--supernet <file>", 'checkpoint of the search, for start "supernet"', fileAt)
    .option("--out <folder>", "folder of the run (default: runs/train, or where the training is)")
    .option("--list", "list the presets with their sources")
    .addHelpText("after", settingsHelp("train"))
    .action(run);
}

async function run(network: string | undefined, options: Options): Promise<void> {
  if (options.list) {
    for (const name of trainPresets.names) {
      const { about, source } = trainPresets.get(name);
      console.log(`${name}\n  ${about}\n  source: ${source}`);
    }
    return;
  }
  if (network === undefined)
    throw new ConfigError("bars train: expected a network, got nothing. Give one, or --list.");
  const target = trainTarget(network);
  const config = settings(options, target.config);
  const directory = options.out ?? target.directory ?? "runs/train";
  const checkpoint = options.supernet ?? target.supernetCheckpoint;
  const backend = await startedBackend(options.backend);
  console.log(describeBackend(backend));
  const { train } = await import("../train/train.js");
  const record = await sayingWhenRead(directory, () =>
    train(config, forDataset(target, config.data), {
      directory,
      progress: openProgress(),
      ...(checkpoint === null ? {} : { supernetCheckpoint: checkpoint }),
    }),
  );
  const files = trainFiles(directory);
  console.log(`\n${trainSummaryText(record)}\n\nrecord   ${files.record}\nweights  ${files.last}`);
}

/** Precedence, weakest first: the training's own settings or the preset, --config, --set, the options of their own. */
function settings(options: Options, stored: TrainConfig | null): TrainConfig {
  const overrides = overridesOf<TrainConfig>(options, [
    ["seed", options.seed],
    ["epochs", options.epochs],
    ["data.dataset", options.dataset],
    ["data.directory", options.dataDir],
  ]);
  if (stored === null) return trainPresetConfig(options.preset ?? "smoke", overrides);
  if (options.preset !== undefined) {
    throw new ConfigError(
      `--preset ${options.preset}: a training brings its own settings. Leave the preset out, or give the training's network by its genotype or name.`,
    );
  }
  return trainConfig(layered(stored, overrides) as TrainConfig, "bars train");
}
