import { constantArray } from "./constantArray";
import { type Context, contextsOf, gate } from "./gatedContexts";
import { type GraphTensor, memoryShape, sizeOf } from "./graphTensor";
import { neededOperators } from "./neededOperators";
import {
  bytesOfType,
  type OnnxAttribute,
  type OnnxConstant,
  type OnnxNode,
  type OnnxType,
} from "./onnxModel";
import { peakBytes } from "./peakBytes";
import { sinkIntoBranches } from "./sinkIntoBranches";
import { smallEarly } from "./smallEarly";

export interface EmitOptions {
  readonly type?: OnnxType;
  readonly channelsFirst?: boolean;
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>;
  readonly domain?: string;
  /** Results that something else is written over: equal operators stay apart. */
  readonly apart?: boolean;
}

/** The operators and constants of one graph under construction, equal ones once. */
export class GraphValues {
  readonly nodes: OnnxNode[] = [];
  readonly constants: OnnxConstant[] = [];
  /** Shape in memory and type of every value, for error messages. */
  readonly described = new Map<string, string>();
  readonly #tensors = new Map<string, GraphTensor>();
  readonly #emitted = new Map<string, GraphTensor[]>();
  readonly #constantNames = new Map<string, GraphTensor>();
  /** The values of constant scalars, by name. */
  readonly #scalars = new Map<string, number>();
  #count = 0;
  #constantCount = 0;

  /** A value that comes from outside. */
  input(name: string, shape: readonly number[], type: OnnxType): GraphTensor {
    return this.#describe({ name, shape, type, channelsFirst: false });
  }

  /** One operator with one result. Its inputs must be in the order of axes it needs already. */
  emit(
    op: string,
    inputs: readonly (GraphTensor | null)[],
    shape: readonly number[],
    options: EmitOptions = {},
  ): GraphTensor {
    return this.emitMany(op, inputs, [shape], options)[0] as GraphTensor;
  }

