import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { Device, DeviceRun } from "./device";
import { type LazyArray, type LazyType, LazyValue } from "./lazyGraph";
import type { GraphPlan } from "./planGraph";
import { type Program, ProgramCache, type ProgramCacheSettings } from "./programCache";

const noNumbers = (): DeviceRun["inline"] => ({
  float32: new Float32Array(0),
  int32: new Int32Array(0),
  bool: new Uint8Array(0),
});

/** A graph whose only input is one tensor. */
export interface FrozenGraph {
  /** The result for a tensor of the input's shape and type; a new tensor. */
  run(x: TensorInfo): TensorInfo;
  /** Number of operators before ONNX Runtime rewrites them. */
  readonly operators: number;
  dispose(): void;
}

/** The same for values. */
interface FrozenProgram {
  /** The result for a value of the input's shape and type, whose numbers are there; a new value. */
  run(x: LazyValue): LazyValue;
  /** Number of operators before ONNX Runtime rewrites them. */
  readonly operators: number;
  dispose(): void;
}

/** Runs plans on a device: compiles their graphs, or finds them again, and gives leaves and results their buffers. */
export class GraphRunner {
  readonly programs: ProgramCache;
  readonly #device: Device;
  #buffers = 0;
  #operators = 0;

  constructor(settings: ProgramCacheSettings) {
    this.#device = settings.device;
    this.programs = new ProgramCache(settings);
  }

  /** Of the graph that ran last. */
  get operators(): number {
    return this.#operators;
  }

  /** Computes `outputs` from `inputs`, values for the plan's results and leaves. Returns before it is done where the device is another thread. */
  run(plan: GraphPlan, inputs: readonly LazyValue[], outputs: readonly LazyValue[]): void {
    const program = this.programs.get(plan);
    const { leaves, inline } = this.#feed(inputs, program);
    const results = outputs.map((value) => {
      value.buffer = this.#buffers++;
      value.node = undefined;
      return value.buffer;
    });
    this.#device.send(["run", program.id, { leaves, inline, results }]);
    for (const input of inputs) if (!input.live) this.free(input);
    this.#operators = program.model.operators;
  }

  /**
   * Compiles a plan, everything but its leaf `hole` as it is now: constants are folded, kernels and batch norms joined, once.
   *
   * @param end what the plan gives.
   */
  freeze(plan: GraphPlan, hole: LazyValue, end: LazyValue): FrozenProgram {
    const constants = new Map<LazyValue, LazyArray>();
    for (const leaf of plan.leaves) {
      if (leaf === hole) continue;
      constants.set(leaf, leaf.host?.slice() ?? this.#device.readSync(leaf.buffer as number));
    }
    const program = this.programs.frozen(plan, constants);
    const place = plan.leaves.indexOf(hole);
    const { shape, dtype } = end;
    return {
      run: (x) => {
        const y = new LazyValue(shape, dtype);
        y.buffer = this.#buffers++;
        const leaves = plan.leaves.map((_, i) => (i === place ? this.#upload(x) : -1));
        this.#device.send(["run", program.id, { leaves, inline: noNumbers(), results: [y.buffer] }]);
        return y;
      },
      operators: program.model.operators,
      dispose: () => this.#device.send(["forget", program.id]),
    };
  }

  /** A copy of a computed value's numbers. */
  read(value: LazyValue): Promise<LazyArray> {
    return this.#device.read(bufferOf(value)).catch((cause: unknown) => this.programs.explain(cause));
  }

  readSync(value: LazyValue): LazyArray {
    const buffer = bufferOf(value);
    try {
      return this.#device.readSync(buffer);
    } catch (cause) {
      return this.programs.explain(cause);
    }
  }

  free(value: LazyValue): void {
    if (value.buffer === undefined) return;
    this.#device.send(["free", value.buffer]);
    value.buffer = undefined;
  }

  /** The leaves' buffers; the numbers of small leaves that came from outside go along with the run. */
  #feed(values: readonly LazyValue[], program: Program): Pick<DeviceRun, "leaves" | "inline"> {
    const leaves = new Array<number>(values.length);
    const inline: Record<LazyType, number[]> = { float32: [], int32: [], bool: [] };
    for (const input of program.model.inputs) {
      for (const position of input.leaves) {
        const leaf = values[position] as LazyValue;
        if (!input.packed || leaf.buffer !== undefined) leaves[position] = this.#upload(leaf);
        else {
          leaves[position] = -1;
          for (const number of hostOf(leaf)) inline[input.type].push(number);
        }
      }
    }
    const { float32, int32, bool } = inline;
    return {
      leaves,
      inline: {
        float32: Float32Array.from(float32),
        int32: Int32Array.from(int32),
        bool: Uint8Array.from(bool),
      },
    };
  }

  /** The leaf's buffer; numbers from outside are sent first. */
  #upload(leaf: LazyValue): number {
    if (leaf.buffer === undefined) {
      const host = hostOf(leaf);
      leaf.buffer = this.#buffers++;
      this.#device.send(["upload", leaf.buffer, leaf.dtype, leaf.shape, host]);
      leaf.host = undefined;
    }
    return leaf.buffer;
  }
}

const lost = (what: string) =>
  new Error(
    `onnx: the numbers of a tensor are asked for that has none: ${what}. It was disposed of, or it is the argument of a function while that is frozen.`,
  );

/** @throws Error for a value without numbers, before anything is sent. */
function hostOf({ host, shape, dtype }: LazyValue): LazyArray {
  if (host === undefined) throw lost(`${dtype}[${shape.join()}]`);
  return host;
}

function bufferOf({ buffer, shape, dtype }: LazyValue): number {
  if (buffer === undefined) throw lost(`${dtype}[${shape.join()}]`);
  return buffer;
}
