import { buildModel, type GraphModel, inputsOf, packLimit } from "./buildModel";
import type { Device, DeviceProgram } from "./device";
import type { LazyArray, LazyValue } from "./lazyGraph";
import type { GraphPlan } from "./planGraph";
import { buildStages, type StagedProgram } from "./stages/buildStages";

export interface ProgramCacheSettings {
  readonly device: Device;
  /** Compiled graphs that are kept; the one used longest ago goes first. */
  readonly maxPrograms: number;
  /**
   * Graphs keep their memory from run to run, because half of an element-wise pass over fresh memory goes into its pages, as
   * long as all that do take at most this many bytes. What is compiled after that first has those forgotten that have not run
   * for long; where that is not enough, it gives its memory back after each run, and so do graphs that would take more than
   * half of it: two of them would hold more than they are worth.
   */
  readonly keptBytes: number;
  /** Whether the device is the processor, which runs every operator. */
  readonly onProcessor: boolean;
  /** Channels in a block of its operators on images in blocks, 0 where it has none. */
  readonly channelBlock: number;
  /** Threads that share the images of programs that run as stages; 0 where none does. */
  readonly stageThreads: number;
}

/** Graphs that were asked for within so many calls are in use; what comes round less often may be compiled again. */
const callsInUse = 256;

/** A compiled graph. */
export interface Program {
  /** Its number on the device. */
  readonly id: number;
  /** Bytes it keeps between runs, about; 0 where it gives them back. Without those of stages. */
  readonly kept: number;
  /** Bytes of the memory in which it runs as stages; 0 where it does not. */
  readonly staged: number;
  readonly model: Omit<GraphModel, "bytes">;
}

/** The compiled graphs of a device, found by the structure of what they compute. */
export class ProgramCache {
  readonly #settings: ProgramCacheSettings;
  /** In order of use: the last used last. */
  readonly #programs = new Map<string, Program>();
  /** The call that asked for each last. */
  readonly #lastCall = new WeakMap<Program, number>();
  #count = 0;
  #calls = 0;
  #hits = 0;
  #staged = 0;
  #unstaged: string | null = null;

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

  /** Bytes of the memory of programs that run as stages: one after the other, so what the largest needs. */
  get stagedBytes(): number {
    let bytes = 0;
    for (const { staged } of this.#programs.values()) bytes = Math.max(bytes, staged);
    return bytes;
  }

  /** How often {@link get} found a graph. */
  get hits(): number {
    return this.#hits;
  }

  /** Programs compiled as stages so far. */
  get staged(): number {
    return this.#staged;
  }

  /** Why the last one with convolutions that is not was not; null where all were. */
  get unstaged(): string | null {
    return this.#unstaged;
  }

  /** The program of a plan; compiled now if no plan of its structure came before. */
  get(plan: GraphPlan): Program {
    const { buffer, byteOffset, byteLength } = plan.structure;
    const key = Buffer.from(buffer, byteOffset, byteLength).toString("latin1");
    const known = this.#programs.get(key);
    this.#calls++;
    if (known) {
      this.#hits++;
      this.#lastCall.set(known, this.#calls);
      this.#programs.delete(key);
      this.#programs.set(key, known);
      return known;
    }
    const { device, maxPrograms } = this.#settings;
    const { bytes, staged, ...model } = this.#build(plan);
    for (const oldest of this.#programs.keys()) {
      if (this.#programs.size < maxPrograms) break;
      this.#forget(oldest);
    }
    const { inputs, outputs, peakBytes } = model;
    const keepsMemory = staged !== undefined || this.#hasRoom(peakBytes);
    const program = {
      id: this.#count++,
      model,
      kept: keepsMemory && !staged ? peakBytes : 0,
      staged: staged ? peakBytes : 0,
    };
    this.#programs.set(key, program);
    this.#lastCall.set(program, this.#calls);
    const sent: DeviceProgram = { bytes, inputs, outputs, keepsMemory, ...(staged ? { staged } : {}) };
    device.send(["compile", program.id, sent]);
    return program;
  }

  /** What runs the plan: stages where they can, else ONNX Runtime. */
  #build(plan: GraphPlan): GraphModel & { readonly staged?: StagedProgram } {
    const { onProcessor, channelBlock, stageThreads } = this.#settings;
    if (stageThreads > 0 && plan.nodes.some(({ kernel }) => kernel.name === "Conv2D")) {
      const built = buildStages(plan, stageThreads);
      const fits = typeof built === "string" || built.pages * 65536 <= 2 * this.#settings.keptBytes;
      const staged = fits ? built : "it takes too much memory";
      if (typeof staged !== "string") {
        this.#staged++;
        return {
          bytes: new Uint8Array(0),
          staged,
          inputs: inputsOf(plan.leaves, ({ size }) => (size <= packLimit ? "packed" : "own")),
          outputs: plan.results.map(({ dtype, shape }, i) => ({ name: `y${i}`, type: dtype, shape })),
          operators: plan.nodes.length,
          peakBytes: staged.pages * 65536,
          describe: (operator) => operator,
        };
      }
      this.#unstaged = staged;
    }
    return buildModel(plan, onProcessor, channelBlock);
  }

  /** Whether a graph may keep its memory, after others out of use are forgotten if that makes the room. */
  #hasRoom(bytes: number): boolean {
    const { keptBytes } = this.#settings;
    if (bytes > keptBytes / 2) return false;
    const idle: string[] = [];
    let kept = this.kept;
    for (const [key, program] of this.#programs) {
      if (kept + bytes <= keptBytes) break;
      const used = this.#lastCall.get(program) ?? 0;
      if (program.kept === 0 || this.#calls - used <= callsInUse) continue;
      idle.push(key);
      kept -= program.kept;
    }
    if (kept + bytes > keptBytes) return false;
    for (const key of idle) this.#forget(key);
    return true;
  }

  #forget(key: string): void {
    const program = this.#programs.get(key) as Program;
    this.#programs.delete(key);
    this.#settings.device.send(["forget", program.id]);
  }

  /** The program of a plan with the given leaves as constants, rewritten as far as ONNX Runtime can. Not kept here. */
  frozen(plan: GraphPlan, constants: ReadonlyMap<LazyValue, LazyArray>): Program {
    const { device, onProcessor } = this.#settings;
    // Images in blocks are ONNX Runtime's own choice here: it knows what it fused.
    const { bytes, ...model } = buildModel(plan, onProcessor, 0, constants);
    const program = { id: this.#count++, model, kept: 0, staged: 0 };
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
