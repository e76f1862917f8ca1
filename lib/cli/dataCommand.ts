import { isAbsolute, relative, resolve, sep } from "node:path";
import { Command, Option } from "commander";
import { describeBackend } from "../backend/backendInfo";
import type { Overrides } from "../config/check";
import { type DataConfig, dataConfig } from "../config/dataConfig";
import { builtInDatasets, datasets } from "../config/datasets";
import { none } from "../config/folderSection";
import { imageFolderSettings, imageListSettings } from "../data/datasets/imageFolderSettings";
import { loadData } from "../data/loadData";
import { randomKey } from "../random/randomKey";
import { counted } from "../util/counted";
import { ConfigError } from "../util/errors";
import { openProgress } from "../util/progressSinks";
import { projectFolder } from "../util/projectFolder";
import { shellWord } from "../util/shellWord";
import { valueText } from "./overrides";
import { startedBackend } from "./startedBackend";
import { backendOption, countingNumber, fileAt, place, wholeNumber } from "./values";

/** `bars data`: fetches and checks a data set. */
export function dataCommand(): Command {
  return new Command("data")
    .description("download (with resume and checksum) and check a data set")
    .addOption(
      new Option("--dataset <name>", "which").choices(datasets.names).default(builtInDatasets.cifar10.name),
    )
    .addOption(
      new Option(
        "--folder <folder>",
        "a folder with a folder of pictures for each class: decodes and checks them",
      )
        .argParser(place)
        .conflicts("list"),
    )
    .addOption(
      new Option("--list <file>", "the same for a CSV list: path,class or path,class,part a line").argParser(
        fileAt,
      ),
    )
    .option("--image-size <pixels>", "of --folder and --list", countingNumber, 224)
    .option("--channels <number>", "of --folder and --list: 3 or 1", countingNumber, 3)
    .option(
      "--allowed-faults <number>",
      "files that may be left out because they cannot be read",
      wholeNumber,
      0,
    )
    .option(
      "--data-dir <folder>",
      "where the data are, or are downloaded to; from the project's folder unless absolute",
      "data/raw",
    )
    .option("--offline", "check what is there, download nothing")
    .action(async (options: DataOptions, command: Command) => {
      rejectOtherDataset(options, command);
      const config = dataConfig({
        ...chosen(options),
        directory: options.dataDir,
        download: !options.offline,
      });
      const { train, test, info, checked } = await loadData(config, randomKey(0), openProgress());
      const show = (values: readonly number[]) => [...values].map((v) => v.toFixed(4)).join(" ");
      console.log(
        `${info.name}: ${counted(train.labels.length, "training image")}, ${counted(test.labels.length, "test image")}`,
      );
      for (const what of checked) console.log(`  checked: ${what}`);
      console.log(`channel mean ${show(info.mean)}, standard deviation ${show(info.std)} (pixels in [0, 1])`);
      if (info.note) console.log(info.note);
      const { folder } = config;
      if (folder === undefined) return;
      const key = options.folder === undefined ? "list" : "path";
      const where = `data.folder.${key}=${valueText(settingPath(folder[key]))}`;
      console.log(
        `To use them: --set data.dataset=image-folder --set ${shellWord(where)} --set data.folder.classes=${folder.classes} --set data.folder.imageSize=${folder.imageSize} --set data.trainImages=0 --set data.testImages=0` +
          `${folder.channels === 3 ? "" : ` --set data.folder.channels=${folder.channels}`}` +
          `${folder.allowedFaults === 0 ? "" : ` --set data.folder.allowedFaults=${folder.allowedFaults}`}`,
      );
    });
}

interface DataOptions {
  readonly dataset: string;
  readonly folder?: string;
  readonly list?: string;
  readonly imageSize: number;
  readonly channels: number;
  readonly allowedFaults: number;
  readonly dataDir: string;
  readonly offline?: boolean;
}

/** The named set, or the pictures that were pointed to. */
function chosen({ dataset, folder, list, ...form }: DataOptions): Overrides<DataConfig> {
  const { imageSize, allowedFaults } = form;
  const settings = { imageSize, allowedFaults, channels: form.channels as 3 | 1 };
  // Typed from where the user stands; settings are meant from the project's folder.
  if (folder !== undefined) return imageFolderSettings(resolve(folder), settings);
  if (list !== undefined) return imageListSettings(resolve(list), settings);
  return { dataset };
}

/** @throws ConfigError where pictures are named beside a data set that is typed and takes none. */
function rejectOtherDataset({ dataset, folder, list }: DataOptions, command: Command): void {
  const pictures = builtInDatasets["image-folder"].name;
  if (folder === undefined && list === undefined) return;
  if (dataset === pictures || command.getOptionValueSource("dataset") === "default") return;
  throw new ConfigError(
    `--dataset: expected none beside --folder and --list, or "${pictures}", got "${dataset}".`,
  );
}

/** An absolute path as settings hold it: from the project's folder on, where it lies in there. */
function settingPath(path: string): string {
  const inside = relative(projectFolder(), path);
  if (inside === "" || inside === ".." || inside.startsWith(`..${sep}`) || isAbsolute(inside)) return path;
  return inside === none ? `.${sep}${inside}` : inside;
}

/** `bars backend`: says which tensor engine is used, and why. */
export function backendCommand(): Command {
  return new Command("backend")
    .description("say which tensor engine is used, and why the others are not")
    .addOption(backendOption())
    .action(async (options: { backend?: string }) => {
      const info = await startedBackend(options.backend);
      console.log(describeBackend(info));
      for (const reason of info.passedOver) console.log(`  passed over ${reason}`);
      const { describeStatistics, engineStatistics } = await import("../backend/index.js");
      const statistics = engineStatistics();
      if (statistics) console.log(`  ${describeStatistics(statistics)}`);
    });
}
