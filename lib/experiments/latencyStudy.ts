import { Matrix, solve } from "ml-matrix";
import { kendall } from "../analysis/rankCorrelation";
import { baselineConfig } from "../config/baselineConfig";
import type { SpaceConfig } from "../config/spaceConfig";
import { costIn } from "../cost/cost";
import { type LatencyTable, predictedLatency } from "../cost/latencyTable";
import { sumCosts } from "../cost/layerCost";
import { measureLayerLatency, modelLayers } from "../deploy/measureLayerLatency";
import { shortestCall } from "../deploy/shortestCall";
import { packDrawn } from "../packed/packDrawn";
import { programOf } from "../packed/packedModel";
import { WasmEngine } from "../packed/wasm/wasmEngine";
import { fold, type RandomKey, randomKey } from "../random/randomKey";
import { genotypeModel, type ModelSpec, modelShape } from "../records/modelSpec";
import { type Table, table } from "../records/table";
import { randomGenotype } from "../space/randomGenotype";
import { ConfigError } from "../util/errors";
import { type Progress, silentProgress } from "../util/progress";
import { mean, quantile } from "../util/statistics";

/** One network: what it costs, how long it takes, and how long its layers say. */
export interface LatencyRow {
  readonly network: string;
  /** "drawn" from a space, or "by hand". */
  readonly method: "drawn" | "by hand";
  readonly bops: number;
  readonly flops: number;
  readonly ops: number;
  readonly elementwise: number;
  /** Shortest time of one image, one thread. */
  readonly latencyMs: number;
  /** Sum over the layers' measured times. */
  readonly layersMs: number;
}

const handMade = ["resnet20", "resnet18", "vgg_small", "nin"] as const;

/**
 * The networks of a study: so many drawn from a space, and hand-made binary ones (Bi-Real blocks) of two widths.
 *
 * @example
 * ```ts
 * const { space } = bars.presetConfig("smoke");
 * console.log(bars.experiments.latencyModels(space, 3, bars.randomKey(0)).length); // 11
 * ```
 */
export function latencyModels(space: SpaceConfig, drawn: number, key: RandomKey): ModelSpec[] {
  const ours = Array.from({ length: drawn }, (_, i) =>
    genotypeModel(randomGenotype(space, fold(fold(key, "latency"), i)), `drawn-${i + 1}`),
  );
  const theirs = handMade.flatMap((family) =>
    [0.125, 0.25].map((width): ModelSpec => {
      const config = baselineConfig({ family, block: "bireal", width });
      return { kind: "baseline", name: `${family}-x${width}`, ...config };
    }),
  );
  return [...ours, ...theirs];
}

/**
 * Measures networks on the packed engine, and their layers one by one: by turns, several rounds, the shortest time of each, since what
 * else the machine does only ever makes them longer. Weights are drawn; time does not depend on them.
 *
 * @param milliseconds of each network; each kind of layer gets a quarter of it.
 * @throws ConfigError for no model.
 *
 * @example
 * ```ts
 * const { space } = bars.presetConfig("smoke");
 * const models = bars.experiments.latencyModels(space, 1, bars.randomKey(0)).slice(0, 2);
 * const { rows } = await bars.experiments.latencyStudy(models, { milliseconds: 4 });
 * console.log(rows.every(({ latencyMs, layersMs }) => latencyMs > 0 && layersMs > 0)); // true
 * ```
 */
export async function latencyStudy(
  models: readonly ModelSpec[],
  { milliseconds = 40, progress = silentProgress }: { milliseconds?: number; progress?: Progress } = {},
): Promise<{ readonly rows: readonly LatencyRow[]; readonly table: LatencyTable }> {
  if (models.length === 0) throw new ConfigError("latencyStudy: expected at least one model, got none.");
  const rounds = 4;
  const shortest = models.map(() => Number.POSITIVE_INFINITY);
  const layers = await measureLayerLatency(models, { milliseconds: milliseconds / 4, progress });
  progress.start("networks", rounds * models.length, "measurements");
  try {
    for (let round = 0; round < rounds; round++) {
      for (const [i, model] of models.entries()) {
        const ms = await networkTime(model, milliseconds / rounds);
        shortest[i] = Math.min(shortest[i] as number, ms);
        progress.update(round * models.length + i + 1);
      }
    }
  } finally {
    progress.stop();
  }
  const rows = models.map((model, i): LatencyRow => {
    const own = modelLayers(model);
    const cost = sumCosts(own);
    return {
      network: model.name,
      method: model.kind === "genotype" ? "drawn" : "by hand",
      bops: cost.bops,
      flops: cost.flops,
      ops: costIn(cost, "ops"),
      elementwise: cost.elementwise,
      latencyMs: shortest[i] as number,
      layersMs: predictedLatency(own, layers),
    };
  });
  return { rows, table: layers };
}

async function networkTime(model: ModelSpec, milliseconds: number): Promise<number> {
  const engine = await engineOf(model);
  const { imageSize, imageChannels } = modelShape(model);
  const image = Float32Array.from(
    { length: imageSize ** 2 * imageChannels },
    (_, i) => ((i * 37) % 101) / 50 - 1,
  );
  return shortestCall(engine, image, milliseconds);
}

