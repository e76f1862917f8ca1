import type { LazyInput, LazyValue } from "../lazyGraph";
import type { GraphPlan } from "../planGraph";
import type { Entry } from "./context";
import type { ArrayMemory, Domain } from "./expression";
import type { Call } from "./kernelLowering";
import { kernelLowerings } from "./kernels";
import { Lowering, sizeOf, Unsupported, type Value } from "./lowering";
import { type Gate, type PlanContexts, planContexts } from "./planContexts";

/** A plan as stages, and where its leaves and results lie. */
export interface LoweredPlan {
  readonly lowering: Lowering;
  readonly leaves: ReadonlyMap<LazyValue, Value>;
  readonly results: readonly ArrayMemory[];
}

/**
 * Sorts the calls of a training step into stages.
 * @throws Unsupported where it has what stages do not compute.
 */
export function lowerPlan(plan: GraphPlan, threads: number): LoweredPlan {
  const images = imageLeaves(plan);
  const batch = images.values().next().value?.shape[0];
  if (batch === undefined) throw new Unsupported("it has no images");
  // Each thread has an image at least.
  const lowering = new Lowering(batch, Math.min(threads, batch));
  const values = new Map<LazyValue, Value>();
  const leaves = new Map<LazyValue, Value>();
  for (const leaf of plan.leaves) {
    const value = images.has(leaf) ? imageLeaf(lowering, leaf) : arrayLeaf(lowering, leaf);
    values.set(leaf, value);
    leaves.set(leaf, value);
  }
  const contexts = planContexts(plan);
  const uses = usesOf(plan, contexts);
  const entries = new Map<Gate, Entry>();
  /** Where a gate is, as soon as it is. */
  const entryOf = (gate: Gate): Entry | undefined => {
    const known = entries.get(gate);
    const value = values.get(gate.list);
    if (known || !value) return known;
    const made = { list: gateList(lowering, value), entry: gate.entry };
    entries.set(gate, made);
    return made;
  };
  for (const node of plan.nodes) {
    const lower = kernelLowerings[node.kernel.name];
    if (!lower) throw new Unsupported(`it calls ${node.kernel.name}`);
    const inputs = Object.fromEntries(node.names.map((name, i) => [name, node.inputs[i] as LazyInput]));
    const call: Call = {
      node,
      inputs,
      uses: (output = 0) => uses.get(node.outputs[output] as LazyValue) ?? 0,
      value: (name) => reshaped(values, inputs[name] as LazyInput),
      condition: (name, entry = 0) =>
        entryOf(contexts.gate((inputs[name] as LazyInput).value, entry)) as Entry,
      shapeOf: (name) => (inputs[name] as LazyInput).shape,
      shape: (node.outputs[0] as LazyValue).shape,
    };
    const conditions = contexts.of(node).map(entryOf);
    lowering.context = lowering.contexts.of(conditions.filter((one) => one !== undefined));
    const made = named(node.kernel.name, () => lower(lowering, call));
    for (const [i, value] of made.entries()) values.set(node.outputs[i] as LazyValue, value);
  }
  lowering.context = lowering.contexts.always;
  const results = plan.results.map((result) => {
    const value = values.get(result) as Value;
    if (value.kind === "array") return value.array;
    if (value.kind === "number")
      return lowering.list(lowering.expressions.number(value.value), Math.max(1, sizeOf(value.shape)));
    throw new Unsupported("an image outlives it");
  });
  return { lowering, leaves, results };
}

/** What is not supported is so in a call of this name. */
function named<T>(name: string, lower: () => T): T {
  try {
    return lower();
  } catch (cause) {
    throw cause instanceof Unsupported ? new Unsupported(`${name}: ${cause.message}`) : cause;
  }
}

/** Kernels of the library that take images alone, by name of the input; "" for all. */
const takesImages: Readonly<Record<string, string>> = {
  Conv2D: "x",
  BarsScaledConv: "x",
  BarsBatchNorm: "x",
  FusedBatchNorm: "x",
  BarsConcatChannels: "",
  BarsInterleaveChannels: "",
  BarsAdd: "",
  BarsAddRelu: "",
};

/** Leaves that are images: batches, and what stands for an operation that gives zeros. */
function imageLeaves({ nodes, leaves }: GraphPlan): Set<LazyValue> {
  const all = new Set(leaves);
  const found = new Set<LazyValue>();
  for (const { kernel, names, inputs } of nodes) {
    const taken = takesImages[kernel.name];
    if (taken === undefined) continue;
    inputs.forEach(({ value, shape }, i) => {
      if ((taken === "" || names[i] === taken) && all.has(value) && shape.length === 4) found.add(value);
    });
  }
  return found;
}

function imageLeaf(lowering: Lowering, { shape, dtype }: LazyValue): Value {
  const [batch, rows, columns, channels] = shape as [number, number, number, number];
  if (batch !== lowering.batch || dtype !== "float32") throw new Unsupported("its images are not alike");
  const memory = lowering.image({ rows, columns, channels }, -1);
  memory.readers.add(0);
  const extents: Domain = memory.extents;
  const value = lowering.expressions.load({
    memory,
    origin: 0,
    pixelStep: channels,
    rowStep: columns * channels,
    extents,
  });
  return { kind: "image", value, extents };
}

function arrayLeaf(lowering: Lowering, { shape, size }: LazyValue): Value {
  return { kind: "array", array: lowering.array(Math.max(1, size), 0), shape };
}

/** How often values are read. Who reads what a call hands on reads what it got. */
function usesOf({ nodes, results }: GraphPlan, contexts: PlanContexts): Map<LazyValue, number> {
  const uses = new Map<LazyValue, number>();
  const count = (value: LazyValue, more = 1) => uses.set(value, (uses.get(value) ?? 0) + more);
  for (const value of results) count(value);
  for (const node of nodes.toReversed()) {
    const handed = node.outputs.reduce((sum, output) => sum + (uses.get(output) ?? 0), 0);
    const given = node.inputs[node.names.indexOf("x")]?.value;
    for (const value of new Set(node.inputs.map((input) => input.value)))
      count(value, value === given && contexts.passes(node) ? handed : 1);
  }
  return uses;
}

/** A list of gates. */
function gateList(lowering: Lowering, value: Value): ArrayMemory {
  if (value.kind === "array") return value.array;
  if (value.kind !== "number") throw new Unsupported("a gate is an image");
  const { context } = lowering;
  lowering.context = lowering.contexts.always;
  const list = lowering.list(lowering.expressions.number(value.value), Math.max(1, sizeOf(value.shape)));
  lowering.context = context;
  return list;
}

/** The value under the extents a call sees. */
function reshaped(values: ReadonlyMap<LazyValue, Value>, { value, shape }: LazyInput): Value {
  const found = values.get(value) as Value;
  if (found.kind === "array" || found.kind === "number") return { ...found, shape };
  if (shape.join() !== value.shape.join()) throw new Unsupported("an image is seen under other extents");
  return found;
}
