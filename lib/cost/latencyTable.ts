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

/** Rows with the time of each, where a table is in use: NaN for a layer that the table lacks. */
export function timed<R extends LayerCost>(rows: readonly R[]): R[] {
  const table = inUse;
  if (table === null) return [...rows];
  return rows.map((row) => {
    const key = latencyKey(row);
    const latencyMs = key === null ? 0 : Object.hasOwn(table.layers, key) ? table.layers[key] : Number.NaN;
    return { ...row, latencyMs };
  });
}

/**
 * The time of one image by a table: the sum over its layers, which run one after the other on one thread.
 *
 * @throws ConfigError for a layer that the table lacks, naming some.
 */
export function predictedLatency(rows: readonly LayerCost[], table: LatencyTable): number {
  const missing = new Set<string>();
  let sum = 0;
  for (const row of rows) {
    const key = latencyKey(row);
    if (key === null) continue;
    const own = Object.hasOwn(table.layers, key) ? table.layers[key] : undefined;
    if (own === undefined) missing.add(`"${row.name}" (${key})`);
    else sum += own;
  }
  if (missing.size === 0) return sum;
  const some = [...missing].slice(0, 3).join(", ");
  throw new ConfigError(
    `latency: the table of ${table.machine.name} should have the time of ${some}${missing.size > 3 ? ` and ${missing.size - 3} more layers` : ""}, got none. ${measureRemedy}`,
  );
}

const measureRemedy = "Measure them: bars.packed.measureLayerLatency(space or models).";

/**
 * The time of a cost; that of no layer is 0.
 * @throws ConfigError where no table is in use, or the one in use lacks layers.
 */
function checkedLatency(latencyMs: number | undefined): number {
  if (latencyMs === undefined && inUse !== null) return 0;
  if (latencyMs !== undefined && !Number.isNaN(latencyMs)) return latencyMs;
  throw new ConfigError(
    latencyMs === undefined
      ? `cost: measure "latency" needs a table of measured layers, got none. ${measureRemedy} Then bars.cost.useLatencyTable(table).`
      : `cost: measure "latency": the table of ${inUse?.machine.name} lacks layers of this network. ${measureRemedy} Then bars.cost.useLatencyTable(table).`,
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