function engineOf(model: ModelSpec): Promise<WasmEngine> {
  return WasmEngine.create(programOf(packDrawn(model, randomKey(0))), { threads: 1 });
}

/** What time is predicted from: one number each, by a straight line; two by a plane; the layers' sum as it is. */
const predictors = {
  BOPs: ({ bops }: LatencyRow) => [bops],
  FLOPs: ({ flops }: LatencyRow) => [flops],
  OPs: ({ ops }: LatencyRow) => [ops],
  "BOPs, FLOPs and element-wise": ({ bops, flops, elementwise }: LatencyRow) => [bops, flops, elementwise],
  "measured layers, added": null,
} as const;

/** How well a predictor tells the time of networks it was not fitted to. */
export interface LatencyFit {
  readonly predictor: string;
  /** Kendall's tau of prediction and time: 1 if both rank the networks alike. */
  readonly tau: number | null;
  /** Median and 90th percentile of |prediction / time − 1|. */
  readonly medianError: number;
  readonly largeError: number;
  /** Share of networks within 15 %. */
  readonly within15: number;
  /** `prediction / time − 1` of each network, in the order of the rows. */
  readonly residuals: readonly number[];
}

/**
 * Predicts each network's time from all the others (leave one out): least squares with a constant, every network weighed by 1 / time,
 * so that errors count as shares. The sum of measured layers is fitted to nothing.
 *
 * @throws ConfigError for fewer than eight networks.
 *
 * @example
 * ```ts
 * const fits = bars.experiments.latencyFits(
 *   Array.from({ length: 9 }, (_, i) => ({
 *     network: `net${i}`, method: "drawn", bops: 1e6 * i, flops: 1e5, ops: 1e5 + (1e6 * i) / 64, elementwise: 1e4,
 *     latencyMs: 0.1 + 0.02 * i, layersMs: 0.1 + 0.02 * i,
 *   })),
 * );
 * console.log(fits.map(({ within15 }) => within15).at(-1)); // 1
 * ```
 */
export function latencyFits(rows: readonly LatencyRow[]): LatencyFit[] {
  if (rows.length < 8)
    throw new ConfigError(`latencyFits: expected at least 8 networks, got ${rows.length}; measure more.`);
  return Object.entries(predictors).map(([predictor, of]) => {
    const predicted =
      of === null ? rows.map(({ layersMs }) => layersMs) : rows.map((_, i) => leftOut(rows, i, of));
    const residuals = rows.map(({ latencyMs }, i) => (predicted[i] as number) / latencyMs - 1);
    const errors = residuals.map(Math.abs);
    return {
      predictor,
      tau:
        kendall(
          predicted,
          rows.map(({ latencyMs }) => latencyMs),
        )?.value ?? null,
      medianError: quantile(errors, 0.5),
      largeError: quantile(errors, 0.9),
      within15: mean(errors.map((error) => (error <= 0.15 ? 1 : 0))),
      residuals,
    };
  });
}

function leftOut(rows: readonly LatencyRow[], left: number, of: (row: LatencyRow) => number[]): number {
  const others = rows.filter((_, i) => i !== left);
  const scale = of(rows[left] as LatencyRow).map(
    (_, k) => Math.max(...rows.map((row) => of(row)[k] ?? 0)) || 1,
  );
  const features = (row: LatencyRow) => [1, ...of(row).map((value, k) => value / (scale[k] as number))];
  const x = new Matrix(others.map((row) => features(row).map((value) => value / row.latencyMs)));
  // By singular values: a predictor that is the same for all networks tells nothing, and breaks nothing.
  const solution = solve(x, Matrix.ones(others.length, 1), true).to1DArray();
  return features(rows[left] as LatencyRow).reduce(
    (sum, value, k) => sum + value * (solution[k] as number),
    0,
  );
}

/** Steps that are shown by what they are; the others together. */
function seriesOf(step: string): string {
  return ["real_conv", "binary_conv", "pool", "concat"].includes(step) ? step : "other";
}

/**
 * Time of each step of a packed network, longest first, at most `most` of them: a table for `latencyBars`.
 *
 * @example
 * ```ts
 * const { model } = bars.readTrainRecord("data/records/frontier/bars-3M-s0.json");
 * const table = await bars.experiments.stepTimes(model, 5);
 * console.log(table.rows.length, bars.figures.latencyBars(table).data.length > 0); // 5 true
 * ```
 */
export async function stepTimes(model: ModelSpec, most = 20): Promise<Table> {
  const engine = await engineOf(model);
  const steps = engine.profile(200);
  engine.dispose();
  const longest = [...steps].sort((a, b) => b.bestMs - a.bestMs).slice(0, most);
  return table(
    `Time of the steps of ${model.name}`,
    [
      { name: "name", unit: null, description: "layer" },
      { name: "series", unit: null, description: "what the step is" },
      { name: "latencyMs", unit: "ms", description: "shortest of 200 calls, one image, one thread" },
    ],
    longest.map(({ name, step, bestMs }) => ({ name, series: seriesOf(step), latencyMs: bestMs })),
    {
      sources: [],
      notes: [
        `the ${longest.length} longest of ${steps.length} steps, one image, one thread, the shortest of 200 calls`,
      ],
    },
  );
}
