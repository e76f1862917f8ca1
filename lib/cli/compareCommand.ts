import { join } from "node:path";
import { Argument, Command, InvalidArgumentError, Option } from "commander";
import {
  type ComparisonPresetName,
  comparisonPresetNames,
} from "../experiments/comparison/comparisonPresets";
import { type Comparison, comparisons } from "../experiments/comparison/comparisonVariants";
import { matchedVariants, runComparison, sizeOf } from "../experiments/comparison/runComparison";
import { tableText } from "../figures/notebook/showTable";
import { type SweepView, sweepView } from "../sweep/sweepView";
import { openInterrupt } from "../util/interrupt";
import { countingNumber, wholeNumber } from "./values";
import { writeTable } from "./writeTable";

interface Options {
  readonly preset: ComparisonPresetName;
  readonly out?: string;
  readonly only?: string;
  readonly seeds?: readonly number[];
  readonly plan?: boolean;
  readonly retry?: boolean;
  readonly jobs: number;
  readonly threads: number;
  readonly csv?: string;
  readonly tex?: string;
}

/** `bars compare`: layouts or topologies at equal BOPs, trained over seeds. */
export function compareCommand(): Command {
  return new Command("compare")
    .description("layouts or topologies at equal BOPs, trained from scratch over seeds; again to resume")
    .addArgument(new Argument("<what>", "what is varied").choices([...comparisons]))
    .addOption(
      new Option("--preset <name>", "size of the experiment")
        .choices([...comparisonPresetNames])
        .default("smoke"),
    )
    .option("--out <folder>", "folder of the experiment; default: runs/compare-<what>-<preset>")
    .option("--only <names>", "these variants, separated by commas, beside the reference")
    .option("--seeds <numbers>", "these seeds, separated by commas, instead of the preset's", seedList)
    .option("--plan", "list the networks, train none")
    .option("--retry", "train again what failed")
    .option("--jobs <number>", "trainings at once", countingNumber, 1)
    .option("--threads <number>", "threads of each", countingNumber, 1)
    .option("--csv <file>", "table as CSV")
    .option("--tex <file>", "table as LaTeX")
    .action(run);
}

async function run(what: Comparison, options: Options): Promise<void> {
  const directory = options.out ?? join("runs", `compare-${what}-${options.preset}`);
  const only = options.only ? { only: options.only.split(",").map((name) => name.trim()) } : {};
  const preset = sizeOf(options.preset);
  const size = options.seeds ? { ...preset, seeds: options.seeds } : preset;
  if (options.plan) {
    const rows = matchedVariants(what, size, only.only).map(({ factor, name, about, bops, error }) => ({
      factor,
      name,
      bops,
      error,
      about,
    }));
    console.log(
      tableText(rows, `${size.bops} BOPs within ${100 * size.tolerance} %, seeds ${size.seeds.join(", ")}`),
    );
    return;
  }
  const interrupt = openInterrupt();
  let view: SweepView | null = null;
  const table = await runComparison(what, {
    ...only,
    directory,
    size,
    jobs: options.jobs,
    threads: options.threads,
    retry: options.retry ?? false,
    signal: interrupt.signal,
    onEvent(event, total) {
      view ??= sweepView(total, process.stderr);
      view.see(event);
    },
  }).finally(() => {
    interrupt.close();
    view?.close();
  });
  const shown = table.rows.map(
    ({ factor, variant, bops, seeds, accuracy, accuracySd, difference, differenceLow, differenceHigh }) => ({
      factor,
      variant,
      bops,
      seeds,
      accuracy,
      sd: accuracySd,
      difference,
      low: differenceLow,
      high: differenceHigh,
    }),
  );
  console.log(tableText(shown, table.title));
  console.log(table.provenance.notes.map((note) => `- ${note}`).join("\n"));
  console.log(join(directory, "table.json"));
  writeTable(table, options);
}

function seedList(text: string): number[] {
  const seeds = text.split(",").map(wholeNumber);
  if (new Set(seeds).size < seeds.length) throw new InvalidArgumentError("each seed once.");
  return seeds;
}
