import { Command } from "commander";
import { describeBackend } from "../backend/backendInfo";
import { collapseStudy, readCollapseRuns } from "../experiments/collapseStudy";
import { collapseMarkdown, collapseTable } from "../experiments/collapseTable";
import { type CollapseVariant, collapseVariants } from "../experiments/collapseVariants";
import { writeFileAtomic } from "../util/atomicFile";
import { ConfigError, RecordError } from "../util/errors";
import { openProgress } from "../util/progressSinks";
import { startedBackend } from "./startedBackend";
import { backendOption, countingNumber } from "./values";
import { writeTable } from "./writeTable";

interface Options {
  readonly out: string;
  readonly variants?: string;
  readonly seeds: number;
  readonly backend?: string;
  readonly tableOnly?: boolean;
  readonly csv?: string;
  readonly json?: string;
  readonly markdown?: string;
}

/** `bars collapse`: a small search that collapses, and its cures, over seeds. */
export function collapseCommand(): Command {
  return new Command("collapse")
    .description("run a small search that collapses under every cure, over seeds; run again to resume")
    .option("--out <folder>", "folder of the study", "runs/collapse")
    .option(
      "--variants <names>",
      `comma-separated; default: all of ${Object.keys(collapseVariants).join(", ")}`,
    )
    .option("--seeds <number>", "seeds 0, 1, … of each", countingNumber, 3)
    .addOption(backendOption())
    .option("--table-only", "tabulate the finished searches of the folder, run none")
    .option("--csv <file>", "table as CSV")
    .option("--json <file>", "table as JSON")
    .option("--markdown <file>", "table as Markdown, mean ± standard deviation")
    .action(run);
}

async function run(options: Options): Promise<void> {
  const variants = chosenVariants(options.variants);
  const seeds = Array.from({ length: options.seeds }, (_, i) => i);
  if (!options.tableOnly) {
    console.log(describeBackend(await startedBackend(options.backend)));
    await collapseStudy({
      directory: options.out,
      variants,
      seeds,
      progress: openProgress(),
      onRun: ({ variant, seed }) => console.log(`finished ${variant}-seed${seed}`),
    });
  }
  const runs = readCollapseRuns(options.out, seeds).filter(({ variant }) => variants.includes(variant));
  if (runs.length === 0)
    throw new RecordError(
      `${options.out}: expected finished searches of the study, found none. Run it without --table-only.`,
    );
  const result = collapseTable(runs);
  const markdown = collapseMarkdown(result);
  console.log(`\n${markdown}`);
  const { csv, json } = options;
  writeTable(result, { ...(csv ? { csv } : {}), ...(json ? { json } : {}) });
  if (options.markdown) writeFileAtomic(options.markdown, markdown);
}

function chosenVariants(text: string | undefined): CollapseVariant[] {
  const known = Object.keys(collapseVariants) as CollapseVariant[];
  if (text === undefined) return known;
  return text.split(",").map((name) => {
    const variant = known.find((other) => other === name.trim());
    if (!variant)
      throw new ConfigError(`bars collapse: unknown variant "${name}". Known variants: ${known.join(", ")}.`);
    return variant;
  });
}
