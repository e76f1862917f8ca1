import { deriveInputOf } from "../derive/alphasAt";
import { derive } from "../derive/derive";
import { sampleSummary } from "../frontier/sampleSummary";
import { type Table, type TableColumn, type TableRecord, table } from "../records/table";
import { edgesOf } from "../space/edges";
import { RecordError } from "../util/errors";
import type { CollapseRun } from "./collapseStudy";

/** What a search came to, at the epoch it chose. Shares in [0, 1]. */
const measures = {
  parameterFree: {
    description: "edges of the argmax genotype without weights: none, skip or pooling",
    of: (run: CollapseRun) => chosenEpoch(run).parameterFreeShare,
  },
  empty: {
    description: "edges of the argmax genotype that hold nothing",
    of: ({ record }: CollapseRun) => {
      const { genotype } = derive(deriveInputOf(record), "argmax");
      const edges = genotype.cells.length * edgesOf(genotype.space.steps).length;
      return 1 - genotype.cells.flat().length / edges;
    },
  },
  soft: {
    description: "test accuracy of the supernet at its probabilities, batch norms recalibrated",
    of: (run: CollapseRun) => tested(run).supernetAccuracy,
  },
  oneHot: {
    description:
      "test accuracy of the argmax architecture with the supernet's weights, batch norms recalibrated",
    of: (run: CollapseRun) => tested(run).derivedAccuracy,
  },
  gap: {
    description: "discretisation gap: soft − oneHot, on the test images",
    of: (run: CollapseRun) => tested(run).supernetAccuracy - tested(run).derivedAccuracy,
  },
  entropy: {
    description: "mean entropy of the edges' probabilities as a share of its maximum",
    of: (run: CollapseRun) => chosenEpoch(run).entropy.cell,
  },
} as const;

/**
 * Names of the measures: each has the columns `<name>` (mean over seeds) and `<name>Sd`.
 *
 * @example
 * ```ts
 * console.log(bars.experiments.collapseColumns); // ["parameterFree","empty","soft","oneHot","gap","entropy"]
 * ```
 */
export const collapseColumns = Object.keys(measures) as (keyof typeof measures)[];

/**
 * What each variant of the study came to: mean and standard deviation over its seeds (`n − 1`; null for one seed), and
 * how its share of parameter-free edges differs from the plain search's, seed by seed (`change`, `changeSd`).
 *
 * @throws RecordError if there is no run, or one is not finished.
 *
 * @example
 * ```ts
 * const plain = bars.readSearchRecord("data/records/search-plain-seed0.json");
 * const warmup = bars.readSearchRecord("data/records/search-warmup-seed0.json");
 * const table = bars.experiments.collapseTable([
 *   { variant: "plain", seed: 0, record: plain },
 *   { variant: "warmup", seed: 0, record: warmup },
 * ]);
 * console.log(table.rows.map(({ variant }) => variant)); // ["plain","warmup"]
 * ```
 */
export function collapseTable(runs: readonly CollapseRun[]): Table {
  if (runs.length === 0) throw new RecordError("collapseTable: expected at least one run, got none.");
  const variants = [...new Set(runs.map(({ variant }) => variant))];
  const plain = new Map(
    runs.filter(({ variant }) => variant === "plain").map((run) => [run.seed, chosenEpoch(run)]),
  );
  const rows = variants.map((variant): TableRecord => {
    const own = runs.filter((run) => run.variant === variant);
    const row: Record<string, string | number | null> = { variant, seeds: own.length };
    const put = (name: string, values: readonly number[]) => {
      const summary = values.length > 0 ? sampleSummary(values) : null;
      row[name] = summary?.mean ?? null;
      row[`${name}Sd`] = summary?.sd ?? null;
    };
    for (const name of collapseColumns) put(name, own.map(measures[name].of));
    const paired = variant === "plain" ? [] : own.filter(({ seed }) => plain.has(seed));
    put(
      "change",
      paired.map(
        (run) => chosenEpoch(run).parameterFreeShare - (plain.get(run.seed)?.parameterFreeShare as number),
      ),
    );
    return row;
  });
  const [{ record }] = runs as [CollapseRun];
  const { data, test } = record;
  return table("Collapse of a small search, and its cures", columns(), rows, {
    sources: runs.map((run) => `${run.variant}-seed${run.seed} ${run.record.configHash.slice(0, 12)}`),
    notes: [
      `${data.name}: ${data.weightImages} images train weights, ${data.alphaImages} train alphas, ${test?.images} test images.`,
      "Mean and standard deviation (n − 1) over seeds; a seed sets data order, start and split alike.",
      "Networks are far from trained: accuracies compare soft with one-hot, not architectures.",
    ],
  });
}

function columns(): TableColumn[] {
  const pair = (name: string, description: string): TableColumn[] => [
    { name, unit: "share", description: `${description}; mean over seeds` },
    { name: `${name}Sd`, unit: "share", description: "its standard deviation over seeds" },
  ];
  return [
    { name: "variant", unit: null, description: "what the search changes (collapseVariants)" },
    { name: "seeds", unit: null, description: "searches it was repeated in" },
    ...collapseColumns.flatMap((name) => pair(name, measures[name].description)),
    ...pair("change", "parameterFree less that of the plain search of the same seed"),
  ];
}

function chosenEpoch({ record, variant, seed }: CollapseRun) {
  const place = record.chosen?.epoch ?? record.epochs.length - 1;
  const epoch = record.epochs[place];
  if (!epoch) throw unfinished(variant, seed, record.status);
  return epoch;
}

function tested({ record, variant, seed }: CollapseRun) {
  if (!record.test) throw unfinished(variant, seed, record.status);
  return record.test;
}

function unfinished(variant: string, seed: number, status: string): RecordError {
  return new RecordError(
    `collapseTable: ${variant}-seed${seed}: expected a finished search, got one that is ${status}. Run the study again to end it.`,
  );
}

/**
 * The table as Markdown, `mean ± sd`: one row a variant.
 *
 * @example
 * ```ts
 * const record = bars.readSearchRecord("data/records/search-plain-seed0.json");
 * const table = bars.experiments.collapseTable([{ variant: "plain", seed: 0, record }]);
 * console.log(bars.experiments.collapseMarkdown(table).startsWith("|")); // true
 * ```
 */
export function collapseMarkdown({ rows, provenance }: Table): string {
  const cell = (row: TableRecord, name: string) => {
    const [mean, sd] = [row[name], row[`${name}Sd`]];
    if (typeof mean !== "number") return "–";
    return typeof sd === "number" ? `${mean.toFixed(3)} ± ${sd.toFixed(3)}` : mean.toFixed(3);
  };
  const names = ["parameterFree", "change", "empty", "gap", "soft", "oneHot", "entropy"];
  const header = [
    "variant",
    "seeds",
    "parameter-free share",
    "change against plain",
    "empty share",
    "discretisation gap",
    "soft accuracy",
    "one-hot accuracy",
    "entropy",
  ];
  const line = (cells: readonly unknown[]) => `| ${cells.join(" | ")} |`;
  return [
    line(header),
    line(header.map(() => "---")),
    ...rows.map((row) => line([row["variant"], row["seeds"], ...names.map((name) => cell(row, name))])),
    "",
    ...provenance.notes,
    "",
  ].join("\n");
}
