import { join } from "node:path";
import { Command } from "commander";
import { describeBackend } from "../backend/backendInfo";
import type { Overrides } from "../config/check";
import { datasets } from "../config/datasets";
import { presetConfig, presetNames, searchPresets } from "../config/presets";
import type { SearchConfig } from "../config/searchConfig";
import { strategyText } from "../config/strategyGuide";
import { budgetNote } from "../cost/budgetNote";
import { deriveInputOf } from "../derive/alphasAt";
import { derive } from "../derive/derive";
import { summaryText } from "../derive/summaryText";
import { saveArchitecture } from "../figures/export/saveArchitecture";
import { ConfigError } from "../util/errors";
import { openProgress } from "../util/progressSinks";
import { overridesOf } from "./overrides";
import { sayingWhenRead } from "./readNotRun";
import { settingsHelp } from "./settingsCommand";
import { startedBackend } from "./startedBackend";
import { backendOption, presetName, several, wholeNumber } from "./values";

interface Options {
  preset?: string;
  config?: string;
  set: string[];
  seed?: number;
  epochs?: number;
  dataset?: string;
  dataDir?: string;
  backend?: string;
  out: string;
  listStrategies?: boolean;
}

/** `bars search`: runs or resumes a search and derives its argmax architecture. */
export function searchCommand(): Command {
  return new Command("search")
    .description("search an architecture; run again with the same settings and folder to resume")
    .argument("[preset]", `settings to start from: ${presetNames.join(", ")}`, presetName(searchPresets))
    .option("--preset <name>", "the same (default: smoke)", presetName(searchPresets))
    .option("--config <file>", "JSON file of settings laid over the preset")
    .option("--set <path=value>", "one setting, e.g. cost.budget=2e6 (repeatable)", several, [])
    .option("--seed <number>", "seed of everything random", wholeNumber)
    .option("--epochs <number>", "passes over the weight split", wholeNumber)
    .option("--dataset <name>", `images to use: ${datasets.names.join(", ")}`)
    .option(
      "--data-dir <folder>",
      "where the data are, or are downloaded to; from the project's folder unless absolute",
    )
    .addOption(backendOption())
    .option("--out <folder>", "folder of the run", "runs/search")
    .option(
      "--list-strategies",
      "list the strategies against collapse with formula, defaults, source and settings",
    )
    .addHelpText("after", settingsHelp("search"))
    .action(run);
}

async function run(named: string | undefined, options: Options): Promise<void> {
  if (options.listStrategies) {
    console.log(strategyText());
    return;
  }
  if (named !== undefined && options.preset !== undefined && named !== options.preset)
    throw new ConfigError(
      `bars search: expected one preset, got ${named} and --preset ${options.preset}. Name it once.`,
    );
  const config = presetConfig(named ?? options.preset ?? "smoke", settings(options));
  const backend = await startedBackend(options.backend);
  console.log(describeBackend(backend));
  const note = budgetNote(config);
  if (note !== null) console.log(`note: ${note}`);
  const { search } = await import("../search/search.js");
  const record = await sayingWhenRead(options.out, () =>
    search(config, { directory: options.out, progress: openProgress() }),
  );
  const derivation = derive(deriveInputOf(record), "argmax");
  const { files, summary } = saveArchitecture(options.out, record, derivation.genotype, derivation);
  if (summary.note) console.log(`\nThe data: ${summary.note}`);
  console.log(
    `\n${summaryText(summary)}\n\nrecord    ${join(options.out, "record.json")}\ngenotype  ${files.genotype}\ndrawing   ${files.drawing}\nlayers    ${files.report}\n\n` +
      "next      bars train trains this network. Whether another trains better its alphas hardly say where that was measured (docs/search-repairs.md): bars race trains many briefly, and keeps the best",
  );
}

/** Precedence, weakest first: preset, --config, --set, the options of their own. */
function settings(options: Options): Overrides<SearchConfig> {
  return overridesOf<SearchConfig>(options, [
    ["seed", options.seed],
    ["epochs", options.epochs],
    ["data.dataset", options.dataset],
    ["data.directory", options.dataDir],
  ]);
}
