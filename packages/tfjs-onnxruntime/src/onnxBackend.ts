import {
  type BackendValues,
  DataStorage,
  type DataType,
  engine,
  KernelBackend,
  type TensorInfo,
} from "@tensorflow/tfjs-core";
import { describeCall } from "./describeCall";
import type { DeviceRun, DeviceStatistics } from "./device";
import { fillKernel } from "./kernels/arrangementKernels";
import {
  type KernelAttributes,
  type LazyArray,
  type LazyInput,
  type LazyKernel,
  type LazyNode,
  type LazySpec,
  type LazyType,
  LazyValue,
} from "./lazyGraph";
import { type GraphPlan, Interner, planGraph } from "./planGraph";
import { type Program, ProgramCache, type ProgramCacheSettings } from "./programCache";
import { closeRecording, type OpenRecording, type Recording, typeOf } from "./recording";
import { copyOf, isRepeated } from "./uploads";

/** What a tfjs data id stands for. Values of other types than a graph's stay in this process as they came. */
interface Entry {
  readonly value: LazyValue | undefined;
  readonly values: BackendValues | undefined;
  readonly dtype: DataType;
  references: number;
}

/** What the back end has done and holds. */
export interface OnnxStatistics extends DeviceStatistics {
  /** Flushes whose graph was compiled already. */
  readonly hits: number;
  /** Recorded functions that ran again without being called. */
  readonly replays: number;
  /** Calls recorded and not computed yet. */
  readonly pending: number;
  /** Compiled graphs that are kept. */
  readonly programs: number;
  /** Operators of the graph of the last flush. */
  readonly operators: number;
  /** Bytes that compiled graphs keep between runs, about. */
  readonly keptBytes: number;
}

export interface OnnxBackendSettings extends ProgramCacheSettings {
  /** Calls recorded before they are computed unasked. */
  readonly maxPending: number;
}

/** A graph whose only input is one tensor. */
export interface FrozenGraph {
  /** The result for a tensor of the input's shape and type; a new tensor. */
  run(x: TensorInfo): TensorInfo;
  /** Number of operators before ONNX Runtime rewrites them. */
  readonly operators: number;
  dispose(): void;
}

const noNumbers = (): DeviceRun["inline"] => ({
  float32: new Float32Array(0),
  int32: new Int32Array(0),
  bool: new Uint8Array(0),
});

/** Kinds of calls that are told apart; when there are more, all compiled graphs are forgotten. */
const maxKinds = 200_000;

/**
 * A tfjs back end that computes nothing when an operation is called. It records, and when a value is read turns
 * everything pending that tensors still hold into one ONNX graph: a whole training step. Graphs are compiled once
 * and found again by their structure; values that came from outside are inputs. Intermediate values that were
 * disposed of before never leave the graph.
 */
export class OnnxBackend extends KernelBackend {
  readonly #settings: OnnxBackendSettings;
  readonly #entries: DataStorage<Entry>;
  #interner = new Interner();
  readonly #pending = new Set<LazyValue>();
  readonly #programs: ProgramCache;
  /** Values without a tensor whose buffers pending calls may still read. */
  readonly #fading = new Set<LazyValue>();
  #recording: OpenRecording | undefined;
  /** Of the interner's numbers. */
  #generation = 0;
  #replays = 0;
  #order = 0;
  #recorded = 0;
  #buffers = 0;
  #operators = 0;

  constructor(settings: OnnxBackendSettings) {
    super();
    this.#settings = settings;
    this.#programs = new ProgramCache(settings);
    this.#entries = new DataStorage(this, engine());
  }

  // ---- recording ----

  /** Records a call of a kernel and returns its results, whose shapes and types are `specs`. */
  record(
    kernel: LazyKernel,
    inputs: Readonly<Record<string, TensorInfo>>,
    attributes: KernelAttributes,
    specs: readonly LazySpec[] = kernel.infer(inputs, attributes),
  ): TensorInfo[] {
    return this.#call(kernel, inputs, attributes, specs).map((value) => this.#hold(value));
  }

