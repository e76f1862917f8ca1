import type { RandomKey } from "../random/randomKey";
import { type Table, type TableColumn, type TableRecord, table } from "../records/table";
import { counted } from "../util/counted";
import { ConfigError, RecordError } from "../util/errors";
import { mean } from "../util/statistics";
import type { AnalysisRecord } from "./analysisRecord";
import { networkScores } from "./networkScores";
import { holm, kendall, partialSpearman, permutationP, spearman } from "./rankCorrelation";

export interface AgainstAccuracyOptions {
  /** What counts as one network: every run, or an architecture, its runs averaged. Default "model". */
  readonly by?: "run" | "model";
  /** Permutations behind a p-value. Default 10,000. */
  readonly draws?: number;
}

/** Networks without which correlations are not computed. */
export const leastNetworks = 5;
/** Below this many networks the table says that intervals are wide. */
const enough = 20;

/** One network: its test accuracy and its scores, means over its runs. */
interface Scored {
  readonly name: string;
  readonly runs: number;
  readonly accuracy: number;
  readonly scores: Readonly<Record<string, number | null>>;
}

/**
 * Which measures go along with test accuracy: for every score of `networkScores` its rank correlation with the test
 * accuracy of trained networks, each with a 95 % interval, and what is left of it at equal BOPs.
 *
 * Runs of one architecture (seeds) are not independent of each other; by default they are averaged and count once.
 * p-values are by permutation, adjusted for the number of scores (Holm). A correlation says nothing about causes.
 *
 * @throws ConfigError for fewer than 5 networks; RecordError for a record without a tested run, records of different
 * data or settings, and a run that comes twice.
 *
 * @example
 * ```ts
 * const data = { dataset: "synthetic", trainImages: 48, testImages: 16 };
 * const settings = { images: 40, probeImages: 16, bits: 2, gradient: { batches: 0 } };
 * const records = [];
 * for (const seed of [0, 1, 2, 3, 4]) {
 *   const { model } = bars.networks.trainTarget("nin-bireal-x0.03125");
 *   const directory = `runs/nin-${seed}`;
 *   await bars.train(bars.trainConfig({ data, batchSize: 16, epochs: 1, seed }), model, { directory });
 *   records.push(await bars.analyzeNetwork(directory, null, { config: settings }));
 * }
 * const key = bars.randomKey(0);
 * const table = bars.analysis.measuresAgainstAccuracy(records, { by: "run", draws: 100 }, { key });
 * console.log(table.rows.length > 0, table.rows[0].n); // true 5
 * ```
 */
export function measuresAgainstAccuracy(
  records: readonly AnalysisRecord[],
  options: AgainstAccuracyOptions,
  { key }: { readonly key: RandomKey },
): Table {
  const { by = "model", draws = 10_000 } = options;
  const networks = scoredNetworks(records, by);
  if (networks.length < leastNetworks) {
    throw new ConfigError(
      `measuresAgainstAccuracy: expected at least ${leastNetworks} networks (20 for intervals worth reading), got ${networks.length}${by === "model" ? ", runs of one architecture counted once" : ""}. Train more.`,
    );
  }
  const rows = networkScores.flatMap((score) => {
    const known = networks.filter(({ scores }) => scores[score.name] !== null);
    if (known.length < leastNetworks) return [];
    const values = known.map(({ scores }) => scores[score.name] as number);
    const accuracy = known.map((network) => network.accuracy);
    const found = spearman(values, accuracy);
    if (!found) return [];
    const bops = known.map(({ scores }) => scores["bops"] as number);
    const partial = score.name === "bops" ? null : partialSpearman(values, accuracy, bops);
    const tau = kendall(values, accuracy);
    const row: TableRecord = {
      score: score.name,
      measure: score.measure,
      n: known.length,
      spearman: found.value,
      low: found.interval?.[0] ?? null,
      high: found.interval?.[1] ?? null,
      p: permutationP(values, accuracy, draws, key),
      pHolm: 1,
      kendall: tau?.value ?? null,
      kendallLow: tau?.interval?.[0] ?? null,
      kendallHigh: tau?.interval?.[1] ?? null,
      atEqualBops: partial?.value ?? null,
      atEqualBopsLow: partial?.interval?.[0] ?? null,
      atEqualBopsHigh: partial?.interval?.[1] ?? null,
      uses: score.uses,
      description: `${score.description} (${score.unit})`,
    };
    return [row];
  });
  const adjusted = holm(rows.map((row) => row["p"] as number));
  const accuracies = networks.map(({ accuracy }) => accuracy);
  const runs = networks.reduce((sum, network) => sum + network.runs, 0);
  return table(
    "Measures against test accuracy",
    columns,
    rows.map((row, i) => ({ ...row, pHolm: adjusted[i] as number })),
    {
      sources: records.map(({ run }) => run?.configHash ?? ""),
      notes: [
        `${counted(networks.length, "network")} from ${counted(runs, "run")}, ${by === "model" ? "runs of one architecture averaged" : "every run counted"}; ${records[0]?.data.name}, test accuracies from ${percent(Math.min(...accuracies))} to ${percent(Math.max(...accuracies))}.`,
        `Measured on ${records[0]?.data.images} training images; probes scored on ${records[0]?.data.probeImages} test images, so that they are close to the accuracy itself.`,
        "95 % intervals: Bonett & Wright 2000 (Spearman), Fieller et al. 1957 (Kendall), for each score alone; p by permutation, adjusted over all rows by Holm.",
        "At equal BOPs: partial rank correlation, ranks of BOPs taken out.",
        ...(networks.length < enough ? [`Fewer than ${enough} networks: intervals are wide.`] : []),
      ],
    },
  );
}

