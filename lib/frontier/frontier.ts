import { deepFreeze } from "../config/check";
import { type ComparedMeasure, comparedMeasures, measureNames } from "../cost/cost";
import { randomKey } from "../random/randomKey";
import { ConfigError, RecordError } from "../util/errors";
import { type AttainmentStep, attainmentCurve } from "./attainment";
import { bootstrapPoints, intervalAround, pointOf } from "./bootstrap";
import { costOfRow, type FrontierGrouping, groupRuns, type RunGroup } from "./groupRuns";
import { type CostAxis, hypervolume, type ReferencePoint } from "./hypervolume";
import { type CostAccuracy, onFront } from "./paretoFront";
import { type PublishedPoint, publishedCost } from "./publishedPoint";
import { costOfRun, type RunPoint } from "./runPoint";

export interface FrontierOptions {
  readonly measure?: ComparedMeasure;
  readonly group?: FrontierGrouping;
  /** For the dominated area. */
  readonly axis?: CostAxis;
  /** For the dominated area; default: {@link defaultReference}. Give it to compare areas of several frontiers. */
  readonly reference?: ReferencePoint;
  /** Bootstrap draws over seeds. */
  readonly draws?: number;
  /** Of the bootstrap. */
  readonly seed?: number;
  readonly published?: readonly PublishedPoint[];
}

/** One row: repetitions of a model, and how it stands against the others. */
export interface FrontierRow extends RunGroup {
  /** Whether no other row's means are cheaper and better. */
  readonly onFront: boolean;
  /** Share of the bootstrap draws in which it is on the front; null where no row has more than one seed. */
  readonly frontShare: number | null;
}

/** A dominated area and how far seeds move it. */
export interface DominatedArea {
  readonly value: number;
  /** 95 % bootstrap interval over seeds; null where no row has more than one seed. */
  readonly interval: readonly [number, number] | null;
}

/** All rows of one way to come by an architecture, as one curve. */
export interface FrontierMethod {
  readonly method: string;
  readonly rows: number;
  readonly runs: number;
  /** Dominated by this method's rows alone. */
  readonly area: DominatedArea;
  /**
   * What one, half (rounded up) and all of its seeds reach at a cost. Null unless every row has the same seeds,
   * because otherwise a seed without a row would count as one that reaches nothing.
   */
  readonly attainment: {
    readonly seeds: number;
    readonly best: readonly AttainmentStep[];
    readonly median: readonly AttainmentStep[];
    readonly all: readonly AttainmentStep[];
  } | null;
}

/** Accuracy against cost, over seeds. Plain, versioned JSON. */
export interface Frontier {
  readonly kind: "bars.frontier";
  readonly schema: 1;
  readonly measure: ComparedMeasure;
  /** How costs are counted. */
  readonly counting: string;
  readonly testSet: string;
  readonly classes: number;
  /** By mean cost, cheap first. */
  readonly rows: readonly FrontierRow[];
  readonly area: DominatedArea;
  readonly methods: readonly FrontierMethod[];
  readonly axis: CostAxis;
  readonly reference: ReferencePoint;
  readonly draws: number;
  /** Rows of a single run: their spread is unknown and in no interval. */
  readonly singleRuns: number;
  /** Hashes of the recipes the rows were trained by. More than one: rows differ in more than their architecture. */
  readonly recipes: readonly string[];
  readonly published: readonly PublishedPoint[];
}

/**
 * The accuracy-against-cost frontier of trained networks: mean and spread over seeds of every model, which of them no
 * other dominates, and the area they dominate with a bootstrap interval over seeds, of all rows and of each method.
 * Published points are carried along and enter none of this.
 *
 * @throws RecordError for no run, a run given twice, and runs tested on different images.
 * @throws ConfigError for an unknown measure, a network that costs none of it, and a bootstrap or reference point out of
 * range.
 *
 * @example
 * ```ts
 * const found = bars.records.loadTrainRecords("data/records/frontier");
 * const { runs } = bars.frontier.comparableRuns(found, { which: "all", checkpoint: "last" });
 * const result = bars.frontier.frontier(runs, { measure: "bops" });
 * console.log(result.rows.length > 5, result.rows[0].name); // true resnet20-0125
 * ```
 */
