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
import { Interner, planGraph } from "./planGraph";
import { type Program, ProgramCache, type ProgramCacheSettings } from "./programCache";
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
  /** Calls recorded and not computed yet. */
  readonly pending: number;
  /** Compiled graphs that are kept. */
  readonly programs: number;
  /** Operators of the graph of the last flush. */
  readonly operators: number;
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
  readonly #programs: ProgramCache;
  /** Values without a tensor whose buffers pending calls may still read. */
  readonly #fading = new Set<LazyValue>();
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
    if (this.#pending.size === 0) return;
    const plan = planGraph(this.#pending, this.#interner);
    const program = this.#programs.get(plan);
    const { device } = this.#settings;
    const { leaves, inline } = this.#feed(plan.leaves, program);
    const results = plan.results.map((value) => {
      value.buffer = this.#buffers++;
      value.node = undefined;
      return value.buffer;
    });
    device.send(["run", program.id, { leaves, inline, results }]);
    for (const leaf of plan.leaves) if (!leaf.live) this.#free(leaf);
    this.#pending.clear();
    this.#operators = program.model.operators;
    this.#nothingPends();
  }

  /** What only pending calls could read goes. */
  #nothingPends(): void {
    for (const value of this.#fading) this.#free(value);
    this.#fading.clear();
    this.#recorded = 0;
    if (this.#interner.size <= maxKinds) return;
    this.#interner = new Interner();
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
    this.#entries.set(dataId, { value, values: undefined, dtype, references });
  }

  override async read(dataId: object): Promise<BackendValues> {
    const { value, values } = this.#entries.get(dataId);
    if (!value) return values as BackendValues;
    if (value.node) this.flush();
    if (value.host) return value.host.slice();
    return this.#settings.device
      .read(value.buffer as number)
      .catch((cause: unknown) => this.#programs.explain(cause));
  }

  override readSync(dataId: object): BackendValues {
    const { value, values } = this.#entries.get(dataId);
    if (!value) return values as BackendValues;
    if (value.node) this.flush();
    if (value.host) return value.host.slice();
    try {
      return this.#settings.device.readSync(value.buffer as number);
    } catch (cause) {
      return this.#programs.explain(cause);
    }
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

  statistics(): OnnxStatistics {
    return {
      ...this.#settings.device.statistics(),
      hits: this.#programs.hits,
      pending: this.#recorded,
      programs: this.#programs.size,
      operators: this.#operators,
    };
  }
}
