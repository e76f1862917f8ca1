import { ConfigError } from "../../util/errors";
import { checkImages } from "../checkImages";
import type { PackedEngine, Program, SlotId } from "../program";
import type { BinaryKernel } from "./describeContext";
import * as at from "./fields";
import { canShareMemory, type Helper, maySleep, processors, startHelper } from "./helperThreads";
import { instantiate, type Kernels, kernelModule } from "./kernelBinary";
import { binaryKernels, kernelRates } from "./kernelRates";
import { layoutProgram, type ProgramLayout } from "./layoutProgram";
import { newMemory, writeTable } from "./memory";
import { readSlot } from "./readSlot";
import { type StepWork, stepWork } from "./stepWork";
import type { WasmMemory } from "./webAssembly";

/** How a {@link WasmEngine} works. */
export interface WasmEngineOptions {
  /** Threads, the calling one among them; by default 1. More than one needs memory that threads share, else it is one. */
  readonly threads?: number | "all";
  /** Kernel of the binary convolutions; by default the fastest by a short measurement. All give the same numbers. */
  readonly kernel?: BinaryKernel;
  /** Uses relaxed SIMD where it is; by default true. The numbers are the same without it. */
  readonly relaxedSimd?: boolean;
  /** Writes and keeps all slots, for {@link WasmEngine.slot}: slower, and takes more memory. */
  readonly keepSlots?: boolean;
}

/** Time of one step, of the signs that are taken of its result too. */
export interface StepTime extends StepWork {
  readonly name: string;
  readonly step: string;
  /** Shortest and median time of one image, one thread. */
  readonly bestMs: number;
  readonly medianMs: number;
}

/** Images that are copied to the engine's memory at a time. */
const chunk = 64;

/**
 * The fast engine: the program's steps in WebAssembly with SIMD, the same binary in Node and in pages, with the same numbers as the
 * reference engine, bit for bit. Maps of bits take a bit for each value; a real map that only signs read is never written.
 *
 * With several threads, images of a batch are dealt out to them; a single image's maps are shared by rows.
 *
 * @example
 * ```ts
 * const network = bars.config.baselineConfig({ width: 0.125, imageSize: 8 });
 * const model = bars.packed.packDrawn({ kind: "baseline", name: "small", ...network }, bars.randomKey(0));
 * const program = bars.packed.programOf(model);
 * const images = new Float32Array(2 * 8 * 8 * 3).fill(0.5);
 * const fast = await bars.packed.WasmEngine.create(program);
 * const logits = await fast.run(images, 2);
 * fast.dispose();
 * const slow = await new bars.packed.ReferenceEngine(program).run(images, 2);
 * console.log(logits.every((value, i) => value === slow[i])); // true
 * ```
 */
export class WasmEngine implements PackedEngine {
  readonly name = "wasm";
  readonly program: Program;
  /** Threads it has. */
  readonly threads: number;
  readonly kernel: BinaryKernel;
  /** Whether relaxed SIMD is there: byte shuffles without a check of their indices. */
  readonly relaxedSimd: boolean;
  readonly #layout: ProgramLayout;
  readonly #memory: WasmMemory;
  readonly #kernels: Kernels;
  readonly #helpers: readonly Helper[];
  readonly #areas: Areas;
  readonly #keeps: boolean;
  readonly #patient = maySleep() ? 1 : 0;
  #disposed = false;

  private constructor(parts: Parts) {
    this.program = parts.program;
    this.threads = parts.helpers.length + 1;
    this.kernel = parts.kernel;
    this.relaxedSimd = parts.relaxedSimd;
    this.#layout = parts.layout;
    this.#memory = parts.memory;
    this.#kernels = parts.kernels;
    this.#helpers = parts.helpers;
    this.#areas = parts.areas;
    this.#keeps = parts.keeps;
  }

