import { ConfigError } from "../util/errors";
import { type PackedHeader, type PackedModel, programOf } from "./packedModel";
import type { PackedEngine } from "./program";
import { ReferenceEngine } from "./referenceEngine";
import { WasmEngine, type WasmEngineOptions } from "./wasm/wasmEngine";

/** How {@link openPacked} runs a model. */
export interface OpenOptions extends WasmEngineOptions {
  /** "wasm": the fast one. "reference": slow and plain, the same numbers, bit for bit. */
  readonly engine?: "wasm" | "reference";
}

/** A class with what a network gives it. */
export interface ClassAnswer {
  /** Place among the classes, from 0. */
  readonly class: number;
  readonly name: string;
  readonly logit: number;
  /** Softmax of all logits: what the network says, not how often it is right. */
  readonly probability: number;
}

/** A packed model that is ready to run. */
export interface OpenedModel {
  readonly header: PackedHeader;
  readonly engine: PackedEngine;
  /**
   * The logits of some images, `[count, classes]`.
   * @param images normalised, `[count, imageSize, imageSize, imageChannels]`, flat.
   * @throws ShapeError if the array has another length; DataError for a value that is not a finite number.
   */
  logits(images: Float32Array, count: number): Promise<Float32Array>;
  /**
   * The likeliest classes of each image, likeliest first; of equal logits the first class.
   * @param top how many of them, 5 by default.
   * @throws ShapeError if the array has another length; DataError for a value that is not a finite number; ConfigError for a `top` below 1.
   */
  classify(images: Float32Array, count: number, top?: number): Promise<ClassAnswer[][]>;
  /** Frees memory and threads. */
  dispose(): void;
}

/**
 * Makes a packed model ready to run, in Node and in pages.
 *
 * @throws ConfigError for an engine, a kernel or a number of threads that is none; BackendError where WebAssembly has no SIMD.
 *
 * @example
 * ```ts
 * const small = bars.config.baselineConfig({ width: 0.125, imageSize: 8 });
 * const model = bars.packed.packDrawn({ kind: "baseline", name: "small", ...small }, bars.randomKey(0));
 * const network = await bars.packed.openPacked(model, { threads: 1 });
 * const [answers] = await network.classify(new Float32Array(8 * 8 * 3), 1, 2);
 * network.dispose();
 * console.log(answers.length, answers[0].logit >= answers[1].logit); // 2 true
 * ```
 */
export async function openPacked(model: PackedModel, options: OpenOptions = {}): Promise<OpenedModel> {
  const { engine: kind = "wasm", ...settings } = options;
  if (kind !== "wasm" && kind !== "reference")
    throw new ConfigError(`openPacked: engine must be wasm or reference, got ${JSON.stringify(kind)}.`);
  const program = programOf(model);
  const engine = kind === "wasm" ? await WasmEngine.create(program, settings) : new ReferenceEngine(program);
  const { header } = model;
  return {
    header,
    engine,
    logits: (images, count) => engine.run(images, count),
    async classify(images, count, top = 5) {
      if (!Number.isInteger(top) || top < 1)
        throw new ConfigError(`classify: top must be an integer of at least 1, got ${top}.`);
      const logits = await engine.run(images, count);
      const { classes } = program;
      return Array.from({ length: count }, (_, i) =>
        answersOf(logits.subarray(i * classes, (i + 1) * classes), header.classNames).slice(0, top),
      );
    },
    dispose: () => engine.dispose(),
  };
}

/** All classes by their logits, largest first. */
function answersOf(logits: Float32Array, names: readonly string[]): ClassAnswer[] {
  const most = logits.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const powers = Array.from(logits, (logit) => Math.exp(logit - most));
  const sum = powers.reduce((a, b) => a + b, 0);
  return Array.from(logits, (logit, place) => ({
    class: place,
    name: names[place] ?? String(place),
    logit,
    probability: (powers[place] as number) / sum,
  })).sort((a, b) => b.logit - a.logit || a.class - b.class);
}