export function frontier(runs: readonly RunPoint[], options: FrontierOptions = {}): Frontier {
  const { measure = "bops", group = "name", axis = "log", draws = 2000, seed = 0, published = [] } = options;
  if (!comparedMeasures.includes(measure)) {
    throw new ConfigError(
      `frontier: measure must be one of ${comparedMeasures.join(", ")}, got ${JSON.stringify(measure)}.`,
    );
  }
  const [first] = runs;
  if (first === undefined) {
    throw new RecordError("frontier: expected the record of at least one finished training, got none.");
  }
  if (measure === "latency") rejectUntimed(runs);
  rejectFree(runs, published, measure);
  const order = (a: RunGroup, b: RunGroup) =>
    costOfRow(a, measure).mean - costOfRow(b, measure).mean || (a.name < b.name ? -1 : 1);
  const groups = groupRuns(runs, group).sort(order);
  const reference = options.reference ?? defaultReference(runs, measure);
  const points = groups.map((row) => pointOf(row.runs, measure));
  const repeated = groups.some((row) => row.runs.length > 1);
  const drawn = repeated ? bootstrapPoints(groups, measure, draws, { key: randomKey(seed) }) : [];
  const fronts = drawn.map(onFront);
  const front = onFront(points);
  /** The area of some of the rows, and its interval from the same rows of every draw. */
  const area = (keep: (row: number) => boolean): DominatedArea => {
    const of = (all: readonly CostAccuracy[]) =>
      hypervolume(
        all.filter((_, row) => keep(row)),
        reference,
        axis,
      );
    const varies = groups.some((row, i) => keep(i) && row.runs.length > 1);
    const value = of(points);
    return { value, interval: varies ? intervalAround(value, drawn.map(of)) : null };
  };
  const methods = [...new Set(groups.map(({ method }) => method))].sort();
  return deepFreeze({
    kind: "bars.frontier",
    schema: 1,
    measure,
    counting:
      measure === "latency"
        ? "in milliseconds of one image on one thread, by a table of measured layers"
        : "for one image, one multiply-accumulate = 1 operation; OPs = FLOPs + BOPs / 64",
    testSet: first.testSet,
    classes: first.classes,
    rows: groups.map((row, i) => ({
      ...row,
      onFront: front[i] as boolean,
      frontShare: repeated ? fronts.filter((one) => one[i]).length / draws : null,
    })),
    area: area(() => true),
    methods: methods.map((method) => {
      const own = groups.filter((row) => row.method === method);
      return {
        method,
        rows: own.length,
        runs: own.reduce((sum, row) => sum + row.runs.length, 0),
        area: area((row) => groups[row]?.method === method),
        attainment: attainmentOf(own, measure),
      };
    }),
    axis,
    reference,
    draws: repeated ? draws : 0,
    singleRuns: groups.filter((row) => row.runs.length === 1).length,
    recipes: [...new Set(groups.map(({ recipe }) => recipe))],
    published,
  } satisfies Frontier);
}

/** What has no time by the table in use has no place on that axis. */
function rejectUntimed(runs: readonly RunPoint[]): void {
  const untimed = runs.filter(({ latency }) => latency === undefined || Number.isNaN(latency));
  const [first] = untimed;
  if (first)
    throw new ConfigError(
      `frontier: measure "latency" needs the time of every network, got none for ${first.name} (${first.place})${untimed.length > 1 ? ` and ${untimed.length - 1} more` : ""}. Measure the layers, bars.packed.measureLayerLatency(models), have them used, bars.cost.useLatencyTable(table), and read the runs again; in a shell: bars latency, and --latency.`,
    );
}

