import { type Context, choose, contextsOf, gate, scalarZeros } from "./gatedContexts";
import type { OnnxNode, OnnxType } from "./onnxModel";

/** What building branches needs of the graph. */
export interface BranchGraph {
  typeOf(name: string): OnnxType;
  /** Shape in memory. */
  shapeOf(name: string): readonly number[];
  /** Name of a constant scalar 0. */
  zero(type: OnnxType): string;
  /** Name of a constant list of integers. */
  ints(values: readonly number[]): string;
}

/** An operator, or what a gate hands out of its branch. */
interface Item {
  readonly place: number;
  readonly context: Context;
  readonly inputs: readonly string[];
  /** Its inputs and conditions. */
  readonly reads: ReadonlySet<string>;
  readonly outputs: readonly string[];
  /** Undefined for what a gate hands out. */
  readonly node: OnnxNode | undefined;
}

/** Items that run together: a single one, or those of a branch. */
interface Unit {
  readonly condition: string | undefined;
  readonly items: Item[];
}

/**
 * Replaces gates by `If` operators: what only gates of one condition read is computed in a branch that runs where it holds.
 * A branch ends where something outside of it depends on it and is needed by it later: the backward half of a step
 * is a branch of its own. What it needs of the forward half comes out of that branch as a value, a scalar 0 where it did not run.
 *
 * @param nodes in an order in which they can run. @param results values that the graph gives.
 */
export function sinkIntoBranches(
  nodes: readonly OnnxNode[],
  results: readonly string[],
  graph: BranchGraph,
): OnnxNode[] {
  if (!nodes.some(({ op }) => op === gate)) return [...nodes];
  const contexts = contextsOf(nodes, results);
  const narrow = scalarZeros(nodes, results, (name) => graph.shapeOf(name).join());
  const items = nodes.map((node, place): Item => {
    const isGate = node.op === gate;
    const [condition, x] = node.inputs as [string, string];
    const context = [...(contexts[place] as Context), ...(isGate ? [condition] : [])];
    const inputs = isGate ? [x] : node.inputs;
    const reads = new Set([...inputs, ...context]);
    return { place, context, inputs, reads, outputs: node.outputs, node: isGate ? undefined : node };
  });
  return new BranchWriter(graph, narrow).body(items, 0, new Names(), new Set(results));
}

/** Under which name a value is found in a graph, where it is another than its own, or in those around it. */
class Names {
  readonly #own = new Map<string, string>();
  readonly #around: Names | undefined;

  constructor(around?: Names) {
    this.#around = around;
  }

  get(value: string): string | undefined {
    return this.#own.get(value) ?? this.#around?.get(value);
  }

  set(value: string, name: string): void {
    this.#own.set(value, name);
  }
}

class BranchWriter {
  readonly #graph: BranchGraph;
  readonly #narrow: ReadonlySet<string>;
  #count = 0;

  constructor(graph: BranchGraph, narrow: ReadonlySet<string>) {
    this.#graph = graph;
    this.#narrow = narrow;
  }

