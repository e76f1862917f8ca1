import { measureNames, measureTitles } from "../cost/cost";
import { type Table, type TableCell, type TableColumn, table } from "../records/table";
import type { LatexColumn } from "../records/tableLatex";
import { latexCell, latexNumber } from "../records/tableLatex";
import { counted } from "../util/counted";
import type { Frontier, FrontierRow } from "./frontier";
import type { PublishedPoint } from "./publishedPoint";
import type { SampleSummary } from "./sampleSummary";

const count = "operations";
const perImage = "for one image, one multiply-accumulate = 1";

const columns: readonly TableColumn[] = [
  { name: "name", unit: null, description: "model or method" },
  { name: "method", unit: null, description: "how the architecture came about; published: by someone else" },
  { name: "seeds", unit: null, description: "runs with different seeds; null where the source does not say" },
  { name: "bops", unit: count, description: `1-bit operations, mean over seeds, ${perImage}` },
  { name: "bopsSd", unit: count, description: "standard deviation over seeds; null for one" },
  { name: "flops", unit: count, description: `real-valued operations, mean over seeds, ${perImage}` },
  { name: "ops", unit: count, description: "FLOPs + BOPs / 64, mean over seeds" },
  { name: "opsSd", unit: count, description: "standard deviation over seeds; null for one" },
  { name: "accuracy", unit: "share", description: "of the test images, mean over seeds" },
  { name: "accuracySd", unit: "share", description: "standard deviation over seeds (n − 1); null for one" },
  {
    name: "accuracyLow",
    unit: "share",
    description: "lower end of the 95 % interval of the mean (t); null for one",
  },
  {
    name: "accuracyHigh",
    unit: "share",
    description: "upper end of the 95 % interval of the mean (t); null for one",
  },
  {
    name: "onFront",
    unit: null,
    description: "no other row has means that are cheaper and better; null if published",
  },
  {
    name: "frontShare",
    unit: "share",
    description: "of bootstrap draws over seeds in which it is on the front",
  },
  { name: "recipe", unit: null, description: "hash of the training settings without the seed" },
  { name: "published", unit: null, description: "whether the numbers are someone else's" },
  { name: "source", unit: null, description: "where a published number can be looked up" },
  { name: "convention", unit: null, description: "how the source counts; costs here have been converted" },
];

/** Where the cost is measured time. */
const latencyColumns: readonly TableColumn[] = [
  { name: "latency", unit: "ms", description: "of one image by a table of measured layers, mean over seeds" },
  { name: "latencySd", unit: "ms", description: "standard deviation over seeds; null for one" },
];

/**
 * A frontier as a table, one row for each row and published point: flat values only, every column in every row, as
 * danfojs wants them.
 *
 * @example
 * ```ts
 * const found = bars.records.loadTrainRecords("data/records/frontier");
 * const { runs } = bars.frontier.comparableRuns(found, { which: "all", checkpoint: "last" });
 * const table = bars.frontier.frontierTable(bars.frontier.frontier(runs, { measure: "bops" }));
 * console.log(table.columns.slice(0, 3).map(({ name }) => name)); // ["name","method","seeds"]
 * ```
 */
export function frontierTable(result: Frontier, leftOut: readonly string[] = []): Table {
  return table(
    `Accuracy against ${measureTitles[result.measure]}`,
    result.measure === "latency" ? [...columns, ...latencyColumns] : columns,
    [
      ...result.rows.map((row) => ({
        ...ownRow(row),
        ...(result.measure === "latency" && row.latency
          ? { latency: row.latency.mean, latencySd: row.latency.sd }
          : {}),
      })),
      ...result.published.map((point) => ({
        ...publishedRow(point),
        ...(result.measure === "latency" ? { latency: null, latencySd: null } : {}),
      })),
    ],
    {
      sources: result.rows.flatMap(({ runs }) => runs.map(({ place }) => place)),
      notes: [...frontierNotes(result), ...leftOut],
    },
  );
}

/**
 * The columns of a frontier a paper shows: name, seeds, costs in millions, accuracy ± standard deviation in per cent.
 *
 * @example
 * ```ts
 * console.log(bars.frontier.frontierLatexColumns().map(({ name }) => name)); // ["name","seeds","bops","ops","accuracy","source"]
 * ```
 */
