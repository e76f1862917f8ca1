/** One directed arc of a flow network. */
export interface FlowArc {
  readonly from: number;
  readonly to: number;
  /** At least 0; Infinity for an arc that no cut may contain. */
  readonly capacity: number;
}

/** A largest flow and the smallest cut that proves it. */
export interface MaxFlow {
  /** Infinity where a path without finite arcs joins source and sink. */
  readonly value: number;
  /** Nodes on the source's side of the smallest cut nearest to the source. */
  readonly sourceSide: readonly boolean[];
}

/**
 * The largest flow from `source` to `sink` and a smallest cut (max-flow min-cut theorem, Ford & Fulkerson 1956), by
 * Dinic's algorithm (1970): repeated blocking flows in the level graph, at most `O(nodes² · arcs)`. Exact for
 * integer capacities below 2^53.
 *
 * @throws RangeError for a node out of range, source equal to sink, or a negative or missing capacity.
 *
 * @example
 * ```ts
 * const arcs = [
 *   { from: 0, to: 1, capacity: 3 },
 *   { from: 1, to: 2, capacity: 2 },
 * ];
 * console.log(bars.analysis.maxFlow(3, arcs, 0, 2).value); // 2
 * ```
 */
export function maxFlow(nodes: number, arcs: readonly FlowArc[], source: number, sink: number): MaxFlow {
  check(nodes, arcs, source, sink);
  const finite = arcs.reduce((sum, { capacity }) => sum + (Number.isFinite(capacity) ? capacity : 0), 0);
  // More than all finite arcs together can carry: such an arc is never part of a finite smallest cut.
  const unbounded = finite + 1;
  const head: number[][] = Array.from({ length: nodes }, () => []);
  const to: number[] = [];
  const left: number[] = [];
  for (const arc of arcs) {
    (head[arc.from] as number[]).push(to.length);
    to.push(arc.to);
    left.push(Number.isFinite(arc.capacity) ? arc.capacity : unbounded);
    (head[arc.to] as number[]).push(to.length);
    to.push(arc.from);
    left.push(0);
  }
  let value = 0;
  for (;;) {
    const level = levels(nodes, head, to, left, source);
    if ((level[sink] as number) < 0) {
      return {
        value: value > finite ? Number.POSITIVE_INFINITY : value,
        sourceSide: level.map((l) => l >= 0),
      };
    }
    const next = new Array<number>(nodes).fill(0);
    const push = (node: number, wanted: number): number => {
      if (node === sink) return wanted;
      const own = head[node] as number[];
      for (; (next[node] as number) < own.length; next[node] = (next[node] as number) + 1) {
        const arc = own[next[node] as number] as number;
        const other = to[arc] as number;
        if ((left[arc] as number) <= 0 || level[other] !== (level[node] as number) + 1) continue;
        const sent = push(other, Math.min(wanted, left[arc] as number));
        if (sent === 0) continue;
        left[arc] = (left[arc] as number) - sent;
        left[arc ^ 1] = (left[arc ^ 1] as number) + sent;
        return sent;
      }
      return 0;
    };
    for (let sent = push(source, unbounded); sent > 0; sent = push(source, unbounded)) {
      value += sent;
      if (value > finite) return { value: Number.POSITIVE_INFINITY, sourceSide: level.map((l) => l >= 0) };
    }
  }
}

/** Arcs from the source of every node that residual arcs reach; -1 for the others. */
function levels(
  nodes: number,
  head: readonly (readonly number[])[],
  to: readonly number[],
  left: readonly number[],
  source: number,
): number[] {
  const level = new Array<number>(nodes).fill(-1);
  level[source] = 0;
  const queue = [source];
  for (const node of queue) {
    for (const arc of head[node] as readonly number[]) {
      const other = to[arc] as number;
      if ((left[arc] as number) <= 0 || (level[other] as number) >= 0) continue;
      level[other] = (level[node] as number) + 1;
      queue.push(other);
    }
  }
  return level;
}

function check(nodes: number, arcs: readonly FlowArc[], source: number, sink: number): void {
  const isNode = (node: number) => Number.isInteger(node) && node >= 0 && node < nodes;
  if (!isNode(source) || !isNode(sink) || source === sink) {
    throw new RangeError(
      `maxFlow: expected two different nodes below ${nodes} as source and sink, got ${source} and ${sink}.`,
    );
  }
  for (const { from, to, capacity } of arcs) {
    if (!isNode(from) || !isNode(to) || !(capacity >= 0)) {
      throw new RangeError(
        `maxFlow: expected arcs between nodes below ${nodes} with a capacity of at least 0, got ${from} -> ${to} of ${capacity}.`,
      );
    }
  }
}
