import type { OnnxNode } from "./onnxModel";
import { views } from "./peakBytes";
import { readsOf, sourcesOf } from "./readsOf";

/** Values below are not worth an operator of a few microseconds. */
const leastBytes = 1 << 16;

/**
 * The order in which ONNX Runtime runs the operators of a graph, whatever their order in the file: depth first, from those whose
 * results nothing reads, the last of the file first; of what an operator reads, the last of the file first.
 *
 * Reference: github.com/microsoft/onnxruntime, onnxruntime/core/graph/graph_viewer.cc and `Graph::ReverseDFSFrom` of graph.cc.
 */
export function runOrder(nodes: readonly OnnxNode[]): OnnxNode[] {
  const sources = sourcesOf(nodes);
  const isRead = new Uint8Array(nodes.length);
  for (const places of sources) for (const place of places) isRead[place] = 1;
  const order: OnnxNode[] = [];
  const met = new Uint8Array(nodes.length);
  /** Places of operators to look at, and, as −1 − place, of those whose sources have run. */
  const stack = [...nodes.keys()].filter((place) => isRead[place] === 0);
  for (let place = stack.pop(); place !== undefined; place = stack.pop()) {
    if (place < 0) {
      order.push(nodes[-1 - place] as OnnxNode);
      continue;
    }
    if (met[place] === 1) continue;
    met[place] = 1;
    stack.push(-1 - place);
    for (const source of (sources[place] as number[]).sort((a, b) => a - b))
      if (met[source] === 0) stack.push(source);
  }
  return order;
}

/**
 * The operators in the order of a file that ONNX Runtime runs nearly in theirs ({@link runOrder}), with some more that nothing reads.
 * Without them the result that needs most is computed first, and what leads to the others waits for the end with all that it reads: gradients
 * of kernels, of the whole backward half, and the images they are products of. So results are asked for in the order in which they can
 * be had, and with them the extents of values much smaller than what they are made of.
 *
 * @param results values that the graph gives.
 * @param bytesOf of a value; what it does not know, such as what comes out of branches, counts as small.
 */
export function inOrder(
  nodes: readonly OnnxNode[],
  results: readonly string[],
  bytesOf: (name: string) => number,
): OnnxNode[] {
  const ends = new Set(results);
  const isEnd = ({ outputs }: OnnxNode) => outputs.some((name) => ends.has(name));
  const makers = new Map<string, number>();
  nodes.forEach(({ outputs }, place) => {
    for (const name of outputs) makers.set(name, place);
  });
  const asked: { readonly after: number; readonly node: OnnxNode }[] = [];
  nodes.forEach((node, place) => {
    const reads = readsOf(node);
    if (isEnd(node)) {
      asked.push({ after: Math.max(-1, ...reads.map((name) => makers.get(name) ?? -1)), node });
      return;
    }
    const [value] = node.outputs as [string];
    const largest = Math.max(0, ...reads.map(bytesOf));
    if (views.has(node.op) || largest < leastBytes || 3 * bytesOf(value) > largest) return;
    const name = `Shape_a${place}`;
    asked.push({ after: place, node: { op: "Shape", name, inputs: [value], outputs: [`${value}_extents`] } });
  });
  asked.sort((a, b) => b.after - a.after);
  return [...nodes.filter((node) => !isEnd(node)), ...asked.map(({ node }) => node)];
}