/**
 * A real-valued network has no BOPs: on that axis it would lie at 0, cheaper than every binary one and better, and on a
 * logarithmic axis nowhere.
 */
function rejectFree(
  runs: readonly RunPoint[],
  published: readonly PublishedPoint[],
  measure: ComparedMeasure,
): void {
  const free = [
    ...runs
      .filter((run) => costOfRun(run, measure) === 0)
      .map(({ name, seed, place }) => `${name} seed ${seed} (${place})`),
    ...published
      .filter((point) => publishedCost(point, measure) === 0)
      .map(({ name }) => `${name} (published)`),
  ];
  if (free.length === 0) return;
  const cost = measureNames[measure];
  const kind = measure === "bops" ? "real-valued networks have none" : "they have none";
  const other =
    measure === "ops" ? "" : 'take measure "ops", which counts real and binary arithmetic together, or ';
  throw new ConfigError(
    `frontier: every network on an axis of ${cost} must cost some, got 0 for ${free.join(", ")}: ${kind}. To compare them, ${other}leave these out.`,
  );
}

/**
 * The reference point taken where none is given: the smallest of 1, 2, 5, 10, 20, … above the cost of every run, so
 * that small changes of the runs keep it, and the accuracy of guessing.
 */
export function defaultReference(runs: readonly RunPoint[], measure: ComparedMeasure): ReferencePoint {
  const most = Math.max(...runs.map((run) => costOfRun(run, measure)));
  // Counts are whole; milliseconds may be less than one.
  const decade = 10 ** Math.floor(Math.log10(measure === "latency" ? most : Math.max(most, 1)));
  const cost = [1, 2, 5, 10].map((step) => step * decade).find((step) => step > most) ?? 20 * decade;
  return { cost, accuracy: 1 / (runs[0]?.classes ?? 1) };
}

/**
 * The most accurate row within a budget.
 * @throws RecordError if every row costs more, naming the cheapest.
 *
 * @example
 * ```ts
 * const found = bars.records.loadTrainRecords("data/records/frontier");
 * const { runs } = bars.frontier.comparableRuns(found, { which: "all", checkpoint: "last" });
 * const result = bars.frontier.frontier(runs, { measure: "bops" });
 * console.log(bars.frontier.bestWithin(result, 7e6).name); // bars-6M-c24
 * ```
 */
export function bestWithin(result: Frontier, budget: number): FrontierRow {
  const affordable = result.rows.filter((row) => costOfRow(row, result.measure).mean <= budget);
  const best = affordable.reduce<FrontierRow | undefined>(
    (found, row) => (found && found.accuracy.mean >= row.accuracy.mean ? found : row),
    undefined,
  );
  if (best) return best;
  const [cheapest] = result.rows;
  throw new RecordError(
    `bestWithin: no row stays within ${budget} ${result.measure}; the cheapest is ${cheapest?.name} with ${cheapest && costOfRow(cheapest, result.measure).mean}. Raise the budget, or train cheaper networks.`,
  );
}

function attainmentOf(rows: readonly RunGroup[], measure: ComparedMeasure): FrontierMethod["attainment"] {
  const seeds = rows[0]?.seeds ?? [];
  const same = rows.every((row) => row.seeds.join() === seeds.join());
  if (!same || new Set(seeds).size < seeds.length) return null;
  const repetitions = seeds.map((_, i) =>
    rows.map(({ runs }) => {
      const run = runs[i] as RunPoint;
      const [cost, accuracy] = [costOfRun(run, measure), run.accuracy];
      return { cost, accuracy };
    }),
  );
  return {
    seeds: seeds.length,
    best: attainmentCurve(repetitions, 1),
    median: attainmentCurve(repetitions, Math.ceil(seeds.length / 2)),
    all: attainmentCurve(repetitions, seeds.length),
  };
}
