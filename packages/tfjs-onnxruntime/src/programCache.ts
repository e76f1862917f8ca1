import { buildModel, type GraphModel } from "./buildModel";
import type { Device } from "./device";
import type { LazyArray, LazyValue } from "./lazyGraph";
import type { GraphPlan } from "./planGraph";

export interface ProgramCacheSettings {
  readonly device: Device;
  /** Compiled graphs that are kept; the one used longest ago goes first. */
  readonly maxPrograms: number;
  /**
   * Graphs keep their memory from run to run, because half of an element-wise pass over fresh memory goes into its pages, as
   * long as all that do take at most this many bytes. What is compiled after that gives its memory back after each run, and
   * so do graphs that would take more than five eighths of it: two of them would hold more than they are worth.
   */
  readonly keptBytes: number;
  /** Whether the device is the processor, which runs every operator. */
  readonly onProcessor: boolean;
  /** Channels in a block of its operators on images in blocks, 0 where it has none. */
  readonly channelBlock: number;
}

/** A compiled graph. */
export interface Program {
  /** Its number on the device. */
  readonly id: number;
  /** Bytes it keeps between runs, about; 0 where it gives them back. */
  readonly kept: number;
  readonly model: Omit<GraphModel, "bytes">;
}

/** The compiled graphs of a device, found by the structure of what they compute. */
export class ProgramCache {
  readonly #settings: ProgramCacheSettings;
  /** In order of use: the last used last. */
  readonly #programs = new Map<string, Program>();
  #count = 0;
  #hits = 0;

  constructor(settings: ProgramCacheSettings) {
    this.#settings = settings;
  }

  get size(): number {
    return this.#programs.size;
  }

  /** Bytes that graphs keep between runs, about. */
  get kept(): number {
    let bytes = 0;
    for (const { kept } of this.#programs.values()) bytes += kept;
    return bytes;
  }

  /** How often {@link get} found a graph. */
  get hits(): number {
    return this.#hits;
  }

  /** The program of a plan; compiled now if no plan of its structure came before. */
  get(plan: GraphPlan): Program {
    const { buffer, byteOffset, byteLength } = plan.structure;
    const key = Buffer.from(buffer, byteOffset, byteLength).toString("latin1");
    const known = this.#programs.get(key);
    if (known) {
      this.#hits++;
      this.#programs.delete(key);
      this.#programs.set(key, known);
      return known;
    }
    const { device, maxPrograms, keptBytes, onProcessor, channelBlock } = this.#settings;
    const { bytes, ...model } = buildModel(plan, onProcessor, channelBlock);
    for (const [oldest, { id }] of this.#programs) {
      if (this.#programs.size < maxPrograms) break;
      this.#programs.delete(oldest);
      device.send(["forget", id]);
    }
    const { inputs, outputs, peakBytes } = model;
    const keepsMemory = peakBytes <= (5 / 8) * keptBytes && this.kept + peakBytes <= keptBytes;
    const program = { id: this.#count++, model, kept: keepsMemory ? peakBytes : 0 };
    this.#programs.set(key, program);
    device.send(["compile", program.id, { bytes, inputs, outputs, keepsMemory }]);
    return program;
  }

  /** The program of a plan with the given leaves as constants, rewritten as far as ONNX Runtime can. Not kept here. */
  frozen(plan: GraphPlan, constants: ReadonlyMap<LazyValue, LazyArray>): Program {
    const { device, onProcessor } = this.#settings;
    // Images in blocks are ONNX Runtime's own choice here: it knows what it fused.
    const { bytes, ...model } = buildModel(plan, onProcessor, 0, constants);
    const program = { id: this.#count++, model, kept: 0 };
    const { inputs, outputs } = model;
    device.send([
      "compile",
      program.id,
      { bytes, inputs, outputs, keepsMemory: true, optimization: onProcessor ? "all" : "basic" },
    ]);
    return program;
  }

  /** Forgets all programs. */
  clear(): void {
    for (const { id } of this.#programs.values()) this.#settings.device.send(["forget", id]);
    this.#programs.clear();
  }

  /** Throws a device's error with what the operator it names computes. */
  explain(cause: unknown): never {
    const message = cause instanceof Error ? cause.message : String(cause);
    const program = /^onnx program (\d+): /.exec(message);
    if (!program) throw cause;
    const reason = message.slice(program[0].length);
    const model = [...this.#programs.values()].find(({ id }) => id === Number(program[1]))?.model;
    const operator = /\b[A-Z][A-Za-z]*_\d+/.exec(reason)?.[0];
    const place = model && operator ? ` Operator: ${model.describe(operator)}.` : "";
    throw new Error(
      `onnx: a graph of ${model?.operators ?? "several"} operators failed: ${reason.replace(/\.?\s*$/, ".")}${place}`,
      { cause },
    );
  }
}