  /**
   * The operators of a graph, those of inner branches inside `If`s.
   *
   * @param names under which name a value is found here, where it is another than its own; gets those that are made here.
   * @param wanted values that must be found here in the end.
   */
  body(items: readonly Item[], depth: number, names: Names, wanted: Set<string>): OnnxNode[] {
    const readers = readersOf(items);
    const units = laterWhereRead(schedule(items, readers, depth), readers, depth, wanted);
    const written: OnnxNode[] = [];
    for (const { condition, items: own } of units) {
      if (condition === undefined) {
        const node = renamed((own[0] as Item).node as OnnxNode, names);
        written.push(node.op === choose ? this.#choice(node.inputs, node.outputs[0] as string) : node);
      } else if (own.length > 0) written.push(this.#branch(condition, own, depth, names, readers, wanted));
    }
    return written;
  }

  #branch(
    condition: string,
    items: readonly Item[],
    depth: number,
    names: Names,
    readers: Readers,
    wanted: ReadonlySet<string>,
  ): OnnxNode {
    const inside = new Set(items);
    const exits = items.filter((item) => isExit(item, depth));
    const inner = items.filter((item) => !isExit(item, depth));
    const made = new Set(inner.flatMap(({ outputs }) => outputs));
    /** By value: under which name it comes out. */
    const outer = new Map<string, string>();
    const copied: Item[] = [];
    for (const exit of exits) {
      const [source] = exit.inputs as [string];
      if (made.has(source) && !outer.has(source)) outer.set(source, exit.outputs[0] as string);
      else copied.push(exit);
    }
    for (const value of made) {
      if (outer.has(value)) continue;
      const leaves =
        wanted.has(value) || [...(readers.get(value) ?? [])].some((reader) => !inside.has(reader));
      if (leaves) outer.set(value, `${value}_${this.#count++}`);
    }
    const within = new Names(names);
    const nodes = this.body(inner, depth + 1, within, new Set(outer.keys()));
    const exitOf = new Map(exits.map((exit) => [exit.outputs[0] as string, exit]));
    const ends: End[] = [];
    const taken = new Map<string, string>();
    for (const [value, name] of outer) {
      const inner = within.get(value) ?? value;
      const known = taken.get(inner);
      if (known === undefined) {
        taken.set(inner, name);
        names.set(value, name);
        ends.push({ name, inner, value });
      } else if (exitOf.has(name)) copied.push(exitOf.get(name) as Item);
      // What a gate inside hands out, and what it was given, is one value here: it comes out once.
      else names.set(value, known);
    }
    for (const { inputs, outputs } of copied) {
      const [source, name] = [inputs[0], outputs[0]] as [string, string];
      const inner = `${name}_${this.#count++}`;
      nodes.push({ op: "Identity", inputs: [within.get(source) ?? source], outputs: [inner] });
      ends.push({ name, inner, value: name });
    }
    const zeros = ends.map((end) => this.#zeros(end, exitOf.has(end.name) && !this.#narrow.has(end.name)));
    const info = ({ value }: End, name: string) => ({ name, type: this.#graph.typeOf(value), shape: null });
    return {
      op: "If",
      name: `If_b${this.#count++}`,
      inputs: [names.get(condition) ?? condition],
      outputs: ends.map(({ name }) => name),
      attributes: {
        then_branch: {
          graph: { nodes: named(nodes, this.#count++), outputs: ends.map((end) => info(end, end.inner)) },
        },
        else_branch: { graph: { nodes: zeros, outputs: ends.map((end) => info(end, `${end.name}_0`)) } },
      },
    };
  }

  /** The value whose condition holds, the last where none before it does. */
  #choice(
    [condition, value, ...others]: readonly string[],
    name: string,
    type = this.#graph.typeOf(name),
  ): OnnxNode {
    if (others.length === 0)
      return { op: "Identity", name: `Identity_c${name}`, inputs: [value as string], outputs: [name] };
    const branch = (source: readonly string[]) => {
      const own = `${name}_${this.#count++}`;
      const node = this.#choice(source, own, type);
      return { graph: { nodes: [node], outputs: [{ name: own, type, shape: null }] } };
    };
    return {
      op: "If",
      name: `If_b${this.#count++}`,
      inputs: [condition as string],
      outputs: [name],
      attributes: {
        then_branch: branch([condition as string, value as string]),
        else_branch: branch(others),
      },
    };
  }

  /** What stands for a value where the branch does not run. */
  #zeros({ name, value }: End, whole: boolean): OnnxNode {
    const zero = this.#graph.zero(this.#graph.typeOf(value));
    const outputs = [`${name}_0`];
    if (!whole) return { op: "Identity", name: `Identity_z${name}`, inputs: [zero], outputs };
    const shape = this.#graph.ints(this.#graph.shapeOf(value));
    return { op: "Expand", name: `Expand_z${name}`, inputs: [zero, shape], outputs };
  }
}

/** A value that comes out of a branch: its name outside and inside, and that in the graph without branches. */
interface End {
  readonly name: string;
  readonly inner: string;
  readonly value: string;
}

type Readers = ReadonlyMap<string, ReadonlySet<Item>>;

function readersOf(items: readonly Item[]): Readers {
  const readers = new Map<string, Set<Item>>();
  for (const item of items) {
    for (const name of item.reads) {
      const known = readers.get(name);
      if (known) known.add(item);
      else readers.set(name, new Set([item]));
    }
  }
  return readers;
}

/** Whether an item hands a value out of a branch of the body at this depth. */
const isExit = ({ node, context }: Item, depth: number): boolean => !node && context.length === depth + 1;

const conditionAt = ({ context }: Item, depth: number): string | undefined => context[depth];

/**
 * An order in which items run, those of a branch together: single items as soon as they can; then the branch
 * that can hand something out and whose first item comes first, with all of its items that can run.
 */
function schedule(items: readonly Item[], readers: Readers, depth: number): Unit[] {
  const made = new Set(items.flatMap(({ outputs }) => outputs));
  const missing = new Map<Item, number>();
  const ready = new Map<string | undefined, Set<Item>>();
  const isReady = (item: Item) => {
    const condition = conditionAt(item, depth);
    const own = ready.get(condition);
    if (own) own.add(item);
    else ready.set(condition, new Set([item]));
  };
  for (const item of items) {
    const needed = [...item.reads].filter((name) => made.has(name)).length;
    missing.set(item, needed);
    if (needed === 0) isReady(item);
  }
  const units: Unit[] = [];
  /** By condition, while nothing that they depend on has run. */
  const closures = new Map<string, Item[]>();
  const run = (unit: Unit) => {
    units.push(unit);
    const inside = new Set(unit.items);
    if (unit.condition !== undefined) closures.delete(unit.condition);
    for (const item of unit.items) {
      ready.get(unit.condition)?.delete(item);
      for (const name of item.outputs) {
        for (const reader of readers.get(name) ?? []) {
          closures.delete(conditionAt(reader, depth) as string);
          const left = (missing.get(reader) as number) - 1;
          missing.set(reader, left);
          if (left === 0 && !inside.has(reader)) isReady(reader);
        }
      }
    }
  };
  /** All items of a branch that can run now. */
  const closure = (condition: string): Item[] => {
    const known = closures.get(condition);
    if (known) return known;
    const found = [...(ready.get(condition) as Set<Item>)];
    const left = new Map<Item, number>();
    for (const item of found) {
      if (isExit(item, depth)) continue;
      for (const name of item.outputs) {
        for (const reader of readers.get(name) ?? []) {
          if (conditionAt(reader, depth) !== condition) continue;
          const count = (left.get(reader) ?? (missing.get(reader) as number)) - 1;
          left.set(reader, count);
          if (count === 0) found.push(reader);
        }
      }
    }
    found.sort((a, b) => a.place - b.place);
    closures.set(condition, found);
    return found;
  };
  const first = (own: ReadonlySet<Item>) => Math.min(...[...own].map(({ place }) => place));
  for (let left = items.length; left > 0; ) {
    const single = ready.get(undefined);
    if (single && single.size > 0) {
      const [item] = single as unknown as [Item];
      run({ condition: undefined, items: [item] });
      left--;
      continue;
    }
    const branches = [...ready]
      .filter(([condition, own]) => condition !== undefined && own.size > 0)
      .sort(([, a], [, b]) => first(a) - first(b));
    let chosen: Unit | undefined;
    for (const condition of branches.map(([name]) => name as string)) {
      const own = closure(condition);
      chosen ??= { condition, items: own };
      if (!own.some((item) => isExit(item, depth))) continue;
      chosen = { condition, items: own };
      break;
    }
    if (!chosen) throw new Error("onnx: a graph's branches wait for each other.");
    run(chosen);
    left -= chosen.items.length;
  }
  return units;
}

/** Moves what a branch computes but only later branches of the same condition read to the first of them. */
function laterWhereRead(
  units: readonly Unit[],
  readers: Readers,
  depth: number,
  wanted: ReadonlySet<string>,
): Unit[] {
  const places = new Map<Item, number>();
  units.forEach(({ items }, place) => {
    for (const item of items) places.set(item, place);
  });
  for (const { condition, items } of units.toReversed()) {
    if (condition === undefined) continue;
    for (const item of items.toReversed()) {
      if (isExit(item, depth) || item.outputs.some((name) => wanted.has(name))) continue;
      const own = item.outputs.flatMap((name) => [...(readers.get(name) ?? [])]);
      if (own.length === 0 || own.some((reader) => conditionAt(reader, depth) !== condition)) continue;
      places.set(item, Math.min(...own.map((reader) => places.get(reader) as number)));
    }
  }
  const moved = units.map(({ condition }): Unit => ({ condition, items: [] }));
  for (const [item, place] of places) (moved[place] as Unit).items.push(item);
  for (const { items } of moved) items.sort((a, b) => a.place - b.place);
  return moved;
}

function renamed(node: OnnxNode, names: Names): OnnxNode {
  return { ...node, inputs: node.inputs.map((name) => names.get(name) ?? name) };
}

/** Operators of a branch have names of their own. */
function named(nodes: readonly OnnxNode[], branch: number): OnnxNode[] {
  return nodes.map((node, i) => (node.name ? node : { ...node, name: `${node.op}_b${branch}_${i}` }));
}