  #call(
    kernel: LazyKernel,
    inputs: Readonly<Record<string, TensorInfo>>,
    attributes: KernelAttributes,
    specs: readonly LazySpec[],
  ): LazyValue[] {
    if (this.#recorded >= this.#settings.maxPending) this.flush();
    const names = Object.keys(inputs);
    const reads: LazyInput[] = names.map((name) => {
      const { dataId, shape } = inputs[name] as TensorInfo;
      return { value: this.#valueOf(dataId), shape };
    });
    const numbers = kernel.numbers?.(attributes) ?? [];
    for (const number of numbers) {
      names.push(`$${reads.length - Object.keys(inputs).length}`);
      const value = new LazyValue([], "float32");
      value.host = Float32Array.of(number);
      value.live = false;
      reads.push({ value, shape: [] });
    }
    const outputs = specs.map(({ shape, dtype }) => new LazyValue([...shape], dtype));
    const node: LazyNode = {
      order: this.#order++,
      kernel,
      names,
      inputs: reads,
      attributes,
      outputs,
      kind: this.#interner.number(describeCall(kernel, names, reads, attributes, numbers.length > 0)),
    };
    this.#recorded++;
    for (const value of outputs) {
      value.node = node;
      this.#pending.add(value);
    }
    return outputs;
  }

  /** A tensor of the same numbers in another shape. */
  view(x: TensorInfo, shape: readonly number[]): TensorInfo {
    this.incRef(x.dataId);
    return { dataId: x.dataId, shape: [...shape], dtype: x.dtype };
  }

  #hold(value: LazyValue): TensorInfo {
    const dataId = {};
    this.#entries.set(dataId, { value, values: undefined, dtype: value.dtype, references: 1 });
    return { dataId, shape: [...value.shape], dtype: value.dtype };
  }

  #valueOf(dataId: object): LazyValue {
    const { value, dtype } = this.#entries.get(dataId);
    if (!value) throw new Error(`onnx: a graph cannot hold a tensor of type ${dtype}.`);
    return value;
  }

  // ---- computing ----

  /** Computes everything pending that tensors hold. Returns before it is done where the device is another thread. */
  flush(): void {
    if (this.#recording) this.#recording.broken ??= "it reads a value";
    if (this.#pending.size === 0) return;
    this.#compute(planGraph(this.#pending, this.#interner, !this.#settings.onProcessor));
  }

  /** Computes a plan of everything pending. */
  #compute(plan: GraphPlan): void {
    this.#run(plan, plan.leaves, plan.results);
    this.#pending.clear();
    this.#nothingPends();
  }

  #run(plan: GraphPlan, inputs: readonly LazyValue[], outputs: readonly LazyValue[]): void {
    const program = this.#programs.get(plan);
    const { leaves, inline } = this.#feed(inputs, program);
    const results = outputs.map((value) => {
      value.buffer = this.#buffers++;
      value.node = undefined;
      return value.buffer;
    });
    this.#settings.device.send(["run", program.id, { leaves, inline, results }]);
    for (const input of inputs) if (!input.live) this.#free(input);
    this.#operators = program.model.operators;
  }

  // ---- replaying ----

  /** Begins to note where everything comes from that is computed until {@link endRecording}. */
  beginRecording(): void {
    this.flush();
    this.#recording = { uploads: new Map(), broken: null };
  }

  /**
   * Computes what was recorded since {@link beginRecording}.
   *
   * @param given the tensors that the recorded function reads and that change from call to call.
   * @param results what it gives.
   * @returns the recording for {@link replay}, or why it has none.
   */
  endRecording(given: readonly TensorInfo[], results: readonly TensorInfo[]): Recording | string {
    const open = this.#recording as OpenRecording;
    this.#recording = undefined;
    const plan = planGraph(this.#pending, this.#interner, !this.#settings.onProcessor);
    const valued = (info: TensorInfo) => [info, this.#valueOf(info.dataId)] as const;
    const recording = closeRecording(open, {
      plan,
      generation: this.#generation,
      given: given.map(valued),
      results: results.map(valued),
      pending: this.#pending,
    });
    if (plan.nodes.length > 0) this.#compute(plan);
    return recording;
  }

  /** Ends a recording that an error broke off. */
  abandonRecording(): void {
    this.#recording = undefined;
  }

  /**
   * Runs a recorded function on other tensors, without calling it: the graph and the numbers are those of a call.
   *
   * @param fresh the numbers of an upload, by the array that was handed over; undefined for those of the recording.
   * @returns undefined where the recording no longer holds.
   */
  replay(
    recording: Recording,
    given: readonly TensorInfo[],
    fresh: (array: unknown) => LazyArray | undefined,
  ): TensorInfo[] | undefined {
    const { plan, sources, results } = recording;
    if (recording.generation !== this.#generation || this.#recording) return undefined;
    const fits = ({ shape, dtype }: TensorInfo, i: number) =>
      shape.join() === given[i]?.shape.join() && dtype === given[i]?.dtype;
    if (!recording.given.every(fits)) return undefined;
    if (sources.some((source) => source.kind === "held" && !source.value.live)) return undefined;
    this.flush();
    const inputs = sources.map((source, i) => {
      if (source.kind === "held") return source.value;
      if (source.kind === "given") return this.#valueOf((given[source.index] as TensorInfo).dataId);
      const { shape, dtype } = plan.leaves[i] as LazyValue;
      const value = new LazyValue(shape, dtype);
      value.host = fresh(source.array) ?? source.values.slice();
      value.live = false;
      return value;
    });
    const outputs = plan.results.map(({ shape, dtype }) => new LazyValue(shape, dtype));
    this.#run(plan, inputs, outputs);
    this.#replays++;
    return results.map((result) => {
      const { shape, dtype } = result;
      const dataId = {};
      let value: LazyValue;
      if (result.kind === "result") value = outputs[result.index] as LazyValue;
      else {
        value = new LazyValue(shape, typeOf(result));
        value.host = result.values.slice();
      }
      this.#entries.set(dataId, { value, values: undefined, dtype, references: 1 });
      return { dataId, shape: [...shape], dtype };
    });
  }

  /** What only pending calls could read goes. */
  #nothingPends(): void {
    for (const value of this.#fading) this.#free(value);
    this.#fading.clear();
    this.#recorded = 0;
    if (this.#interner.size <= maxKinds) return;
    this.#interner = new Interner();
    this.#generation++;
    this.#programs.clear();
  }

  /**
   * Forgets every compiled graph, and what memory they hold; of a network that trains no more they are of no use, and the
   * next one's are others. Graphs that are met again are compiled again; frozen ones stay.
   */
  forgetPrograms(): void {
    this.flush();
    this.#programs.clear();
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
          for (const number of leaf.host as LazyArray) inline[input.type].push(number);
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
      leaf.buffer = this.#buffers++;
      this.#settings.device.send(["upload", leaf.buffer, leaf.dtype, leaf.shape, leaf.host as LazyArray]);
      leaf.host = undefined;
    }
    return leaf.buffer;
  }

  #free(value: LazyValue): void {
    if (value.buffer === undefined) return;
    this.#settings.device.send(["free", value.buffer]);
    value.buffer = undefined;
  }

  // ---- graphs of constants ----

  /** A tensor without numbers: {@link freeze} makes it an input of a graph. Reading it fails. */
  placeholder(shape: readonly number[], dtype: LazyType): TensorInfo {
    const value = new LazyValue([...shape], dtype);
    return this.#hold(value);
  }

  /**
   * Compiles what `result` is computed from, everything but `input` as it is now: constants are folded, kernels and batch
   * norms joined, once. `result` must be recorded and not computed yet; both tensors stay the caller's.
   */
  freeze(input: TensorInfo, result: TensorInfo): FrozenGraph {
    const [hole, end] = [this.#valueOf(input.dataId), this.#valueOf(result.dataId)];
    const plan = planGraph([end], this.#interner, true, (value) => value === end);
    const constants = new Map<LazyValue, LazyArray>();
    for (const leaf of plan.leaves) {
      if (leaf === hole) continue;
      const { device } = this.#settings;
      constants.set(leaf, leaf.host?.slice() ?? device.readSync(leaf.buffer as number));
    }
    const program = this.#programs.frozen(plan, constants);
    const place = plan.leaves.indexOf(hole);
    const { device } = this.#settings;
    return {
      run: (x) => {
        const value = this.#valueOf(x.dataId);
        if (value.node) this.flush();
        const y = new LazyValue(result.shape, result.dtype as LazyType);
        y.buffer = this.#buffers++;
        const leaves = plan.leaves.map((_, i) => (i === place ? this.#upload(value) : -1));
        device.send(["run", program.id, { leaves, inline: noNumbers(), results: [y.buffer] }]);
        return this.#hold(y);
      },
      operators: program.model.operators,
      dispose: () => device.send(["forget", program.id]),
    };
  }

  // ---- what tfjs asks of a back end ----

  override write(values: BackendValues, shape: number[], dtype: DataType): object {
    const dataId = {};
    this.move(dataId, values, shape, dtype, 1);
    return dataId;
  }

  /** Keeps a copy: the caller may change the array before anything is computed. */
  override move(
    dataId: object,
    values: BackendValues,
    shape: number[],
    dtype: DataType,
    references: number,
  ): void {
    if (dtype !== "float32" && dtype !== "int32" && dtype !== "bool") {
      this.#entries.set(dataId, { value: undefined, values, dtype, references });
      return;
    }
    if (isRepeated(values as ArrayLike<number>)) {
      const specs = [{ shape, dtype }];
      const [value] = this.#call(
        fillKernel,
        {},
        { shape, dtype, value: (values as ArrayLike<number>)[0] },
        specs,
      );
      this.#entries.set(dataId, { value: value as LazyValue, values: undefined, dtype, references });
      return;
    }
    const value = new LazyValue([...shape], dtype);
    value.host = copyOf(values as ArrayLike<number>, dtype);
    this.#recording?.uploads.set(value, values);
    this.#entries.set(dataId, { value, values: undefined, dtype, references });
  }

  override async read(dataId: object): Promise<BackendValues> {
    const { value, values } = this.#entries.get(dataId);
    this.#noteReading();
    if (!value) return values as BackendValues;
    if (value.node) this.flush();
    if (value.host) return value.host.slice();
    return this.#settings.device
      .read(value.buffer as number)
      .catch((cause: unknown) => this.#programs.explain(cause));
  }

  override readSync(dataId: object): BackendValues {
    const { value, values } = this.#entries.get(dataId);
    this.#noteReading();
    if (!value) return values as BackendValues;
    if (value.node) this.flush();
    if (value.host) return value.host.slice();
    try {
      return this.#settings.device.readSync(value.buffer as number);
    } catch (cause) {
      return this.#programs.explain(cause);
    }
  }

  #noteReading(): void {
    if (this.#recording) this.#recording.broken ??= "it reads a value";
  }

  override disposeData(dataId: object, force = false): boolean {
    if (!this.#entries.has(dataId)) return true;
    const entry = this.#entries.get(dataId);
    entry.references--;
    if (!force && entry.references > 0) return false;
    this.#entries.delete(dataId);
    const { value } = entry;
    if (!value) return true;
    value.live = false;
    if (this.#pending.delete(value) && this.#pending.size === 0) this.#nothingPends();
    else if (this.#pending.size === 0) this.#free(value);
    else if (value.buffer !== undefined) this.#fading.add(value);
    return true;
  }

  override incRef(dataId: object): void {
    this.#entries.get(dataId).references++;
  }

  decRef(dataId: object): void {
    if (this.#entries.has(dataId)) this.#entries.get(dataId).references--;
  }

  override refCount(dataId: object): number {
    return this.#entries.has(dataId) ? this.#entries.get(dataId).references : 0;
  }

  override numDataIds(): number {
    return this.#entries.numDataIds();
  }

  override floatPrecision(): 16 | 32 {
    return 32;
  }

  override epsilon(): number {
    return 1e-7;
  }

  override timerAvailable(): boolean {
    return true;
  }

  override async time(body: () => void): Promise<{ kernelMs: number }> {
    const { device } = this.#settings;
    const runMs = async () => {
      this.flush();
      await device.settled();
      return device.statistics().runMs;
    };
    const before = await runMs();
    body();
    return { kernelMs: (await runMs()) - before };
  }

  override memory(): { unreliable: boolean } {
    return { unreliable: false };
  }

  override dispose(): void {
    this.#settings.device.close();
  }

  /** Resolves when everything that was flushed is done. */
  async settled(): Promise<void> {
    await this.#settings.device.settled();
  }

  /** Whether branches whose gates are closed are left out of a run; on graphics cards all is computed. */
  get runsBranches(): boolean {
    return this.#settings.onProcessor;
  }

  statistics(): OnnxStatistics {
    return {
      ...this.#settings.device.statistics(),
      hits: this.#programs.hits,
      replays: this.#replays,
      pending: this.#recorded,
      programs: this.#programs.size,
      operators: this.#operators,
      keptBytes: this.#programs.kept,
    };
  }
}
