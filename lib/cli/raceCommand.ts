import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import type { Overrides } from "../config/check";
import {
  type RaceConfig,
  racePresetAbout,
  racePresetConfig,
  racePresetNames,
  racePresets,
} from "../config/raceConfig";
import { searchRecordAt } from "../evolution/storedSearch";
import { saveGenotype } from "../figures/export/saveArchitecture";
import { raceFiles } from "../race/raceFiles";
import { raceText } from "../race/raceText";
import { racedModel } from "../records/raceRecord";
import { readRaceRecord } from "../records/raceRecordFile";
import { readSearchRecord } from "../records/searchRecordFile";
import { describeGenotype } from "../space/describeGenotype";
import type { Genotype } from "../space/genotype";
import { parseGenotype } from "../space/validateGenotype";
import { ConfigError } from "../util/errors";
import { folderOwner } from "../util/folderOwner";
import { openProgress } from "../util/progressSinks";
import { overridesOf } from "./overrides";
import { sayingWhenRead } from "./readNotRun";
import { settingsHelp } from "./settingsCommand";
import { backendOption, place, presetName, several, wholeNumber } from "./values";

interface Options {
  readonly config?: string;
  readonly set: readonly string[];
  readonly seed?: number;
  readonly workers?: number;
  readonly own: readonly string[];
  readonly search?: string;
  readonly backend?: string;
  readonly out: string;
  readonly status?: string;
}

/** `bars race`: networks of a cost band race each other, the best train on. */
export function raceCommand(): Command {
  const presets = racePresetNames.map((name) => `  ${name.padEnd(8)} ${racePresetAbout(name)}`).join("\n");
  return new Command("race")
    .description(
      "search networks of a cost band by racing them: many train briefly, the best train on; run again with the same settings and folder to resume",
    )
    .argument(
      "[preset]",
      `settings to start from: ${racePresetNames.join(", ")}`,
      presetName(racePresets),
      "smoke",
    )
    .option("--config <file>", "JSON file of settings laid over the preset")
    .option("--set <path=value>", "one setting, e.g. band.atMost=3e6 (repeatable)", several, [])
    .option("--seed <number>", "seed of everything random", wholeNumber)
    .option(
      "--workers <number>",
      "networks that train at once, one thread each; 0: in this process; default: as many as cores and memory allow",
      wholeNumber,
    )
    .option(
      "--own <file>",
      "genotype.json of a network of your own that takes part (repeatable)",
      several,
      [],
    )
    .option(
      "--search <record>",
      "search whose alphas are drawn from (proposals.alphas): its record or folder",
      place,
    )
    .addOption(backendOption())
    .option("--out <folder>", "folder of the race", "runs/race")
    .option("--status <folder>", "say where the race in a folder stands, and do nothing else", place)
    .addHelpText("after", `\nPresets:\n${presets}`)
    .addHelpText("after", settingsHelp("race"))
    .action(run)
    .addCommand(
      new Command("worker").description("what a race starts").action(async () => {
        const { raceWorkerMain } = await import("../race/raceWorkerMain.js");
        raceWorkerMain();
      }),
      { hidden: true },
    );
}

async function run(preset: string, options: Options): Promise<void> {
  if (options.status !== undefined) return status(options.status);
  const own = options.own.map(genotypeIn);
  const search = options.search === undefined ? undefined : readSearchRecord(searchRecordAt(options.search));
  const config = racePresetConfig(
    preset,
    settings(options, search && { proposals: { search: search.configHash } }),
    "bars race",
  );
  if (options.backend !== undefined) process.env["BARS_BACKEND"] = options.backend;
  const { out, workers } = options;
  const { race } = await import("../race/race.js");
  const record = await sayingWhenRead(out, () =>
    race(config, {
      directory: out,
      progress: openProgress(),
      own,
      ...(search ? { search } : {}),
      ...(workers === undefined ? {} : { workers }),
    }),
  );
  const { genotype } = racedModel(record);
  const files = saveGenotype(out, genotype, config.train.binarization);
  console.log(
    `\n${describeGenotype(genotype)}\n\n${raceText(record)}\n\nrecord    ${join(out, "record.json")}\ngenotype  ${files.genotype}\ndrawing   ${files.drawing}\nlayers    ${files.report}`,
  );
}

/** Precedence, weakest first: preset, the search that is given, --config, --set, the options of their own. */
function settings(options: Options, under: Overrides<RaceConfig> = {}): Overrides<RaceConfig> {
  const given = overridesOf<RaceConfig>(options, [["seed", options.seed]]);
  if (under.proposals === undefined) return given;
  return { ...given, proposals: { ...under.proposals, ...given.proposals } };
}

function status(folder: string): void {
  const record = readRaceRecord(raceFiles(folder).record);
  const owner = folderOwner(folder);
  const killed = owner === null && record.status === "running";
  const statusDetail = "no process works on it: it was killed; start it again to go on";
  console.log(raceText(killed ? { ...record, status: "interrupted", statusDetail } : record));
  if (owner) console.log(`\nprocess ${owner.pid} on ${owner.host} works on it since ${owner.since}`);
}

function genotypeIn(path: string): Genotype {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    throw new ConfigError(`--own ${path}: could not be read: ${(cause as Error).message}.`, { cause });
  }
  return parseGenotype(text, path);
}
