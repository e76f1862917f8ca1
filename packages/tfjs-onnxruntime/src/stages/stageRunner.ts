import type { DeviceProgram } from "../device";
import type { LazyArray } from "../lazyGraph";
import type { StagedProgram } from "./buildStages";

/** What runs staged programs, in this thread and its helpers. */
export interface StageRunner {
  load(program: DeviceProgram, staged: StagedProgram): StageSession;
  close(): void;
}

export interface StageSession {
  run(
    feeds: Readonly<Record<string, { readonly data: LazyArray }>>,
    fetches: Readonly<Record<string, { readonly data: LazyArray } | null>>,
    options?: object,
  ): void;
  dispose(): void;
}

/** Native code for what passes do not do; see `native/binding.cc`. */
export interface NativeCode {
  /** Whether this processor has the instructions it was compiled for. */
  readonly supported: boolean;
  /** The function `(number, …addresses)` over a memory. */
  attach(memory: Uint8Array, operations: Int32Array): (...numbers: number[]) => void;
}

/**
 * Makes what runs staged programs. The images of a stage are shared out to this thread and, by the program's threads, to helpers, which are
 * started when they are first needed; all wait for each other between stages. Programs have one memory: nothing in it outlives a run.
 *
 * The function's source text runs in threads, so it refers to nothing outside itself.
 *
 * @param load loads a module, as `require` does.
 * @param nativePath file of the native code.
 */
