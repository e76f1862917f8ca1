import { basename, dirname, join } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { describeBackend } from "../backend/backendInfo";
import {
  type Ablation,
  type AblationKind,
  ablationKinds,
  ablationText,
  parseAblation,
} from "../experiments/ablation/ablation";
import { tableText } from "../figures/notebook/showTable";
import { readTrainRecord } from "../records/trainRecordFile";
import { trainFiles } from "../train/trainFiles";
import { ConfigError } from "../util/errors";
import { isFolder } from "../util/makeFolders";
import { openProgress } from "../util/progressSinks";
import { startedBackend } from "./startedBackend";
import { backendOption, place, positive, several, wholeNumber } from "./values";
import { writeTable } from "./writeTable";

interface Options {
  readonly only: readonly string[];
  readonly kind: readonly AblationKind[];
  readonly list?: boolean;
  readonly epochs: number;
  readonly learningRate: number;
  readonly recalibrate: number;
  readonly images: "test" | "validation";
  readonly out?: string;
  readonly csv?: string;
  readonly tex?: string;
  readonly backend?: string;
}

/** `bars ablate`: what single changes do to a trained network's accuracy. */
export function ablateCommand(): Command {
  return new Command("ablate")
    .description("change a trained network at one place and measure what accuracy does; again to resume")
    .argument("<run>", "folder of a training, or its record.json", place)
    .option(
      "--only <kind:target>",
      "this change alone, e.g. real_layer:cell0.process (repeatable)",
      several,
      [],
    )
    .addOption(
      new Option("--kind <name>", `changes of this kind (repeatable): ${ablationKinds.join(", ")}`)
        .argParser((value: string, list: readonly string[]) => {
          if (!(ablationKinds as readonly string[]).includes(value))
            throw new InvalidArgumentError(`known kinds: ${ablationKinds.join(", ")}.`);
          return [...list, value];
        })
        .default([], "all"),
    )
    .option("--list", "list the changes this network allows, measure none")
    .option("--epochs <number>", "epochs of fine-tuning after each change", wholeNumber, 0)
    .option("--learning-rate <number>", "of the fine-tuning, falling to 0", positive, 1e-3)
    .option(
      "--recalibrate <batches>",
      "batches for batch norms' statistics before measuring",
      wholeNumber,
      20,
    )
    .addOption(
      new Option("--images <which>", "images to measure on").choices(["test", "validation"]).default("test"),
    )
    .option("--out <folder>", "folder of the result; default: ablation/ in the run")
    .option("--csv <file>", "table as CSV")
    .option("--tex <file>", "table as LaTeX")
    .addOption(backendOption())
    .action(run);
}

const loadAblate = () => import("../experiments/ablation/ablate.js");

async function run(given: string, options: Options): Promise<void> {
  const directory = basename(given) === "record.json" && !isFolder(given) ? dirname(given) : given;
  if (!isFolder(directory))
    throw new ConfigError(`${given}: ablate takes the folder of a training, or its record.json.`);
  readTrainRecord(trainFiles(directory).record);
  const backend = await startedBackend(options.backend);
  const { ablate, ablationsOf } = await loadAblate();
  if (options.list) {
    for (const ablation of await ablationsOf(directory)) console.log(ablationText(ablation));
    return;
  }
  console.log(describeBackend(backend));
  const ablations = await chosen(directory, options);
  const table = await ablate(directory, {
    ...(ablations ? { ablations } : {}),
    ...(options.out ? { out: options.out } : {}),
    epochs: options.epochs,
    learningRate: options.learningRate,
    recalibrationBatches: options.recalibrate,
    images: options.images,
    progress: openProgress(),
  });
  const shown = table.rows.map(
    ({
      kind,
      target,
      ops,
      accuracy,
      change,
      changeLow,
      changeHigh,
      tuned,
      tunedChange,
      tunedLow,
      tunedHigh,
    }) => ({
      kind,
      target,
      ops,
      accuracy,
      change,
      low: changeLow,
      high: changeHigh,
      ...(options.epochs > 0
        ? { tuned, "tuned change": tunedChange, "tuned low": tunedLow, "tuned high": tunedHigh }
        : {}),
    }),
  );
  console.log(tableText(shown, table.title));
  console.log(table.provenance.notes.map((note) => `- ${note}`).join("\n"));
  console.log(join(options.out ?? join(directory, "ablation"), "table.json"));
  writeTable(table, options);
}

async function chosen(directory: string, { only, kind }: Options): Promise<Ablation[] | null> {
  if (only.length > 0) return only.map(parseAblation);
  if (kind.length === 0) return null;
  const { ablationsOf } = await loadAblate();
  return (await ablationsOf(directory)).filter((ablation) => kind.includes(ablation.kind));
}
