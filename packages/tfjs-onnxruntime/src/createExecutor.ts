import type { DeviceCommand, DeviceProgram, DeviceRun, DeviceSettings, DeviceStatistics } from "./device";
import type { LazyArray, LazyType } from "./lazyGraph";
import type { StageRunner, StageSession } from "./stages/stageRunner";

/**
 * The parts of onnxruntime-node's native binding that are used. Its calls are synchronous; another runtime's may give
 * promises.
 */
export interface NativeRuntime {
  readonly InferenceSession: new () => NativeSession;
  readonly Tensor: new (type: LazyType, values: LazyArray, shape: readonly number[]) => NativeTensor;
}

export interface NativeTensor {
  readonly data: LazyArray;
  readonly type: LazyType;
  readonly dims: readonly number[];
  /** "cpu", or "gpu-buffer" for one in a graphics card's memory, which has no `data`. */
  readonly location: string;
  dispose(): void;
}

export interface NativeSession {
  loadModel(bytes: ArrayBufferLike, offset: number, length: number, options: object): unknown;
  run(
    feeds: Record<string, NativeTensor>,
    fetches: Record<string, NativeTensor | null>,
    options: object,
  ): unknown;
  dispose(): void;
}

/** Carries out commands and holds the buffers. */
export interface Executor {
  /** Gives a promise where the runtime does; the next command waits for it. */
  execute(command: DeviceCommand): void | Promise<void>;
  /** A copy of a buffer's numbers. */
  read(buffer: number): LazyArray;
  statistics(): DeviceStatistics;
  close(): void;
}

/**
 * Makes an executor over ONNX Runtime. A command that fails marks the buffers it should have filled; reading one
 * throws its error, and so does everything computed from it.
 *
 * The function's source text runs in threads, so it refers to nothing outside itself.
 */
