import { Command } from "commander";
import { nothingFound } from "../report/findRuns";
import { writeReport } from "../report/writeReport";
import { counted } from "../util/counted";
import { ConfigError, RecordError } from "../util/errors";
import { openProgress } from "../util/progressSinks";
import { places } from "./values";

interface Options {
  readonly out?: string;
  readonly title?: string;
  readonly tensorboard?: string;
}

/** `bars report`: a static site of any folders of runs. Needs no tensor engine. */
export function reportCommand(): Command {
  return new Command("report")
    .description("write a static site of runs: a table, each run's page, comparisons, frontier")
    .argument("<runs...>", "folders of runs, record files or sweep files", places)
    .option("--out <folder>", "folder of the site; run again, only what changed is written")
    .option("--title <text>", "heading of the site; default: Runs")
    .option("--tensorboard <folder>", "write TensorBoard event files, one for each run")
    .action(run);
}

async function run(given: string[], { out, title, tensorboard }: Options): Promise<void> {
  if (out === undefined && tensorboard === undefined)
    throw new ConfigError("report: expected --out or --tensorboard with a folder, got neither.");
  if (out !== undefined) site(given, out, title);
  if (tensorboard === undefined) return;
  const { writeTensorBoard } = await import("../report/tensorBoard.js");
  const { runs, scalars, leftOut } = writeTensorBoard(given, tensorboard);
  console.log(
    `${counted(scalars, "number")} of ${counted(runs, "run")} for tensorboard --logdir ${tensorboard}`,
  );
  for (const { place, why } of leftOut) console.log(`left out, ${why}: ${place}`);
  if (runs === 0 && leftOut.length === 0) throw nothingFound(given);
}

function site(given: string[], out: string, title: string | undefined): void {
  const { page, runs, unreadable, written, unchanged, removed } = writeReport(given, {
    out,
    ...(title === undefined ? {} : { title }),
    progress: openProgress(),
  });
  const bad = unreadable === 0 ? "" : `, ${unreadable} could not be read (listed under "Left out")`;
  console.log(`${counted(runs, "run")}${bad}`);
  console.log(`${counted(written, "file")} written, ${unchanged} unchanged, ${removed} removed`);
  console.log(page);
  if (runs > 0 || unreadable === 0) return;
  throw new RecordError(
    `${given.join(", ")}: expected records of runs, none of ${counted(unreadable, "file")} could be read. The page lists them under "Left out", each with the reason.`,
  );
}