  /** One operator with several results, all of one type and order of axes. */
  emitMany(
    op: string,
    inputs: readonly (GraphTensor | null)[],
    shapes: readonly (readonly number[])[],
    options: EmitOptions = {},
  ): GraphTensor[] {
    const { attributes = {}, channelsFirst = false, domain, apart = false } = options;
    const type = options.type ?? inputs[0]?.type ?? "float32";
    const names = inputs.map((input) => input?.name ?? "");
    const key = `${op}(${names.join()})${JSON.stringify([attributes, shapes, type, channelsFirst])}`;
    const known = this.#emitted.get(key);
    if (known && !apart) return known;
    const outputs = shapes.map((shape) =>
      this.#describe({
        name: `v${this.#count++}`,
        shape,
        type,
        channelsFirst: channelsFirst && shape.length === 4,
      }),
    );
    this.nodes.push({
      op,
      inputs: names,
      outputs: outputs.map(({ name }) => name),
      attributes,
      ...(domain === undefined ? {} : { domain }),
    });
    this.#emitted.set(key, outputs);
    return outputs;
  }

  #describe(tensor: GraphTensor): GraphTensor {
    this.#tensors.set(tensor.name, tensor);
    this.described.set(tensor.name, `${tensor.type}[${memoryShape(tensor).join(", ")}]`);
    return tensor;
  }

  /** A constant list of integers, as axes and shapes are given. */
  ints(values: readonly number[]): GraphTensor {
    return this.#constant(
      `i${values.join()}`,
      "int64",
      [values.length],
      () => new BigInt64Array(values.map(BigInt)),
    );
  }

  /** A constant scalar of the given type. */
  scalar(value: number, type: OnnxType = "float32"): GraphTensor {
    return this.fill(value, [], type);
  }

  /** A constant of equal entries. */
  fill(value: number, shape: readonly number[], type: OnnxType = "float32"): GraphTensor {
    const key = `s${type}${Object.is(value, -0) ? "-0" : value}|${shape.join()}`;
    const constant = this.#constant(key, type, shape, () => constantArray(type, sizeOf(shape), value));
    this.#scalars.set(constant.name, value);
    return constant;
  }

  /** A constant of numbers. */
  floats(values: Float32Array, shape: readonly number[], channelsFirst = false): GraphTensor {
    const constant = this.#constant(`f${shape.join()}|${values.join()}`, "float32", shape, () => values);
    return { ...constant, channelsFirst };
  }

  /** A constant of numbers that are too many to look for equal ones. */
  array(values: ArrayBufferView, shape: readonly number[], type: OnnxType): GraphTensor {
    return this.#constant(`a${this.#constantCount}`, type, shape, () => values);
  }

  /** The constant integers 0, 1, …, `count` − 1. */
  range(count: number): GraphTensor {
    return this.#constant(`r${count}`, "int32", [count], () =>
      Int32Array.from({ length: count }, (_, i) => i),
    );
  }

  #constant(key: string, type: OnnxType, shape: readonly number[], make: () => ArrayBufferView): GraphTensor {
    const known = this.#constantNames.get(key);
    if (known) return known;
    const tensor = this.#describe({
      name: `c${this.#constantCount++}`,
      shape,
      type,
      channelsFirst: false,
    });
    const { buffer, byteOffset, byteLength } = make();
    this.constants.push({ ...tensor, bytes: new Uint8Array(buffer, byteOffset, byteLength) });
    this.#constantNames.set(key, tensor);
    return tensor;
  }

  /** The number of a constant scalar. */
  numberOf(x: GraphTensor): number | undefined {
    return this.#scalars.get(x.name);
  }

  /**
   * Bytes of the values that exist at once when the graph runs, at most; those behind gates count by the share of the runs
   * in which they are open.
   */
  peakBytes(results: readonly string[]): number {
    const contexts = contextsOf(this.nodes, results);
    const shares = new Map<string, number>();
    for (const { op, inputs, attributes } of this.nodes) {
      const share = attributes?.["share"];
      if (op === gate && share && "float" in share) shares.set(inputs[0] as string, share.float);
    }
    const shareOf = (context: Context) =>
      context.reduce((product, condition) => product * (shares.get(condition) ?? 1), 1);
    const bytes = new Map<string, number>();
    this.nodes.forEach(({ outputs, inputs, op }, i) => {
      const own = op === gate ? [...(contexts[i] as Context), inputs[0] as string] : (contexts[i] as Context);
      for (const name of outputs) {
        const tensor = this.#tensors.get(name);
        if (tensor) bytes.set(name, shareOf(own) * sizeOf(tensor.shape) * bytesOfType[tensor.type]);
      }
    });
    const nodes = smallEarly(this.nodes, (name) => this.bytesOf(name));
    return peakBytes(nodes, (name) => bytes.get(name) ?? 0);
  }

  /** Bytes of a value in memory; 0 for a name that is none. */
  bytesOf(name: string): number {
    const tensor = this.#tensors.get(name);
    return tensor ? sizeOf(tensor.shape) * bytesOfType[tensor.type] : 0;
  }

  /** The operators as ONNX Runtime gets them: what gates close is in branches. */
  branched(results: readonly string[]): OnnxNode[] {
    const named = this.nodes.map((node, i) => ({ ...node, name: `${node.op}_${i}` }));
    const tensorOf = (name: string) => this.#tensors.get(name) as GraphTensor;
    return sinkIntoBranches(named, results, {
      typeOf: (name) => tensorOf(name).type,
      shapeOf: (name) => (this.#tensors.has(name) ? memoryShape(tensorOf(name)) : []),
      zero: (type) => this.scalar(0, type).name,
      ints: (values) => this.ints(values).name,
    });
  }

  /** Leaves out operators that none of the given values needs. */
  prune(results: readonly string[]): void {
    const kept = neededOperators(this.nodes, this.constants, results);
    this.nodes.splice(0, this.nodes.length, ...kept.nodes);
    this.constants.splice(0, this.constants.length, ...kept.constants);
    const names = new Set(kept.constants.map(({ name }) => name));
    for (const [key, { name }] of this.#constantNames) if (!names.has(name)) this.#constantNames.delete(key);
  }
}