/**
 * Every network's accuracy and scores, one row each.
 *
 * @example
 * ```ts
 * const data = { dataset: "synthetic", trainImages: 48, testImages: 16 };
 * const space = bars.space.spaceConfig({ initChannels: 4, cellLayout: [0, 1, 0], steps: 1 });
 * const model = bars.records.genotypeModel(bars.space.randomGenotype(space, bars.randomKey(0)), "tiny");
 * await bars.train(bars.trainConfig({ data, batchSize: 8, epochs: 2 }), model, { directory: "runs/tiny-train" });
 * const settings = { images: 40, probeImages: 16, bits: 2, gradient: { batches: 0 } };
 * const analysis = await bars.analyzeNetwork("runs/tiny-train", null, { config: settings });
 * console.log(bars.analysis.scoresTable([analysis]).rows.length); // 1
 * ```
 */
export function scoresTable(records: readonly AnalysisRecord[], by: "run" | "model" = "run"): Table {
  const networks = scoredNetworks(records, by);
  const scores: TableColumn[] = networkScores.map(({ name, unit, description }) => ({
    name,
    unit,
    description,
  }));
  return table(
    "Scores of trained networks",
    [
      { name: "network", unit: null, description: "name of the model, with the seed where every run counts" },
      { name: "runs", unit: null, description: "runs averaged" },
      { name: "accuracy", unit: "share", description: "on all test images" },
      ...scores,
    ],
    networks.map(({ name, runs, accuracy, scores: own }) => ({ network: name, runs, accuracy, ...own })),
    { sources: records.map(({ run }) => run?.configHash ?? ""), notes: [] },
  );
}

function scoredNetworks(records: readonly AnalysisRecord[], by: "run" | "model"): Scored[] {
  const groups = new Map<string, AnalysisRecord[]>();
  const seen = new Set<string>();
  const [first] = records;
  for (const [i, record] of records.entries()) {
    const { run, data } = record;
    if (!run || run.testAccuracy === null) {
      throw new RecordError(
        `measuresAgainstAccuracy: record ${i}${run ? ` (${run.name})` : ""} has no test accuracy; analyse finished runs.`,
      );
    }
    if (seen.has(run.configHash))
      throw new RecordError(`measuresAgainstAccuracy: the run "${run.name}" (seed ${run.seed}) comes twice.`);
    seen.add(run.configHash);
    if (first && (data.name !== first.data.name || !sameSettings(record, first))) {
      throw new RecordError(
        `measuresAgainstAccuracy: "${run.name}" was analysed on other images or with other settings than "${first.run?.name}"; analyse all runs alike.`,
      );
    }
    const leading = first?.run;
    if (leading && !sameMoment(run, leading))
      throw new RecordError(
        `measuresAgainstAccuracy: "${run.name}" was analysed at its ${momentOf(run)}, "${leading.name}" at its ${momentOf(leading)}; take trainings of one length, and one checkpoint.`,
      );
    const group = by === "model" ? run.modelHash : run.configHash;
    groups.set(group, [...(groups.get(group) ?? []), record]);
  }
  return [...groups.values()].map((own) => {
    const runs = own.map(({ run }) => run as NonNullable<AnalysisRecord["run"]>);
    const [leading] = runs as [NonNullable<AnalysisRecord["run"]>];
    return {
      name: by === "model" ? leading.name : `${leading.name} seed ${leading.seed}`,
      runs: own.length,
      accuracy: mean(runs.map(({ testAccuracy }) => testAccuracy as number)),
      scores: Object.fromEntries(
        networkScores.map(({ name, of }) => {
          const values = own.map(of);
          const complete = values.every((value) => value !== null && Number.isFinite(value));
          return [name, complete ? mean(values as number[]) : null];
        }),
      ),
    };
  });
}

type Run = NonNullable<AnalysisRecord["run"]>;

/** The best epoch differs from run to run; the last one does where trainings are of different lengths. */
function sameMoment(a: Run, b: Run): boolean {
  return a.checkpoint === b.checkpoint && (a.checkpoint === "best" || a.epoch === b.epoch);
}

function momentOf({ checkpoint, epoch }: Run): string {
  return `${checkpoint} epoch (${epoch + 1})`;
}

function sameSettings(a: AnalysisRecord, b: AnalysisRecord): boolean {
  return JSON.stringify(a.config) === JSON.stringify(b.config);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

const columns: readonly TableColumn[] = [
  { name: "score", unit: null, description: "one number for a network" },
  { name: "measure", unit: null, description: "the measure it comes from, or cost" },
  { name: "n", unit: null, description: "networks" },
  { name: "spearman", unit: null, description: "rank correlation with test accuracy" },
  { name: "low", unit: null, description: "lower end of its 95 % interval" },
  { name: "high", unit: null, description: "upper end" },
  { name: "p", unit: null, description: "two-sided, by permutation" },
  { name: "pHolm", unit: null, description: "adjusted for the number of scores" },
  { name: "kendall", unit: null, description: "Kendall's tau-b" },
  { name: "kendallLow", unit: null, description: "lower end of its 95 % interval" },
  { name: "kendallHigh", unit: null, description: "upper end" },
  { name: "atEqualBops", unit: null, description: "Spearman's correlation with BOPs taken out" },
  { name: "atEqualBopsLow", unit: null, description: "lower end of its 95 % interval" },
  { name: "atEqualBopsHigh", unit: null, description: "upper end" },
  { name: "uses", unit: null, description: "what it looks at" },
  { name: "description", unit: null, description: "what it is, with its unit" },
];
