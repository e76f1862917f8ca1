import {
  type BackendValues,
  DataStorage,
  type DataType,
  engine,
  KernelBackend,
  type TensorInfo,
} from "@tensorflow/tfjs-core";
import { callReads } from "./callReads";
import { frozenView } from "./frozenView";
import { type FrozenGraph, GraphRunner } from "./graphRunner";
import { fillKernel, travels } from "./kernels/arrangementKernels";
import {
  type KernelAttributes,
  type LazyArray,
  type LazyKernel,
  type LazyNode,
  type LazySpec,
  type LazyType,
  LazyValue,
} from "./lazyGraph";
import type { OnnxStatistics } from "./onnxStatistics";
import { type GraphPlan, Interner, planGraph } from "./planGraph";
import type { ProgramCacheSettings } from "./programCache";
import { closeRecording, type OpenRecording, type Recording } from "./recording";
import { fits, replayedLeaves, replayedTensors } from "./replayed";
import { copyOf, isRepeated } from "./uploads";

/** What a tfjs data id stands for. Values of other types than a graph's stay in this process as they came. */
interface Entry {
  readonly value: LazyValue | undefined;
  readonly values: BackendValues | undefined;
  readonly dtype: DataType;
  references: number;
}

export interface OnnxBackendSettings extends ProgramCacheSettings {
  /** Calls recorded before they are computed unasked. */
  readonly maxPending: number;
}

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
  readonly #runner: GraphRunner;
  /** Values without a tensor whose buffers pending calls may still read. */
  readonly #fading = new Set<LazyValue>();
  #recording: OpenRecording | undefined;
  /** Of the interner's numbers. */
  #generation = 0;
  #replays = 0;
  #order = 0;
  #recorded = 0;

  constructor(settings: OnnxBackendSettings) {
    super();
    this.#settings = settings;
    this.#runner = new GraphRunner(settings);
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
    const { names, reads, description } = callReads(kernel, inputs, attributes, (id) => this.#valueOf(id));
    const outputs = specs.map(({ shape, dtype }) => new LazyValue([...shape], dtype));
    const node: LazyNode = {
      order: this.#order++,
      kernel,
      names,
      inputs: reads,
      attributes,
      outputs,
      kind: this.#interner.number(description),
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

  /** A tensor of the value, or of its numbers in another shape. */
  #hold(value: LazyValue, { shape, dtype }: LazySpec | Omit<TensorInfo, "dataId"> = value): TensorInfo {
    const dataId = {};
    this.#entries.set(dataId, { value, values: undefined, dtype, references: 1 });
    return { dataId, shape: [...shape], dtype };
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
    this.#runner.run(plan, plan.leaves, plan.results);
    this.#pending.clear();
    this.#nothingPends();
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
    if (recording.generation !== this.#generation || this.#recording || !fits(recording, given))
      return undefined;
    this.flush();
    const { plan } = recording;
    const valueAt = (index: number) => this.#valueOf((given[index] as TensorInfo).dataId);
    const outputs = plan.results.map(({ shape, dtype }) => new LazyValue(shape, dtype));
    this.#runner.run(plan, replayedLeaves(recording, valueAt, fresh), outputs);
    this.#replays++;
    return replayedTensors(recording, outputs, fresh, {
      hold: (value, info) => this.#hold(value, info),
      view: (x, shape) => this.view(x, shape),
    });
  }

  /** What only pending calls could read goes. */
  #nothingPends(): void {
    for (const value of this.#fading) this.#runner.free(value);
    this.#fading.clear();
    this.#recorded = 0;
    if (this.#interner.size <= maxKinds) return;
    this.#interner = new Interner();
    this.#generation++;
    this.#runner.programs.clear();
  }

  /**
   * Forgets every compiled graph, and what memory they hold; of a network that trains no more they are of no use, and the
   * next one's are others. Graphs that are met again are compiled again; frozen ones stay.
   */
  forgetPrograms(): void {
    this.flush();
    this.#runner.programs.clear();
  }

  // ---- graphs of constants ----

  /** A tensor without numbers: {@link freeze} makes it an input of a graph. Reading it fails. */
  placeholder(shape: readonly number[], dtype: LazyType): TensorInfo {
    const value = new LazyValue([...shape], dtype);
    return this.#hold(value);
  }

  /**
   * Compiles what `result` is computed from, everything but `input` as it is now: constants are folded, kernels and batch
   * norms joined, once. `result` must be recorded and not computed yet, or a view of what is there; both tensors stay the caller's.
   */
  freeze(input: TensorInfo, result: TensorInfo): FrozenGraph {
    const [hole, end] = [this.#valueOf(input.dataId), this.#valueOf(result.dataId)];
    if (!end.node)
      return frozenView(this, hole === end ? undefined : this.view(result, result.shape), result);
    const plan = planGraph([end], this.#interner, true, (value) => value === end);
    const frozen = this.#runner.freeze(plan, hole, end);
    return {
      run: (x) => {
        const value = this.#valueOf(x.dataId);
        if (value.node) this.flush();
        return this.#hold(frozen.run(value), result);
      },
      operators: frozen.operators,
      dispose: frozen.dispose,
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
    if (isRepeated(values as ArrayLike<number>) && (dtype !== "int32" || travels(values[0] as number))) {
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
    return this.#runner.read(value);
  }

  override readSync(dataId: object): BackendValues {
    const { value, values } = this.#entries.get(dataId);
    this.#noteReading();
    if (!value) return values as BackendValues;
    if (value.node) this.flush();
    if (value.host) return value.host.slice();
    return this.#runner.readSync(value);
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
    else if (this.#pending.size === 0) this.#runner.free(value);
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

  /** Whether steps become stages, where stages compute all their calls. */
  get runsStages(): boolean {
    return this.#settings.stageThreads > 0;
  }

  statistics(): OnnxStatistics {
    const { programs, operators } = this.#runner;
    const { hits, size, staged, unstaged, stagedBytes, kept } = programs;
    const own = { hits, programs: size, operators, staged, unstaged, stagedBytes, keptBytes: kept };
    return { ...this.#settings.device.statistics(), replays: this.#replays, pending: this.#recorded, ...own };
  }
}
