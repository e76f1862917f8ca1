import { cpus, hostname } from "node:os";
import { type BinarizationConfig, defaultBinarizationConfig } from "../config/binarizationConfig";
import type { SpaceConfig } from "../config/spaceConfig";
import { baselineLayers } from "../cost/baselineSpecs";
import type { LayerCost } from "../cost/cost";
import { costTable } from "../cost/costTable";
import { type LatencyTable, latencyKey, predictedLatency } from "../cost/latencyTable";
import { distinctLayers, spaceLayers } from "../cost/spaceLayers";
import { layerProgram, timedStep } from "../packed/layerProgram";
import type { Program } from "../packed/program";
import { WasmEngine } from "../packed/wasm/wasmEngine";
import type { ModelSpec } from "../records/modelSpec";
import { ConfigError } from "../util/errors";
import { type Progress, silentProgress } from "../util/progress";
import { version } from "../util/version";
import { shortestCall } from "./shortestCall";

/** How {@link measureLayerLatency} measures. */
export interface MeasureLayersOptions {
  /** Of genotypes' networks; hand-made ones bring their own. */
  readonly binarization?: BinarizationConfig;
  /** Milliseconds each kind of layer runs; 24 by default. The shortest of its calls counts, which other work disturbs least. */
  readonly milliseconds?: number;
  /** A table whose layers are taken over; only what it lacks is measured. It must be of the same machine and engine. */
  readonly into?: LatencyTable;
  readonly progress?: Progress;
}

/** Turns that all layers get one after the other, so that a moment in which the machine does other work hits none of them always. */
const rounds = 8;

const counting =
  "milliseconds of one image on one thread, the shortest of all calls of a layer alone: convolutions with scale, shift and ReLU of their result; of sums and signs what they add to the step that writes the map, of sums that no other layer does the pass they are; of the linear layer with what a call takes; batch norms, activations and copies are done while a map is written and have no time of their own";

/**
 * Measures every kind of layer of a space, or of some models, on the packed engine of this machine: the table that the cost measure
 * `latency` adds up (`useLatencyTable`).
 *
 * @param what a space, whose every layer at every width is measured (some hundred, a second or two), or models.
 * @throws ConfigError where `into` is of another machine or engine, and for milliseconds that are none.
 *
 * @example
 * ```ts
 * const { model: small } = bars.networks.trainTarget("resnet20-bireal-x0.125");
 * const table = await bars.packed.measureLayerLatency([small], { milliseconds: 1 });
 * console.log(bars.packed.predictLatency(small, table) > 0); // true
 * ```
 */
export async function measureLayerLatency(
  what: SpaceConfig | readonly ModelSpec[],
  options: MeasureLayersOptions = {},
): Promise<LatencyTable> {
  const { binarization, milliseconds = 24, into, progress = silentProgress } = options;
  if (!(Number.isFinite(milliseconds) && milliseconds > 0))
    throw new ConfigError(
      `measureLayerLatency: milliseconds must be a number above 0, got ${String(milliseconds)}.`,
    );
  const models = Array.isArray(what) ? (what as readonly ModelSpec[]) : null;
  const rows = models
    ? distinctLayers(models.flatMap((model) => modelLayers(model, binarization)))
    : spaceLayers(what as SpaceConfig, binarization);
  const layers: Record<string, number> = { ...into?.layers };
  const missing = rows.filter((row) => !Object.hasOwn(layers, latencyKey(row) as string));
  const about = await aboutEngine();
  if (into) rejectOther(into, about);
  progress.start("layers", rounds * missing.length, "measurements");
  try {
    for (let round = 0; round < rounds; round++) {
      for (const [i, row] of missing.entries()) {
        const key = latencyKey(row) as string;
        const ms = await layerTime(row, milliseconds / rounds);
        layers[key] = round === 0 ? ms : Math.min(layers[key] as number, ms);
        progress.update(round * missing.length + i + 1);
      }
    }
  } finally {
    progress.stop();
  }
  const createdAt = new Date().toISOString();
  return { kind: "bars.latency-table", schema: 1, ...about, createdAt, counting, layers };
}

/** The layers of a model with their costs. */
export function modelLayers(
  model: ModelSpec,
  binarization: BinarizationConfig = defaultBinarizationConfig,
): LayerCost[] {
  return model.kind === "baseline" ? baselineLayers(model) : costTable(model.genotype, binarization);
}

/**
 * Milliseconds of one image of a model by a table: the sum over its layers.
 * @throws ConfigError for a layer that the table lacks.
 *
 * @example
 * ```ts
 * const { model: small } = bars.networks.trainTarget("resnet20-bireal-x0.125");
 * const table = await bars.packed.measureLayerLatency([small], { milliseconds: 1 });
 * console.log(bars.packed.predictLatency(small, table) > 0); // true
 * ```
 */
export function predictLatency(
  model: ModelSpec,
  table: LatencyTable,
  binarization: BinarizationConfig = defaultBinarizationConfig,
): number {
  return predictedLatency(modelLayers(model, binarization), table);
}

/** Shortest time of a layer alone, the sum over its steps; of a linear layer, of which a network has one, that of a whole call. */
async function layerTime(row: LayerCost, milliseconds: number): Promise<number> {
  const { program, without } = layerProgram(row);
  if (row.layer === "linear") return callTime(program, milliseconds);
  const engines = await Promise.all(
    [program, ...(without ? [without] : [])].map((one) => WasmEngine.create(one, { threads: 1 })),
  );
  try {
    const shortest = engines.map(() => Number.POSITIVE_INFINITY);
    const end = performance.now() + milliseconds;
    do {
      for (const [i, engine] of engines.entries()) {
        const own = engine.profile(8).filter(({ name }) => name === timedStep);
        const sum = own.reduce((total, { bestMs }) => total + bestMs, 0);
        shortest[i] = Math.min(shortest[i] as number, sum);
      }
    } while (performance.now() < end);
    const [whole = 0, less = 0] = shortest;
    return Math.max(0, whole - less);
  } finally {
    for (const engine of engines) engine.dispose();
  }
}

async function callTime(program: Program, milliseconds: number): Promise<number> {
  const engine = await WasmEngine.create(program, { threads: 1 });
  return shortestCall(engine, new Float32Array(program.imageSize ** 2 * program.imageChannels), milliseconds);
}

type About = Pick<LatencyTable, "machine" | "engine">;

async function aboutEngine(): Promise<About> {
  const map = { inputShape: [1, 1, 4], outputShape: [1, 1, 4], flops: 0, bops: 0, elementwise: 0 } as const;
  const { program } = layerProgram({ name: "any", layer: "global_pool", ...map });
  const engine = await WasmEngine.create(program, { threads: 1 });
  const { kernel, relaxedSimd } = engine;
  engine.dispose();
  const processor = cpus()[0]?.model.replace(/\s+/g, " ").trim() ?? "unknown";
  return {
    machine: { name: hostname(), processor },
    engine: { bars: version, kernel, relaxedSimd, threads: 1, runtime: `node ${process.versions.node}` },
  };
}

function rejectOther({ machine, engine }: LatencyTable, about: About): void {
  const text = (one: About) =>
    `${one.machine.name} (${one.machine.processor}), bars ${one.engine.bars}, kernel ${one.engine.kernel}, ${one.engine.runtime}`;
  if (text({ machine, engine }) !== text(about))
    throw new ConfigError(
      `measureLayerLatency: "into" should be a table of ${text(about)}, got one of ${text({ machine, engine })}. Measure a table of its own.`,
    );
}