  /**
   * @throws ConfigError for a number of threads or a kernel that is none; BackendError where WebAssembly has no SIMD, memory is short,
   * or a thread does not start.
   */
  static async create(program: Program, options: WasmEngineOptions = {}): Promise<WasmEngine> {
    const threads = canShareMemory() ? await threadsOf(options.threads ?? 1) : 1;
    const kernel = options.kernel ?? (await kernelRates()).fastest;
    if (!binaryKernels.includes(kernel)) {
      throw new ConfigError(
        `wasm engine: kernel must be one of ${binaryKernels.join(", ")}, got "${kernel}".`,
      );
    }
    const keeps = options.keepSlots ?? false;
    const layout = layoutProgram(program, kernel, keeps);
    const areas = areasOf(program, layout, threads);
    const shared = threads > 1;
    const { module, relaxedSimd } = await kernelModule(shared, options.relaxedSimd ?? true);
    const memory = newMemory(areas.end, shared);
    writeTable(memory);
    new Uint8Array(memory.buffer).set(layout.constants.contents(), at.HEAP);
    const kernels = instantiate(module, memory);
    const helpers: Helper[] = [];
    try {
      for (let thread = 1; thread < threads; thread++) {
        const { arena, scratch } = areas.of(thread);
        helpers.push(await startHelper({ module, memory, job: layout.job, thread, arena, scratch }));
      }
    } catch (error) {
      for (const helper of helpers) helper.end();
      throw error;
    }
    return new WasmEngine({ program, kernel, relaxedSimd, layout, memory, kernels, helpers, areas, keeps });
  }

  /** Bytes of its memory, and of them what maps of one image take (one arena) and what weights and tables take. */
  get memoryBytes(): { readonly all: number; readonly maps: number; readonly weights: number } {
    return {
      all: this.#areas.end,
      maps: this.#layout.plan.bytes,
      weights: this.#layout.constants.contents().length,
    };
  }