export function frontierLatexColumns(): readonly LatexColumn[] {
  const millions = (value: TableCell) =>
    typeof value === "number" ? latexNumber(value / 1e6) : latexCell(value);
  const percent = (value: number) => (100 * value).toFixed(2);
  return [
    { name: "name", head: "Model" },
    { name: "seeds", head: "Seeds" },
    { name: "bops", head: "BOPs [M]", cell: millions },
    { name: "ops", head: "OPs [M]", cell: millions },
    {
      name: "accuracy",
      head: "Accuracy [\\%]",
      cell: (value, row) => {
        const sd = row["accuracySd"];
        const mean = typeof value === "number" ? percent(value) : latexCell(value);
        const text = typeof sd === "number" ? `$${mean} \\pm ${percent(sd)}$` : mean;
        return row["onFront"] === true ? `\\textbf{${text.replace(/^\$(.*)\$$/, "\\boldmath$$$1$$")}}` : text;
      },
    },
    { name: "source", head: "Source" },
  ];
}

/**
 * What must be said beside the numbers of a frontier.
 *
 * @example
 * ```ts
 * const found = bars.records.loadTrainRecords("data/records/frontier");
 * const { runs } = bars.frontier.comparableRuns(found, { which: "all", checkpoint: "last" });
 * console.log(bars.frontier.frontierNotes(bars.frontier.frontier(runs, { measure: "bops" })).length > 0); // true
 * ```
 */
export function frontierNotes(result: Frontier): string[] {
  const { area, reference, axis, measure, draws, singleRuns, recipes, rows } = result;
  const unit =
    axis === "log" ? `accuracy x decades of ${measureNames[measure]}` : `accuracy x ${measureNames[measure]}`;
  const fewest = Math.min(...rows.map(({ runs }) => runs.length).filter((n) => n > 1));
  const narrow = fewest < 5 ? `; too narrow, with rows of ${fewest} seeds` : "";
  const interval = area.interval
    ? `, 95 % bootstrap interval over seeds ${area.interval.map(fixed).join(" to ")} (${counted(draws, "draw")}${narrow})`
    : ", no interval: every row is a single run";
  return [
    `costs ${result.counting}; accuracy on ${result.testSet}`,
    `dominated area ${fixed(area.value)} ${unit}${interval}; reference point ${reference.cost} ${measureNames[measure]}, accuracy ${fixed(reference.accuracy)}`,
    ...result.methods.map(
      (method) =>
        `dominated area of "${method.method}" alone ${fixed(method.area.value)}${method.area.interval ? ` (${method.area.interval.map(fixed).join(" to ")})` : ""}; rows: ${method.rows}, runs: ${method.runs}`,
    ),
    ...(singleRuns > 0
      ? [`${singleRuns} of ${rows.length} rows are single runs: their spread is not known`]
      : []),
    ...rows
      .filter(({ seeds }) => new Set(seeds).size < seeds.length)
      .map(
        ({ name, seeds }) =>
          `"${name}" holds a seed more than once (${seeds.join(", ")}): are all of its runs meant, or are some of an earlier version?`,
      ),
    ...unfedNote(rows),
    ...(recipes.length > 1
      ? [`rows were trained by ${recipes.length} recipes, so they differ in more than their architecture`]
      : []),
  ];
}

/** What costs leave out, in one sentence. */
function unfedNote(rows: readonly FrontierRow[]): string[] {
  const named = rows.flatMap(({ name, runs }) =>
    runs
      .filter(({ unfedBops = 0 }) => unfedBops > 0)
      .map(({ seed, unfedBops = 0 }) => `"${name}" seed ${seed} ${unfedBops.toLocaleString("en-US")} BOPs`),
  );
  if (named.length === 0) return [];
  return [
    `costs leave out operations that nothing feeds, though some were trained with them: ${named.join(", ")}`,
  ];
}

function ownRow(row: FrontierRow): Table["rows"][number] {
  const cost = (name: string, { mean, sd }: SampleSummary) => ({ [name]: mean, [`${name}Sd`]: sd });
  return {
    name: row.name,
    method: row.method,
    seeds: row.seeds.length,
    ...cost("bops", row.bops),
    flops: row.flops.mean,
    ...cost("ops", row.ops),
    ...cost("accuracy", row.accuracy),
    accuracyLow: row.accuracy.interval?.[0] ?? null,
    accuracyHigh: row.accuracy.interval?.[1] ?? null,
    onFront: row.onFront,
    frontShare: row.frontShare,
    recipe: row.recipe.slice(0, 12),
    published: false,
    source: null,
    convention: null,
  };
}

function publishedRow(point: PublishedPoint): Table["rows"][number] {
  return {
    name: point.name,
    method: "published",
    seeds: null,
    bops: point.bops,
    bopsSd: null,
    flops: point.flops,
    ops: point.ops,
    opsSd: null,
    accuracy: point.accuracy,
    accuracySd: null,
    accuracyLow: null,
    accuracyHigh: null,
    onFront: null,
    frontShare: null,
    recipe: null,
    published: true,
    source: point.source,
    convention: point.convention,
  };
}

function fixed(value: number): string {
  return String(Number(value.toPrecision(4)));
}
