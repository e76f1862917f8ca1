import { normal, type RandomKey, randomKey } from "../random/randomKey";
import { modelShape } from "../records/modelSpec";
import { ConfigError } from "../util/errors";
import { type PackedModel, programOf } from "./packedModel";
import { WasmEngine } from "./wasm/wasmEngine";

/** Numbers that the images of a call may hold: 1 GiB of them. */
const mostNumbers = 2 ** 28;

/** What is timed, and for how long. */
export interface BenchPackedOptions {
  /** Images a call; by default 1 and 64. */
  readonly batches?: readonly number[];
  /** Threads; by default one, and all processors. */
  readonly threads?: readonly (number | "all")[];
  /** Turns of each; 15 by default. */
  readonly rounds?: number;
  /** Milliseconds of one turn, at least one call; 100 by default. */
  readonly turnMs?: number;
  /** After each turn. */
  readonly onTurn?: (done: number, all: number) => void;
  readonly key?: RandomKey;
}

/** Times of one batch size on one number of threads. */
export interface PackedSpeed {
  readonly batch: number;
  readonly threads: number;
  /** Of the medians of the turns: the median, the shortest, the longest, in milliseconds an image. */
  readonly medianMs: number;
  readonly fastestMs: number;
  readonly slowestMs: number;
  /** By the median. */
  readonly imagesPerSecond: number;
  /** As many times as fast as the first row of the same batch size: of the same round, then the median. */
  readonly speedup: number;
  readonly calls: number;
}

/** Speed of a packed model on this machine. */
export interface PackedBench {
  readonly rows: readonly PackedSpeed[];
  readonly kernel: WasmEngine["kernel"];
  readonly relaxedSimd: boolean;
  readonly rounds: number;
  /** Of the engine with one thread, or the fewest: all its memory, what maps of an image take, what weights and tables take. */
  readonly memoryBytes: WasmEngine["memoryBytes"];
  /** How it was counted and measured, in a sentence. */
  readonly counted: string;
}

/**
 * Times a packed model on the WebAssembly engine. All combinations take turns, so that what else goes on falls on all of them; a turn's
 * time is the median of its calls, a combination's the median of its turns.
 *
 * A call begins with normalised images in an array and ends with logits in one; reading pictures is not part of it.
 *
 * @throws ConfigError for an option out of range.
 *
 * @example
 * ```ts
 * const network = bars.config.baselineConfig({ width: 0.125, imageSize: 8 });
 * const model = bars.packed.packDrawn({ kind: "baseline", name: "small", ...network }, bars.randomKey(0));
 * const { rows } = await bars.packed.benchPacked(model, { batches: [1, 4], threads: [1], rounds: 2, turnMs: 1 });
 * console.log(rows.map(({ batch }) => batch), rows.every(({ medianMs }) => medianMs > 0)); // [1,4] true
 * ```
 */
export async function benchPacked(
  model: PackedModel,
  options: BenchPackedOptions = {},
): Promise<PackedBench> {
  const { batches = [1, 64], threads = [1, "all"], rounds = 15, turnMs = 100, onTurn } = options;
  for (const [name, values] of Object.entries({ batches, rounds: [rounds] }))
    for (const value of values)
      if (!Number.isInteger(value) || value < 1)
        throw new ConfigError(`benchPacked: ${name} must be integers of at least 1, got ${value}.`);
  const program = programOf(model);
  const { imageSize, imageChannels } = modelShape(model.header.model);
  const most = Math.max(...batches);
  const size = imageSize * imageSize * imageChannels;
  if (most * size > mostNumbers)
    throw new ConfigError(
      `benchPacked: batches must be at most ${Math.floor(mostNumbers / size)} images of this size, got ${most}.`,
    );
  const images = Float32Array.from(normal(options.key ?? randomKey(0), most * size));
  const engines: WasmEngine[] = [];
  try {
    for (const count of threads) {
      const engine = await WasmEngine.create(program, { threads: count });
      // Where there are no threads, or as many as were asked for already, once is enough.
      if (engines.some((other) => other.threads === engine.threads)) engine.dispose();
      else engines.push(engine);
    }
    const lanes = batches.flatMap((batch) =>
      engines.map((engine) => ({ batch, engine, turns: [] as number[], calls: 0 })),
    );
    for (const { engine, batch } of lanes)
      for (let i = 0; i < 3; i++) await engine.run(images.subarray(0, batch * size), batch);
    for (let round = 0; round < rounds; round++) {
      for (const [i, lane] of lanes.entries()) {
        const times = await turn(lane.engine, images.subarray(0, lane.batch * size), lane.batch, turnMs);
        lane.turns.push(median(times) / lane.batch);
        lane.calls += times.length;
        onTurn?.(round * lanes.length + i + 1, rounds * lanes.length);
      }
    }
    const rows = lanes.map(({ batch, engine, turns, calls }) => {
      const first = lanes.find((lane) => lane.batch === batch) as (typeof lanes)[number];
      const medianMs = median(turns);
      return {
        batch,
        threads: engine.threads,
        medianMs,
        fastestMs: Math.min(...turns),
        slowestMs: Math.max(...turns),
        imagesPerSecond: 1000 / medianMs,
        speedup: median(turns.map((time, round) => (first.turns[round] as number) / time)),
        calls,
      };
    });
    const [{ kernel, relaxedSimd, memoryBytes }] = engines as [WasmEngine];
    const counted = `a call from normalised images in memory to logits; the median of ${rounds} turns by turns, a turn's time the median of its calls in ${turnMs} ms; times as fast as the first row of the batch size: the median over turns of the ratio within a turn, not the ratio of the medians`;
    return { rows, kernel, relaxedSimd, rounds, memoryBytes, counted };
  } finally {
    for (const engine of engines) engine.dispose();
  }
}

/** Times of calls, in milliseconds. */
async function turn(
  engine: WasmEngine,
  images: Float32Array,
  batch: number,
  turnMs: number,
): Promise<number[]> {
  const times: number[] = [];
  const end = performance.now() + turnMs;
  do {
    const start = performance.now();
    await engine.run(images, batch);
    times.push(performance.now() - start);
  } while (performance.now() < end);
  return times;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[half] as number)
    : ((sorted[half - 1] as number) + (sorted[half] as number)) / 2;
}
