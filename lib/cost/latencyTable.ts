import { ConfigError } from "../util/errors";
import { type ComparedMeasure, type Cost, costIn, type LayerCost } from "./cost";

/**
 * Times of single layers of packed networks, measured on one machine: what the cost measure `latency` adds up. Plain, versioned JSON;
 * `measureLayerLatency` makes it.
 */
export interface LatencyTable {
  readonly kind: "bars.latency-table";
  readonly schema: 1;
  /** The machine's name, and its processor. */
  readonly machine: { readonly name: string; readonly processor: string };
  readonly engine: {
    /** Version of the library. */
    readonly bars: string;
    readonly kernel: string;
    readonly relaxedSimd: boolean;
    readonly threads: number;
    /** E.g. `node 22.1.0`. */
    readonly runtime: string;
  };
  readonly createdAt: string;
  /** How it was measured, in words. */
  readonly counting: string;
  /** Milliseconds of one image by {@link latencyKey}: the shortest of several measurements. */
  readonly layers: Readonly<Record<string, number>>;
}

/**
 * Layers that take time of their own; of sums and signs what they add to the layer that writes the map. All others are done while that
 * writes its result.
 */
const timedLayers = [
  "conv",
  "binary_conv",
  "linear",
  "max_pool",
  "avg_pool",
  "global_pool",
  "concat",
  "match_channels",
  "sum",
  "sum_pass",
  "sign",
  "rsign",
] as const;

type Row = Pick<LayerCost, "name" | "layer" | "inputShape" | "outputShape" | "flops" | "bops">;

/**
 * What tells layers apart whose times differ: what it is, its shapes, and of a convolution `kernel² / groups`. Null for a layer
 * without time of its own.
 */
export function latencyKey(row: Row): string | null {
  const { layer, inputShape, outputShape } = row;
  if (!timedLayers.some((name) => name === layer)) return null;
  const taps = tapsOf(row);
  const own = taps === null ? "" : ` ${taps}`;
  return `${layer} ${inputShape.join("x")} ${outputShape.join("x")}${own}`;
}

/** `kernel² / groups` of a convolution; null for other layers. */
export function tapsOf({ layer, inputShape, outputShape, flops, bops }: Row): number | null {
  if (layer !== "conv" && layer !== "binary_conv") return null;
  const [height, width, out] = outputShape;
  return (layer === "conv" ? flops : bops) / (height * width * out * inputShape[2]);
}

const cellOf = ({ name }: Row) => name.slice(0, name.indexOf("."));
/** `cell3.edge2-0.skip_connect.sum`: the sum of an operation into its node. */
const edgeSum = /^cell\d*\.edge(\d+)-\d+\.[^.]+\.sum$/;
const operationOf = ({ name }: Row) => name.slice(0, name.lastIndexOf("."));

/** Cell and node that an operation is summed into; null for other rows. */
function nodeOf(row: Row): string | null {
  const to = edgeSum.exec(row.name)?.[1];
  return to === undefined ? null : `${cellOf(row)}.${to}`;
}

/**
 * Rows as they are timed. Most sums are done while another layer writes its map; those that have no such layer are passes over their map,
 * "sum_pass": behind a concatenation (a cell's shortcut that changes nothing), and of operations into a node. A pooling takes the sums of
 * its node along.
 *
 * @param rows in the order of a cost table.
 */
export function timedRows<R extends Row>(rows: readonly R[]): R[] {
  const pooled = new Set(rows.filter(({ layer }) => layer.endsWith("_pool")).map(operationOf));
  return rows.map((row, i) => {
    if (row.layer !== "sum") return row;
    const own = edgeSum.test(row.name) && !pooled.has(operationOf(row));
    return own || rows[i - 1]?.layer === "concat" ? { ...row, layer: "sum_pass" } : row;
  });
}

/**
 * How much of its time each row of {@link timedRows} takes in a network.
 *
 * - A node of `k` operations takes `ceil((k − 1) / 2)` passes: the first needs none, and a pass adds two. Of an operation alone: half a
 *   pass, which no node exceeds.
 * - The 1x1 at the entrance of a cell without operations takes none: nothing reads it, and packed networks leave it out.
 *
 * @param whole whether the rows are a whole network, else parts of one.
 */
function timedShares(rows: readonly Row[], whole: boolean): number[] {
  if (!whole) return rows.map((row) => (row.layer === "sum_pass" && nodeOf(row) !== null ? 0.5 : 1));
  const busy = new Set(rows.filter(({ name }) => name.includes(".edge")).map(cellOf));
  const taken = new Set(rows.flatMap((row) => (row.layer === "sum" ? (nodeOf(row) ?? []) : [])));
  const terms = new Map<string, number>();
  const joined = new Set<string>();
  return rows.map((row) => {
    const cell = cellOf(row);
    if (row.layer === "concat") joined.add(cell);
    if (row.name.startsWith(`${cell}.process.`) && !joined.has(cell)) return busy.has(cell) ? 1 : 0;
    const node = row.layer === "sum_pass" ? nodeOf(row) : null;
    if (node === null) return 1;
    const before = terms.get(node) ?? 0;
    terms.set(node, before + 1);
    return taken.has(node) || before % 2 === 0 ? 0 : 1;
  });
}

