import { Command, Option } from "commander";
import { comparedMeasures } from "../cost/cost";
import { comparableRuns, findTrainRecords } from "../experiments/frontierRuns";
import { tableText } from "../figures/notebook/showTable";
import { bestWithin, type Frontier, type FrontierOptions, frontier } from "../frontier/frontier";
import { frontierLatexColumns, frontierTable } from "../frontier/frontierTable";
import { costOfRow } from "../frontier/groupRuns";
import { readPublishedPoints } from "../frontier/publishedFile";
import type { Table } from "../records/table";
import { tableLatex } from "../records/tableLatex";
import { writeFileAtomic } from "../util/atomicFile";
import { ConfigError } from "../util/errors";
import { latencyAbout, latencyFlag, latencyOf } from "./latencyCommand";
import { places, positive, shareOf } from "./values";
import { writeTable } from "./writeTable";

interface Options {
  readonly measure: Frontier["measure"];
  readonly group: NonNullable<FrontierOptions["group"]>;
  readonly axis: Frontier["axis"];
  readonly images: "all" | "exact";
  readonly checkpoint: "last" | "best";
  readonly referenceCost?: number;
  readonly referenceAccuracy?: number;
  readonly budget?: number;
  readonly published?: string;
  readonly csv?: string;
  readonly json?: string;
  readonly tex?: string;
  readonly full?: string;
}

/** `bars frontier`: accuracy against cost of trained networks, over seeds. */
export function frontierCommand(): Command {
  return new Command("frontier")
    .description(
      "accuracy against cost of trained networks: mean and spread over seeds, front, dominated area",
    )
    .argument("<places...>", "sweep files, training records, or folders with some at any depth", places)
    .addOption(new Option("--measure <name>", "cost").choices([...comparedMeasures]).default("bops"))
    .addOption(
      new Option("--group <by>", "what a row repeats: runs of one name, or of one architecture")
        .choices(["name", "model"])
        .default("name"),
    )
    .addOption(new Option("--images <which>", "test images").choices(["all", "exact"]).default("all"))
    .addOption(new Option("--checkpoint <which>", "tested epoch").choices(["last", "best"]).default("last"))
    .addOption(
      new Option("--axis <scale>", "of cost, for the area").choices(["linear", "log"]).default("log"),
    )
    .option(
      "--reference-cost <operations>",
      "cost of the reference point; give it to compare areas",
      positive,
    )
    .option("--reference-accuracy <share>", "accuracy of the reference point; default: guessing", shareOf)
    .option("--budget <operations>", "say which row is best within it", positive)
    .option("--published <file>", "JSON list of published points, each with source and convention")
    .option(latencyFlag, `${latencyAbout}, for --measure latency`, latencyOf)
    .option("--csv <file>", "table as CSV")
    .option("--json <file>", "table as JSON")
    .option("--tex <file>", "table as LaTeX")
    .option("--full <file>", "everything, with areas and attainment, as JSON")
    .action(run);
}

function run(given: string[], options: Options): void {
  const { runs, leftOut } = comparableRuns(findTrainRecords(given), {
    which: options.images,
    checkpoint: options.checkpoint,
  });
  const result = frontier(runs, {
    measure: options.measure,
    group: options.group,
    axis: options.axis,
    published: options.published ? readPublishedPoints(options.published) : [],
    ...reference(options, runs[0]?.classes),
  });
  const table = frontierTable(
    result,
    leftOut.map(({ place, why }) => `left out, ${why}: ${place}`),
  );
  console.log(tableText(table.rows.map(shown), table.title));
  console.log(table.provenance.notes.map((note) => `- ${note}`).join("\n"));
  writeTable(table, options, (one) => tableLatex(one, frontierLatexColumns()));
  if (options.full !== undefined) {
    writeFileAtomic(options.full, `${JSON.stringify(result, null, 1)}\n`);
    console.log(options.full);
  }
  if (options.budget !== undefined) {
    const best = bestWithin(result, options.budget);
    const { name, accuracy } = best;
    const cost = costOfRow(best, options.measure);
    console.log(
      `best within ${options.budget} ${options.measure}: ${name}, accuracy ${accuracy.mean} at ${cost.mean}`,
    );
  }
}

function shown(row: Table["rows"][number]): object {
  const {
    name,
    seeds,
    bops,
    ops,
    latency,
    accuracy,
    accuracySd,
    accuracyLow,
    accuracyHigh,
    onFront,
    frontShare,
    source,
  } = row;
  return {
    name,
    seeds,
    bops,
    ops,
    ...(latency === undefined ? {} : { latency }),
    accuracy,
    sd: accuracySd,
    low: accuracyLow,
    high: accuracyHigh,
    front: onFront,
    "front share": frontShare,
    source,
  };
}

function reference(options: Options, classes = 10): Pick<FrontierOptions, "reference"> {
  const { referenceCost: cost, referenceAccuracy } = options;
  if (cost === undefined) {
    if (referenceAccuracy === undefined) return {};
    throw new ConfigError("--reference-accuracy: expected --reference-cost beside it, got none.");
  }
  return { reference: { cost, accuracy: referenceAccuracy ?? 1 / classes } };
}
