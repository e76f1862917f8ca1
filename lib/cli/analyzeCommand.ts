import { Command, Option } from "commander";
import { analysisReport, type ReportLevel, reportLevels } from "../analysis/analysisReport";
import { leastNetworks, measuresAgainstAccuracy, scoresTable } from "../analysis/measuresAgainstAccuracy";
import { describeBackend } from "../backend/backendInfo";
import type { AnalysisConfig } from "../config/analysisConfig";
import type { Overrides } from "../config/check";
import { tableText } from "../figures/notebook/showTable";
import { randomKey } from "../random/randomKey";
import { counted } from "../util/counted";
import { openInterrupt } from "../util/interrupt";
import { openProgress } from "../util/progressSinks";
import { overridesFromFile, withAssignment } from "./overrides";
import { settingsHelp } from "./settingsCommand";
import { startedBackend } from "./startedBackend";
import { backendOption, places, several } from "./values";
import { writeTable } from "./writeTable";

interface Options {
  readonly config?: string;
  readonly set: readonly string[];
  readonly checkpoint: "last" | "best";
  readonly by: "run" | "model";
  readonly report: ReportLevel;
  readonly backend?: string;
  readonly out?: string;
  readonly csv?: string;
  readonly tex?: string;
  readonly scores?: string;
  readonly scoresCsv?: string;
}

/** `bars analyze`: information-bottleneck measures of trained networks, and which of them go along with accuracy. */
export function analyzeCommand(): Command {
  return new Command("analyze")
    .description(
      "information-bottleneck measures of trained networks; of five or more, how each measure ranks with test accuracy. Again to resume",
    )
    .argument(
      "<places...>",
      "folders of trainings, their records, sweep files, or folders with some at any depth",
      places,
    )
    .option("--config <file>", "JSON file of settings of the analysis")
    .addOption(
      new Option("--set <path=value>", "one setting, e.g. images=4096 (repeatable)")
        .argParser(several)
        .default([]),
    )
    .addOption(new Option("--checkpoint <which>", "weights").choices(["last", "best"]).default("last"))
    .addOption(
      new Option("--by <what>", "what counts as one network: runs, or architectures with their runs averaged")
        .choices(["run", "model"])
        .default("model"),
    )
    .addOption(
      new Option("--report <level>", "of a single network").choices([...reportLevels]).default("cell"),
    )
    .addOption(backendOption())
    .option("--out <file>", "table as JSON")
    .option("--csv <file>", "table as CSV")
    .option("--tex <file>", "table as LaTeX")
    .option("--scores <file>", "scores of every network as JSON")
    .option("--scores-csv <file>", "scores of every network as CSV")
    .addHelpText("after", settingsHelp("analysis"))
    .action(run);
}

async function run(given: string[], options: Options): Promise<void> {
  let config = (options.config ? overridesFromFile(options.config) : {}) as Overrides<AnalysisConfig>;
  for (const assignment of options.set)
    config = withAssignment(config as object, assignment) as Overrides<AnalysisConfig>;
  console.log(describeBackend(await startedBackend(options.backend)));
  const interrupt = openInterrupt();
  const { analyzeRuns } = await import("../experiments/analysis/analyzeRuns.js");
  const { records, leftOut, reused } = await analyzeRuns(given, {
    config,
    checkpoint: options.checkpoint,
    progress: openProgress(),
    signal: interrupt.signal,
    onRun(done, total, { run: analysed, seconds }) {
      console.log(`${done}/${total} ${analysed?.name} seed ${analysed?.seed}: ${seconds.toFixed(1)} s`);
    },
  }).finally(() => interrupt.close());
  console.log(`${counted(records.length, "network")} analysed, ${reused} of them earlier`);
  for (const { place, why } of leftOut) console.log(`left out: ${place}: ${why}`);
  const scores = scoresTable(records, options.by);
  writeTable(scores, {
    ...(options.scores ? { json: options.scores } : {}),
    ...(options.scoresCsv ? { csv: options.scoresCsv } : {}),
  });
  const [first] = records;
  const networks = new Set(
    records.map(({ run }) => (options.by === "model" ? run?.modelHash : run?.configHash)),
  );
  const result =
    records.length === 1 && first
      ? analysisReport(first, options.report)
      : networks.size < leastNetworks
        ? scores
        : measuresAgainstAccuracy(records, { by: options.by }, { key: randomKey(0) });
  console.log(tableText(result.rows.map(shown), result.title));
  console.log(result.provenance.notes.map((note) => `- ${note}`).join("\n"));
  writeTable(result, {
    ...(options.out ? { json: options.out } : {}),
    ...(options.csv ? { csv: options.csv } : {}),
    ...(options.tex ? { tex: options.tex } : {}),
  });
}

/** Numbers short enough for a terminal. */
function shown(row: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(
    Object.entries(row)
      .filter(([name]) => name !== "description")
      .map(([name, value]) => [
        name,
        typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(3)) : value,
      ]),
  );
}