export function createExecutor(
  runtime: NativeRuntime,
  settings: DeviceSettings,
  stages: StageRunner | undefined,
): Executor {
  interface Program extends DeviceProgram {
    readonly session: NativeSession | StageSession;
    /** Joined leaves by input name. */
    readonly packs: ReadonlyMap<string, NativeTensor>;
  }
  const buffers = new Map<number, NativeTensor | Error>();
  const programs = new Map<number, Program | Error>();
  /** Memory that came from outside. It never enters the pool: nothing would take it out again. */
  const foreign = new WeakSet<ArrayBufferLike>();
  /** Memory of freed buffers by its length. */
  const pool = new Map<number, ArrayBuffer[]>();
  /** Sessions that bring results from the graphics card, by type. */
  const readers = new Map<LazyType, NativeSession>();
  const onCard = settings.readers !== undefined;
  const { port1: nowhere } = new MessageChannel();
  nowhere.close();
  const counts = {
    runs: 0,
    compiles: 0,
    runMs: 0,
    compileMs: 0,
    bytes: 0,
    pooledBytes: 0,
    cardBytes: 0,
    readBytes: 0,
  };

  /** The error of a program; errors that come from another program's failure stay as they are. */
  const failureOf = (program: number, cause: unknown): Error => {
    const message = cause instanceof Error ? cause.message : String(cause);
    return new Error(message.startsWith("onnx program ") ? message : `onnx program ${program}: ${message}`);
  };

  function bytesOf(type: LazyType, shape: readonly number[]): number {
    let bytes = type === "bool" ? 1 : 4;
    for (const extent of shape) bytes *= extent;
    return bytes;
  }

  function arrayOver(type: LazyType, memory: ArrayBuffer): LazyArray {
    if (type === "float32") return new Float32Array(memory);
    return type === "int32" ? new Int32Array(memory) : new Uint8Array(memory);
  }

  function allocate(type: LazyType, shape: readonly number[]): NativeTensor {
    const bytes = bytesOf(type, shape);
    const recycled = pool.get(bytes)?.pop();
    if (recycled) counts.pooledBytes -= bytes;
    const memory = recycled ?? new ArrayBuffer(bytes);
    counts.bytes += bytes;
    return new runtime.Tensor(type, arrayOver(type, memory), shape);
  }

  function release(buffer: number): void {
    const tensor = buffers.get(buffer);
    buffers.delete(buffer);
    if (!tensor || tensor instanceof Error) return;
    if (tensor.location === "gpu-buffer") {
      const bytes = bytesOf(tensor.type, tensor.dims);
      counts.bytes -= bytes;
      counts.cardBytes -= bytes;
      tensor.dispose();
      return;
    }
    const memory = tensor.data.buffer as ArrayBuffer;
    const bytes = memory.byteLength;
    counts.bytes -= bytes;
    if (foreign.has(memory)) {
      letGo(memory);
      return;
    }
    if (counts.pooledBytes + bytes > settings.poolBytes) return;
    counts.pooledBytes += bytes;
    const kept = pool.get(bytes);
    if (kept) kept.push(memory);
    else pool.set(bytes, [memory]);
  }

  /**
   * Gives memory back at once. A thread that computes outside JavaScript seldom collects garbage: tens of megabytes of
   * batches would wait for it. So it is posted to a port that is closed. What a graphics card may still be copying from
   * is left alone.
   */
  function letGo(memory: ArrayBuffer): void {
    if (!onCard) nowhere.postMessage(null, [memory]);
  }

  /** Does something now, or when the promise it gives is kept. */
  function attempt<T>(
    work: () => T | Promise<T>,
    done: (made: T) => void,
    failed: (cause: unknown) => void,
  ): void | Promise<void> {
    try {
      const made = work();
      if (made instanceof Promise) return made.then(done).catch(failed);
      done(made);
    } catch (cause) {
      failed(cause);
    }
  }

  function load(
    session: NativeSession,
    bytes: Uint8Array,
    keepsMemory: boolean,
    resultsOnCard: boolean,
    optimization: DeviceSettings["optimization"] = settings.optimization,
  ): unknown {
    const { provider } = settings;
    return session.loadModel(bytes.buffer, bytes.byteOffset, bytes.byteLength, {
      executionProviders: provider === "cpu" || provider === "wasm" ? [provider] : [provider, "cpu"],
      ...(resultsOnCard ? { preferredOutputLocation: "gpu-buffer" } : {}),
      graphOptimizationLevel: optimization,
      intraOpNumThreads: settings.threads,
      interOpNumThreads: 1,
      executionMode: "sequential",
      logSeverityLevel: 3,
      // Threads spin while they wait for each other inside a run, and sleep between runs.
      extra: { session: { intra_op: { allow_spinning: "1" }, force_spinning_stop: "1" } },
      enableCpuMemArena: keepsMemory,
      enableMemPattern: false,
    });
  }

  function compile(program: DeviceProgram): Program | Promise<Program> {
    const started = performance.now();
    if (program.staged)
      return compiled(program, (stages as StageRunner).load(program, program.staged), started);
    const session = new runtime.InferenceSession();
    const loaded = load(session, program.bytes, program.keepsMemory, onCard, program.optimization);
    const finish = () => compiled(program, session, started);
    return loaded instanceof Promise ? loaded.then(finish) : finish();
  }

  function compiled(program: DeviceProgram, session: Program["session"], started: number): Program {
    const packs = new Map<string, NativeTensor>();
    for (const { name, type, shape, packed } of program.inputs) {
      if (packed)
        packs.set(
          name,
          new runtime.Tensor(type, arrayOver(type, new ArrayBuffer(bytesOf(type, shape))), shape),
        );
    }
    counts.compiles++;
    counts.compileMs += performance.now() - started;
    return { ...program, bytes: new Uint8Array(0), session, packs };
  }

  function tensorOf(buffer: number): NativeTensor {
    const tensor = buffers.get(buffer);
    if (tensor instanceof Error) throw tensor;
    if (!tensor) throw new Error(`onnx: buffer ${buffer} does not exist.`);
    return tensor;
  }

  /** The same memory under the extents that a graph wants. What lies on a card has them already. */
  function shaped(tensor: NativeTensor, shape: readonly number[]): NativeTensor {
    const { dims } = tensor;
    if (tensor.location === "gpu-buffer") return tensor;
    if (dims.length === shape.length && dims.every((extent, i) => extent === shape[i])) return tensor;
    return new runtime.Tensor(tensor.type, tensor.data, shape);
  }

  function inputOf(program: Program, input: DeviceProgram["inputs"][number], run: DeviceRun): NativeTensor {
    const pack = program.packs.get(input.name);
    if (!pack) return shaped(tensorOf(run.leaves[input.leaves[0] as number] as number), input.shape);
    const inline = run.inline[input.type];
    let taken = 0;
    let offset = 0;
    input.leaves.forEach((leaf, i) => {
      const buffer = run.leaves[leaf] as number;
      const size = input.sizes[i] as number;
      const values = buffer < 0 ? inline.subarray(taken, taken + size) : tensorOf(buffer).data;
      if (buffer < 0) taken += size;
      pack.data.set(values, offset);
      offset += size;
    });
    return pack;
  }

  function runProgram(program: Program | Error | undefined, run: DeviceRun): void | Promise<void> {
    if (!program) throw new Error("onnx: this graph was forgotten.");
    if (program instanceof Error) throw program;
    const started = performance.now();
    const feeds: Record<string, NativeTensor> = {};
    for (const input of program.inputs) feeds[input.name] = inputOf(program, input, run);
    const fetches: Record<string, NativeTensor | null> = {};
    program.outputs.forEach(({ name, type, shape }, i) => {
      fetches[name] = onCard ? null : allocate(type, shape);
      if (fetches[name]) buffers.set(run.results[i] as number, fetches[name]);
    });
    const results = program.session.run(feeds, fetches, {});
    const finish = () => {
      counts.runs++;
      counts.runMs += performance.now() - started;
    };
    if (results instanceof Promise) return results.then(finish);
    if (onCard) {
      program.outputs.forEach(({ name, type, shape }, i) => {
        const tensor = (results as Record<string, NativeTensor>)[name] as NativeTensor;
        buffers.set(run.results[i] as number, tensor);
        counts.bytes += bytesOf(type, shape);
        if (tensor.location === "gpu-buffer") counts.cardBytes += bytesOf(type, shape);
      });
    }
    finish();
  }

  /** The numbers of a value in the graphics card's memory. */
  function fetchFromCard(tensor: NativeTensor): LazyArray {
    let session = readers.get(tensor.type);
    if (!session) {
      session = new runtime.InferenceSession();
      load(session, (settings.readers as Readonly<Record<LazyType, Uint8Array>>)[tensor.type], false, false);
      readers.set(tensor.type, session);
    }
    const memory = new ArrayBuffer(bytesOf(tensor.type, tensor.dims));
    const y = new runtime.Tensor(tensor.type, arrayOver(tensor.type, memory), tensor.dims);
    session.run({ x: tensor }, { y }, {});
    counts.readBytes += memory.byteLength;
    return y.data;
  }

  return {
    execute(command) {
      switch (command[0]) {
        case "upload": {
          const [, buffer, type, shape, values] = command;
          counts.bytes += values.byteLength;
          foreign.add(values.buffer);
          buffers.set(buffer, new runtime.Tensor(type, values, shape));
          return;
        }
        case "compile": {
          const [, id, model] = command;
          return attempt(
            () => compile(model),
            (program) => void programs.set(id, program),
            (cause) => void programs.set(id, failureOf(id, cause)),
          );
        }
        case "run": {
          const [, program, run] = command;
          return attempt(
            () => runProgram(programs.get(program), run),
            () => {},
            (cause) => {
              const failure = failureOf(program, cause);
              for (const result of run.results) {
                release(result);
                buffers.set(result, failure);
              }
            },
          );
        }
        case "free":
          release(command[1]);
          return;
        case "forget": {
          const program = programs.get(command[1]);
          programs.delete(command[1]);
          if (program && !(program instanceof Error)) program.session.dispose();
          // Other graphs have results of other lengths: what was kept for this one's would never be taken again.
          for (const kept of pool.values()) kept.forEach(letGo);
          pool.clear();
          counts.pooledBytes = 0;
          return;
        }
      }
    },
    read(buffer) {
      const tensor = tensorOf(buffer);
      return tensor.location === "gpu-buffer" ? fetchFromCard(tensor) : tensor.data.slice();
    },
    statistics: () => ({ ...counts }),
    close() {
      for (const program of programs.values()) if (!(program instanceof Error)) program.session.dispose();
      for (const session of readers.values()) session.dispose();
      stages?.close();
      readers.clear();
      programs.clear();
      buffers.clear();
      pool.clear();
    },
  };
}