  async run(images: Float32Array, count: number): Promise<Float32Array> {
    this.#check(images, count);
    const { classes } = this.program;
    const size = count === 0 ? 0 : images.length / count;
    const stride = 4 * Math.ceil(classes / 4);
    const logits = new Float32Array(count * classes);
    for (let from = 0; from < count; from += chunk) {
      const some = Math.min(chunk, count - from);
      new Float32Array(this.#memory.buffer, this.#areas.images, some * size).set(
        images.subarray(from * size, (from + some) * size),
      );
      // Fewer images than threads: all threads work on one image.
      this.#command(some < this.threads ? at.MODE_ROWS : at.MODE_IMAGES, some);
      const rows = new Float32Array(this.#memory.buffer, this.#areas.logits, some * stride);
      for (let i = 0; i < some; i++) {
        logits.set(rows.subarray(i * stride, i * stride + classes), (from + i) * classes);
      }
    }
    return logits;
  }

  /**
   * A slot of the last image, as {@link Program} lays it out.
   * @throws ConfigError unless the engine keeps its slots.
   */
  slot(id: SlotId): Float32Array | Uint32Array {
    const slot = this.program.slots[id];
    const place = this.#layout.plan.places[id];
    if (!this.#keeps || !slot || !place) {
      throw new ConfigError(
        `wasm engine: slot ${id} is not kept; create the engine with { keepSlots: true }.`,
      );
    }
    const { arena } = this.#areas.of(0);
    const bytes = new Uint8Array(this.#memory.buffer, arena + place.offset, place.bytes);
    return readSlot(slot, place, bytes.slice());
  }

  /**
   * Times of the steps, each by itself, on the calling thread; they run in their order, so that each finds its maps where the
   * one before left them.
   * @param repeats images that are run; their values are of no account.
   */
  profile(repeats = 50): StepTime[] {
    this.#checkAlive();
    const { arena, scratch } = this.#areas.of(0);
    const { list, steps } = this.#layout;
    const times = steps.map(() => [] as number[]);
    for (let repeat = 0; repeat < repeats; repeat++) {
      for (const [i, own] of times.entries()) {
        const start = performance.now();
        this.#kernels.run(list + 4 * i, 1, arena, scratch);
        own.push(performance.now() - start);
      }
    }
    return steps.map(({ step }, i) => {
      const sorted = (times[i] as number[]).sort((a, b) => a - b);
      const [bestMs, medianMs] = [sorted[0], sorted[repeats >> 1]] as [number, number];
      return { name: step.name, step: step.step, bestMs, medianMs, ...stepWork(this.program, step) };
    });
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    if (this.#helpers.length > 0) this.#command(at.MODE_STOP, 0);
    // They end by themselves; one that hangs is ended.
    for (const helper of this.#helpers) helper.end();
  }

  #command(mode: number, count: number): void {
    const { job, list, steps, plan } = this.#layout;
    const { classes, imageSize, imageChannels, logits } = this.program;
    const { arena, scratch } = this.#areas.of(0);
    const view = new DataView(this.#memory.buffer, job);
    const fields: Record<number, number> = {
      [at.JOB_MODE]: mode,
      [at.JOB_COUNT]: count,
      [at.JOB_THREADS]: this.threads,
      [at.JOB_STEPS]: list,
      [at.JOB_STEPS_COUNT]: steps.length,
      [at.JOB_ARENA]: arena,
      [at.JOB_IMAGES]: this.#areas.images,
      [at.JOB_IMAGE_BYTES]: 4 * imageSize * imageSize * imageChannels,
      [at.JOB_INPUT]: plan.places[0]?.offset ?? 0,
      [at.JOB_LOGITS]: this.#areas.logits,
      [at.JOB_LOGITS_BYTES]: 16 * Math.ceil(classes / 4),
      [at.JOB_OUTPUT]: plan.places[logits]?.offset ?? 0,
      [at.JOB_SHARES]: this.#areas.shares,
    };
    for (const [field, value] of Object.entries(fields)) view.setInt32(Number(field), value, true);
    this.#kernels.command(job, arena, scratch, this.#patient);
  }

  #check(images: Float32Array, count: number): void {
    this.#checkAlive();
    checkImages(this.name, this.program, images, count);
  }

  #checkAlive(): void {
    if (this.#disposed)
      throw new ConfigError("wasm engine: it was disposed of and cannot run; create another.");
  }
}

interface Parts {
  readonly program: Program;
  readonly kernel: BinaryKernel;
  readonly relaxedSimd: boolean;
  readonly layout: ProgramLayout;
  readonly memory: WasmMemory;
  readonly kernels: Kernels;
  readonly helpers: readonly Helper[];
  readonly areas: Areas;
  readonly keeps: boolean;
}

/** What lies behind the constants: images, logits, rows that threads share, and what each thread works in. */
interface Areas {
  readonly images: number;
  readonly logits: number;
  readonly shares: number;
  readonly end: number;
  of(thread: number): { readonly arena: number; readonly scratch: number };
}

function areasOf(program: Program, layout: ProgramLayout, threads: number): Areas {
  const aligned = (address: number) => Math.ceil((address + at.SLACK) / 4096) * 4096;
  const { imageSize, imageChannels, classes } = program;
  const images = aligned(layout.constants.end);
  const logits = aligned(images + chunk * 4 * imageSize * imageSize * imageChannels);
  const shares = aligned(logits + chunk * 16 * Math.ceil(classes / 4));
  const first = threads > 1 ? aligned(shares + threads * at.SHARE_BYTES) : shares;
  const each = layout.arenaBytes + layout.scratchBytes;
  const of = (thread: number) => {
    const arena = first + thread * each;
    return { arena, scratch: arena + layout.arenaBytes };
  };
  return { images, logits, shares, end: first + threads * each, of };
}

async function threadsOf(threads: number | "all"): Promise<number> {
  if (threads === "all") return processors();
  if (Number.isInteger(threads) && threads >= 1 && threads <= 256) return threads;
  throw new ConfigError(
    `wasm engine: threads must be an integer from 1 to 256 or "all", got ${String(threads)}.`,
  );
}
