import { GraphBuilder } from "./graphBuilder";
import { type GraphTensor, memoryShape } from "./graphTensor";
import type { LazyArray, LazyType, LazyValue } from "./lazyGraph";
import { encodeOnnx, type OnnxValueInfo } from "./onnxModel";
import type { GraphPlan } from "./planGraph";
import { inOrder } from "./runOrder";
import { smallEarly } from "./smallEarly";

/** Leaves with at most this many entries travel together in one input for each type. */
export const packLimit = 256;

/** A graph ready for ONNX Runtime, and how to feed it. */
export interface GraphModel {
  readonly bytes: Uint8Array;
  /** Inputs in order: a leaf of its own, or several small leaves of one type one after the other. */
  readonly inputs: readonly ModelInput[];
  /** Results in the order of the plan. */
  readonly outputs: readonly ModelOutput[];
  /** Number of operators. */
  readonly operators: number;
  /** Bytes of the values that exist at once when it runs, at most. */
  readonly peakBytes: number;
  /** What the operator of a name reads and makes, for error messages. */
  describe(operator: string): string;
}

export interface ModelInput {
  readonly name: string;
  readonly type: LazyType;
  readonly shape: readonly number[];
  readonly packed: boolean;
  /** Positions of the leaves in the plan, and their numbers of entries. */
  readonly leaves: readonly number[];
  readonly sizes: readonly number[];
}

export interface ModelOutput {
  readonly name: string;
  readonly type: LazyType;
  readonly shape: readonly number[];
}

/**
 * Turns recorded calls into an ONNX file. `onProcessor` and `channelBlock`: see {@link GraphBuilder}.
 *
 * @param constants numbers of leaves that are part of the graph; the others are its inputs.
 */
export function buildModel(
  plan: GraphPlan,
  onProcessor: boolean,
  channelBlock: number,
  constants: ReadonlyMap<LazyValue, LazyArray> = new Map(),
): GraphModel {
  const g = new GraphBuilder(onProcessor, channelBlock, constants.size > 0);
  const tensors = new Map<LazyValue, GraphTensor>();
  for (const [leaf, values] of constants) tensors.set(leaf, constant(g, leaf, values));
  const numbers = numbersOf(plan);
  // What is packed is joined on this side, so results in a graphics card's memory would come back for it.
  const inputs = feed(g, plan.leaves, tensors, (leaf) =>
    onProcessor ? leaf.size <= packLimit : numbers.has(leaf),
  );
  for (const node of plan.nodes) {
    const named: Record<string, GraphTensor> = {};
    node.names.forEach((name, i) => {
      const { value, shape } = node.inputs[i] as (typeof node.inputs)[number];
      named[name] = g.reshape(tensors.get(value) as GraphTensor, shape);
    });
    const made = node.kernel.lower(g, named, node.attributes, node.outputs);
    for (const [i, output] of node.outputs.entries()) tensors.set(output, made[i] as GraphTensor);
  }
  const outputs = plan.results.map((value, i) => result(g, tensors.get(value) as GraphTensor, value, i));
  const ends = outputs.map(({ name }) => name);
  g.prune(ends);
  const bytesOf = (name: string) => g.bytesOf(name);
  const early = smallEarly(g.branched(ends), bytesOf);
  // A graph of constants is rewritten, so what it runs is not known here; neither is the price of an operator on a graphics card.
  const nodes = onProcessor && constants.size === 0 ? inOrder(early, ends, bytesOf) : early;
  const bytes = encodeOnnx({ nodes, inputs, outputs, constants: g.constants });
  const text = (name: string): string => `${name || "-"} ${g.described.get(name) ?? ""}`.trim();
  const describe = (operator: string): string => {
    const node = g.nodes[Number(operator.split("_").at(-1))];
    if (!node) return operator;
    const [reads, makes] = [node.inputs, node.outputs].map((names) => names.map(text).join(", "));
    return `${operator}(${reads}) -> ${makes}, attributes ${JSON.stringify(node.attributes ?? {})}`;
  };
  return {
    bytes,
    inputs,
    outputs,
    operators: g.nodes.length,
    peakBytes: g.peakBytes(ends),
    describe,
  };
}

function constant(g: GraphBuilder, { shape, dtype }: LazyValue, values: LazyArray): GraphTensor {
  const [first] = values;
  // Operators that do nothing with 0 and 1 are left out.
  if (shape.length === 0 && first !== undefined) return g.scalar(first, dtype);
  return g.array(values, shape, dtype);
}

/** Leaves that are the varying numbers of calls: they always come from this side. */
function numbersOf({ nodes }: GraphPlan): Set<LazyValue> {
  const found = new Set<LazyValue>();
  for (const { names, inputs } of nodes) {
    names.forEach((name, i) => {
      if (name.startsWith("$")) found.add((inputs[i] as (typeof inputs)[number]).value);
    });
  }
  return found;
}

/** Declares the inputs and gives every leaf that has none its tensor. Those that are `packed` travel together, by type. */
function feed(
  g: GraphBuilder,
  leaves: readonly LazyValue[],
  tensors: Map<LazyValue, GraphTensor>,
  packed: (leaf: LazyValue) => boolean,
): ModelInput[] {
  const inputs = inputsOf(leaves, (leaf) => (tensors.has(leaf) ? "none" : packed(leaf) ? "packed" : "own"));
  for (const { name, type, shape, sizes, leaves: members, packed: joined } of inputs) {
    const whole = g.input(name, shape, type);
    const parts = joined ? g.split(whole, sizes, 0) : [whole];
    members.forEach((i, k) => {
      const leaf = leaves[i] as LazyValue;
      const part = parts[k] as GraphTensor;
      tensors.set(leaf, joined ? g.reshape(part, leaf.shape) : part);
    });
  }
  return inputs;
}

/** Inputs of a graph: leaves of their own in their order, then those of each type that travel together. */
export function inputsOf(
  leaves: readonly LazyValue[],
  way: (leaf: LazyValue) => "own" | "packed" | "none",
): ModelInput[] {
  const inputs: ModelInput[] = [];
  const packs = new Map<LazyType, number[]>();
  leaves.forEach((leaf, i) => {
    const { dtype: type, shape, size } = leaf;
    const chosen = way(leaf);
    if (chosen === "own")
      inputs.push({ name: `x${i}`, type, shape, packed: false, leaves: [i], sizes: [size] });
    if (chosen === "packed") packs.set(type, [...(packs.get(type) ?? []), i]);
  });
  for (const [type, members] of packs) {
    const sizes = members.map((i) => (leaves[i] as LazyValue).size);
    const shape = [sizes.reduce((a, b) => a + b, 0)];
    inputs.push({ name: `pack_${type}`, type, shape, packed: true, leaves: members, sizes });
  }
  return inputs;
}

/** A graph's results need names of their own: one value may be two results, or an input. */
function result(
  g: GraphBuilder,
  tensor: GraphTensor,
  value: LazyValue,
  i: number,
): ModelOutput & OnnxValueInfo {
  const shaped = g.reshape(tensor, value.shape);
  const name = `y${i}`;
  g.nodes.push({ op: "Identity", inputs: [g.plain(shaped).name], outputs: [name] });
  g.described.set(name, `${shaped.type}[${memoryShape(shaped).join(", ")}]`);
  return { name, type: value.dtype, shape: value.shape };
}