export function createStageRunner(load: (path: string) => unknown, nativePath: string): StageRunner {
  /** As much of WebAssembly's interface as is used here: its types come with those of pages alone. */
  interface Memory {
    readonly buffer: SharedArrayBuffer;
    grow(pages: number): number;
  }
  interface WebAssemblyInterface {
    readonly Memory: new (limits: { initial: number; maximum: number; shared: true }) => Memory;
    readonly Module: new (bytes: Uint8Array) => object;
    readonly Instance: new (
      module: object,
      imports: object,
    ) => { readonly exports: Readonly<Record<string, (...numbers: number[]) => void>> };
  }
  interface Helper {
    postMessage(message: unknown): void;
    terminate(): unknown;
    unref(): void;
  }
  const { WebAssembly } = globalThis as unknown as { WebAssembly: WebAssemblyInterface };
  const { Worker } = load("node:worker_threads") as {
    Worker: new (text: string, options: object) => Helper;
  };
  const native = load(nativePath) as NativeCode;
  const helpers: Helper[] = [];
  /** What all programs compute in, one at a time: as large as the largest of them asked for. */
  let memory: Memory | undefined;
  let sessions = 0;
  const pageBytes = 65536;
  /** Pages that it may have, and those that it may have while no program is there. */
  const mostPages = 32768;
  const mostFree = 4096;
  /** Stages begun, stages that helpers have done, and whether one failed. */
  const control = new Int32Array(new SharedArrayBuffer(12));
  let begun = 0;
  let awaited = 0;
  /** Whether a run broke off: helpers may still wait for its next stage. */
  let broken = false;
  let programs = 0;
  /** Seconds in which helpers do nothing until they are given up. Those of a process that is paused do not count. */
  const patience = 120;

  const helperText = `
    const { parentPort, workerData } = require("node:worker_threads");
    const { control, nativePath } = workerData;
    const native = require(nativePath);
    const programs = new Map();
    parentPort.on("message", ({ id, program, begun, forget }) => {
      if (forget) return programs.delete(id);
      if (program) {
        const { module, memory, operations, first, end, own, calls } = program;
        const compute = native.attach(new Uint8Array(memory.buffer), operations);
        const { exp, log, pow } = Math;
        const { exports } = new WebAssembly.Instance(module, { m: { memory, exp, log, pow, compute } });
        programs.set(id, calls.map((name) => () => exports[name](first, end, own)));
        return;
      }
      let number = begun;
      for (const call of programs.get(id) ?? []) {
        number = (number + 1) | 0;
        let spins = 0;
        for (let now = Atomics.load(control, 0); ((now - number) | 0) < 0; now = Atomics.load(control, 0))
          if (++spins > 4000) Atomics.wait(control, 0, now, 1000);
        try { call(); } catch { Atomics.store(control, 2, 1); }
        Atomics.add(control, 1, 1);
        Atomics.notify(control, 1);
      }
    });`;

  function memoryOf(pages: number): Memory {
    const missing = memory === undefined ? pages : pages - memory.buffer.byteLength / pageBytes;
    try {
      if (memory === undefined)
        memory = new WebAssembly.Memory({ initial: pages, maximum: mostPages, shared: true });
      else if (missing > 0) memory.grow(missing);
    } catch (cause) {
      const first =
        memory === undefined
          ? ", or none of the 10 GiB of addresses that it is reserved with (ulimit -v)"
          : "";
      const wanted = `${Math.ceil(pages / 16)} MiB for a step${first}`;
      const remedy =
        "Free some, take smaller batches, or let ONNX Runtime compute it (staged: false; in bars BARS_ONNX_STAGES=0)";
      throw new Error(`stages: there is no memory of ${wanted}. ${remedy}.`, { cause });
    }
    return memory;
  }

  /** Gives the memory up if it has more pages. */
  function drop(most: number): void {
    if (memory !== undefined && memory.buffer.byteLength > most * pageBytes) memory = undefined;
  }

  function waitForHelpers(): void {
    let spins = 0;
    let idle = 0;
    for (let now = Atomics.load(control, 1); ((now - awaited) | 0) < 0; now = Atomics.load(control, 1)) {
      if (++spins <= 4000) continue;
      if (Atomics.wait(control, 1, now, 1000) !== "timed-out") idle = 0;
      else if (++idle > patience)
        throw new Error(
          `stages: a helper thread has not answered for ${patience} s. Start the process again.`,
        );
    }
    if (Atomics.exchange(control, 2, 0) !== 0) throw new Error("stages: a helper thread failed.");
  }

  return {
    load(program, staged) {
      const id = programs++;
      const threads = staged.firstImages.length - 1;
      const memory = memoryOf(staged.pages);
      const module = new WebAssembly.Module(staged.bytes);
      const compute = native.attach(new Uint8Array(memory.buffer), staged.operations);
      const { exp, log, pow } = Math;
      const { exports } = new WebAssembly.Instance(module, { m: { memory, exp, log, pow, compute } });
      const calls = staged.calls.map(({ name, images }) => ({
        images,
        body: exports[name] as (...numbers: number[]) => void,
      }));
      const stages = staged.calls.filter(({ images }) => images).map(({ name }) => name);
      const bounds = (thread: number) => ({
        first: staged.firstImages[thread] as number,
        end: staged.firstImages[thread + 1] as number,
        own: staged.own + thread * staged.ownBytes,
      });
      for (let thread = 1; thread < threads; thread++) {
        helpers[thread - 1] ??= new Worker(helperText, {
          eval: true,
          execArgv: [],
          workerData: { control, nativePath },
        });
        const helper = helpers[thread - 1] as Helper;
        helper.unref();
        const { operations } = staged;
        helper.postMessage({
          id,
          program: { module, memory, operations, calls: stages, ...bounds(thread) },
        });
      }
      const mine = bounds(0);
      const numbers = new Float32Array(memory.buffer);
      sessions++;
      return {
        run(feeds, fetches) {
          if (broken) throw new Error("stages: a run before this one broke off. Start the process again.");
          for (const { name, type, leaves, sizes } of program.inputs) {
            const { data } = feeds[name] as { readonly data: LazyArray };
            const large = type === "int32" ? data.find((one) => Math.abs(one) > 2 ** 24) : undefined;
            if (large !== undefined)
              throw new Error(
                `stages: they compute with float32, which has no digits for whole numbers beyond 2^24, got ${large}. Take smaller ones, or let ONNX Runtime compute it (staged: false; in bars BARS_ONNX_STAGES=0).`,
              );
            let taken = 0;
            leaves.forEach((leaf, i) => {
              const size = sizes[i] as number;
              const place = (staged.leaves[leaf] as number) / 4;
              numbers.set(leaves.length === 1 ? data : data.subarray(taken, taken + size), place);
              taken += size;
            });
          }
          broken = true;
          for (let thread = 1; thread < threads; thread++)
            (helpers[thread - 1] as Helper).postMessage({ id, begun });
          for (const { images, body } of calls) {
            if (!images) body(staged.own);
            else if (threads === 1) body(mine.first, mine.end, mine.own);
            else {
              begun = (begun + 1) | 0;
              awaited = (awaited + threads - 1) | 0;
              Atomics.store(control, 0, begun);
              Atomics.notify(control, 0);
              body(mine.first, mine.end, mine.own);
              waitForHelpers();
            }
          }
          broken = false;
          program.outputs.forEach(({ name }, i) => {
            const { address, length } = staged.results[i] as StagedProgram["results"][number];
            fetches[name]?.data.set(numbers.subarray(address / 4, address / 4 + length));
          });
        },
        dispose() {
          for (let thread = 1; thread < threads; thread++)
            (helpers[thread - 1] as Helper).postMessage({ id, forget: true });
          sessions--;
          if (sessions === 0) drop(mostFree);
        },
      };
    },
    close() {
      for (const helper of helpers) void helper.terminate();
      helpers.length = 0;
      drop(0);
    },
  };
}
