import { Command, Option } from "commander";
import { describeBackend } from "../backend/backendInfo";
import { dataConfig } from "../config/dataConfig";
import { builtInDatasets, datasets } from "../config/datasets";
import { loadData } from "../data/loadData";
import { randomKey } from "../random/randomKey";
import { counted } from "../util/counted";
import { openProgress } from "../util/progressSinks";
import { startedBackend } from "./startedBackend";
import { backendOption } from "./values";

/** `bars data`: fetches and checks a data set. */
export function dataCommand(): Command {
  return new Command("data")
    .description("download (with resume and checksum) and check a data set")
    .addOption(
      new Option("--dataset <name>", "which").choices(datasets.names).default(builtInDatasets.cifar10.name),
    )
    .option("--data-dir <folder>", "where the data are, or are downloaded to", "data/raw")
    .option("--offline", "check what is there, download nothing")
    .action(async (options: { dataset: string; dataDir: string; offline?: boolean }) => {
      const config = dataConfig({
        dataset: options.dataset,
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
    });
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
