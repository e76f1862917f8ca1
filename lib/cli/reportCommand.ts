import { Command } from "commander";
import { writeReport } from "../report/writeReport";
import { counted } from "../util/counted";
import { openProgress } from "../util/progressSinks";
import { places } from "./values";

interface Options {
  readonly out: string;
  readonly title?: string;
}

/** `bars report`: a static site of any folders of runs. Needs no tensor engine. */
export function reportCommand(): Command {
  return new Command("report")
    .description("write a static site of runs: a table, each run's page, comparisons, frontier")
    .argument("<runs...>", "folders of runs, record files or sweep files", places)
    .requiredOption("--out <folder>", "folder of the site; run again, only what changed is written")
    .option("--title <text>", "heading of the site; default: Runs")
    .action(run);
}

function run(given: string[], { out, title }: Options): void {
  const { page, runs, unreadable, written, unchanged, removed } = writeReport(given, {
    out,
    ...(title === undefined ? {} : { title }),
    progress: openProgress(),
  });
  const bad = unreadable === 0 ? "" : `, ${unreadable} could not be read (listed under "Left out")`;
  console.log(`${counted(runs, "run")}${bad}`);
  console.log(`${counted(written, "file")} written, ${unchanged} unchanged, ${removed} removed`);
  console.log(page);
}