let inUse: LatencyTable | null = null;

/**
 * Has the cost measure `latency` add up the times of a table, in this process: costs then have `latencyMs`, derivation rule "budget"
 * takes `measure: "latency"` with a budget in milliseconds, and a frontier is drawn over it. Null: no table any more.
 *
 * @example
 * ```ts
 * const space = bars.space.spaceConfig({ initChannels: 4, cellLayout: [0, 1, 0], steps: 1 });
 * const genotype = bars.space.randomGenotype(space, bars.randomKey(0));
 * const model = bars.records.genotypeModel(genotype, "tiny");
 * bars.cost.useLatencyTable(await bars.packed.measureLayerLatency([model], { milliseconds: 1 }));
 * console.log(bars.cost.totalCost(genotype).latencyMs > 0); // true
 * bars.cost.useLatencyTable(null);
 * ```
 */
export function useLatencyTable(table: LatencyTable | null): void {
  inUse = table;
}

/**
 * The table in use; null for none.
 *
 * @example
 * ```ts
 * console.log(bars.cost.latencyTable()); // null
 * ```
 */
export function latencyTable(): LatencyTable | null {
  return inUse;
}

/**
 * Rows with the time of each, where a table is in use: NaN for a layer that the table lacks.
 * @param whole whether they are all layers of a network. Of parts the times are such that their sum is never below the network's.
 */
export function timed<R extends LayerCost>(rows: readonly R[], whole = false): R[] {
  const table = inUse;
  if (table === null) return [...rows];
  const times = rowTimes(rows, table, whole);
  return rows.map((row, i) => ({ ...row, latencyMs: times[i]?.ms }));
}

/** Time of each row, NaN where the table lacks it, and its key there. */
function rowTimes(rows: readonly LayerCost[], { layers }: LatencyTable, whole: boolean) {
  const seen = timedRows(rows);
  return timedShares(seen, whole).map((share, i) => {
    const key = share === 0 ? null : latencyKey(seen[i] as LayerCost);
    const ms = key === null ? 0 : Object.hasOwn(layers, key) ? share * (layers[key] as number) : Number.NaN;
    return { key, ms };
  });
}

/**
 * The time of one image by a table: the sum over a network's layers, which run one after the other on one thread.
 *
 * @param rows all of its layers, in the order of the cost table.
 *
 * @throws ConfigError for a layer that the table lacks, naming some.
 */
export function predictedLatency(rows: readonly LayerCost[], table: LatencyTable): number {
  const missing = new Set<string>();
  let sum = 0;
  for (const [i, { key, ms }] of rowTimes(rows, table, true).entries()) {
    if (Number.isNaN(ms)) missing.add(`"${(rows[i] as LayerCost).name}" (${key})`);
    else sum += ms;
  }
  if (missing.size === 0) return sum;
  const some = [...missing].slice(0, 3).join(", ");
  throw new ConfigError(
    `latency: the table of ${table.machine.name} should have the time of ${some}${missing.size > 3 ? ` and ${missing.size - 3} more layers` : ""}, got none. ${measureRemedy}`,
  );
}

const measureRemedy =
  "Measure them: bars.packed.measureLayerLatency(space or models), in a shell bars latency.";

/**
 * The time of a cost; that of no layer is 0.
 * @throws ConfigError where no table is in use, or the one in use lacks layers.
 */
function checkedLatency(latencyMs: number | undefined): number {
  if (latencyMs === undefined && inUse !== null) return 0;
  if (latencyMs !== undefined && !Number.isNaN(latencyMs)) return latencyMs;
  throw new ConfigError(
    latencyMs === undefined
      ? `cost: measure "latency" needs a table of measured layers, got none. ${measureRemedy} Then bars.cost.useLatencyTable(table), in a shell --latency.`
      : `cost: measure "latency": the table of ${inUse?.machine.name} lacks layers of this network. ${measureRemedy} Then bars.cost.useLatencyTable(table), in a shell --latency.`,
  );
}

/**
 * The measure of a cost, measured time among them.
 * @throws ConfigError for "latency" where no table of measured layers is in use, or the one in use lacks layers.
 */
export function comparedIn(
  cost: Pick<Cost, "flops" | "bops" | "latencyMs">,
  measure: ComparedMeasure,
): number {
  return measure === "latency" ? checkedLatency(cost.latencyMs) : costIn(cost, measure);
}
