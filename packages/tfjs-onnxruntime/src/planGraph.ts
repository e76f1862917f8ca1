import type { LazyNode, LazyValue } from "./lazyGraph";

/** What one flush computes: calls in order, what they read from outside, and which results must outlive it. */
export interface GraphPlan {
  readonly nodes: readonly LazyNode[];
  /** Values that exist before the graph runs, in the order they are first read. */
  readonly leaves: readonly LazyValue[];
  /** Pending values that tensors hold, in the order of their calls. */
  readonly results: readonly LazyValue[];
  /** Everything that tells this graph from others, the numbers in the leaves excepted. */
  readonly structure: Int32Array;
}

/** Numbers for texts: equal texts get equal numbers. */
export class Interner {
  readonly #numbers = new Map<string, number>();

  get size(): number {
    return this.#numbers.size;
  }

  number(text: string): number {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    const fresh = this.#numbers.size;
    this.#numbers.set(text, fresh);
    return fresh;
  }
}

/**
 * Collects the calls that the pending live values need, and writes down their structure: for each call its kind,
 * where each input comes from, and which results are live; for each leaf its shape and type. Calls whose results
 * nobody holds or reads are left out.
 *
 * @param shapes whether leaves of one size and several shapes are told apart: a graph takes its inputs in one shape.
 * @param isResult which of the calls' results outlive the graph; those that tensors hold, without it.
 */
export function planGraph(
  live: Iterable<LazyValue>,
  interner: Interner,
  shapes: boolean,
  isResult: (value: LazyValue) => boolean = (value) => value.live,
): GraphPlan {
  const nodes = neededNodes(live);
  const leaves: LazyValue[] = [];
  const results: LazyValue[] = [];
  /** Results count up from 0, leaves down from −1. */
  const places = new Map<LazyValue, number>();
  const structure: number[] = [];
  let count = 0;
  for (const node of nodes) {
    structure.push(node.kind);
    for (const { value } of node.inputs) {
      let place = places.get(value);
      if (place === undefined) {
        place = -leaves.push(value);
        places.set(value, place);
        // A state has another shape before its first update than after, where it is part of a longer vector.
        structure.push(interner.number(`${value.dtype}[${shapes ? value.shape.join() : value.size}]`));
      }
      structure.push(place);
    }
    for (const output of node.outputs) {
      places.set(output, count++);
      const kept = isResult(output);
      structure.push(kept ? 1 : 0);
      if (kept) results.push(output);
    }
  }
  return { nodes, leaves, results, structure: Int32Array.from(structure) };
}

/** Sorted by their order of recording. */
function neededNodes(live: Iterable<LazyValue>): LazyNode[] {
  const found = new Set<LazyNode>();
  const stack: LazyNode[] = [];
  const visit = (node: LazyNode | undefined) => {
    if (!node || found.has(node)) return;
    found.add(node);
    stack.push(node);
  };
  for (const value of live) visit(value.node);
  for (let node = stack.pop(); node; node = stack.pop()) {
    for (const { value } of node.inputs) visit(value.node);
  }
  return [...found].sort((a, b) => a.order - b.order);
}
