import type { OnnxNode } from "./onnxModel";
import { views } from "./peakBytes";
import { readsOf, sourcesOf } from "./readsOf";

/** Operators that look at one number of their first input at a time. */
const passes: ReadonlySet<string> = new Set([
  "Abs",
  "Cast",
  "Greater",
  "GreaterOrEqual",
  "Less",
  "LessOrEqual",
  "Neg",
  "Not",
]);
/** What is gained on smaller values is nothing. */
const leastBytes = 1 << 16;

/**
 * Moves passes whose result is smaller than what they are the last to read as far forward as they can run. Of an image that only
 * the gradient of its ReLU still reads, a mask of a quarter of the size is kept from the forward half of a step to the backward half.
 *
 * @param nodes in an order in which they can run.
 * @param bytesOf of a value.
 * @returns the same operators in another such order.
 */
export function smallEarly(nodes: readonly OnnxNode[], bytesOf: (name: string) => number): OnnxNode[] {
  const { ownerOf, makers, readers } = linksOf(nodes);
  const sources = sourcesOf(nodes);
  /** When operators run; what is moved runs right behind another one. */
  const times = Float64Array.from(nodes, (_, place) => place);
  nodes.forEach(({ op, outputs }, place) => {
    if (!passes.has(op) || outputs.length !== 1) return;
    // What is computed for this operator alone moves along.
    const group = [place];
    const firstOf = (member: number) => (nodes[member] as OnnxNode).inputs[0] as string;
    let source = ownerOf(firstOf(place));
    for (let maker = makers.get(source); maker !== undefined; maker = makers.get(source)) {
      if (!passes.has((nodes[maker] as OnnxNode).op) || (readers.get(source) as readonly number[]).length > 1)
        break;
      group.unshift(maker);
      source = ownerOf(firstOf(maker));
    }
    const bytes = bytesOf(source);
    if (!makers.has(source) || bytes < leastBytes || bytesOf(outputs[0] as string) >= bytes) return;
    const members = new Set(group);
    const before = [
      ...group.flatMap((member) => sources[member] as readonly number[]),
      ...(readers.get(source) as readonly number[]),
    ].filter((other) => !members.has(other));
    const earliest = Math.max(...before.map((other) => times[other] as number));
    if (earliest >= (times[group[0] as number] as number)) return;
    group.forEach((member, i) => {
      times[member] = earliest + (i + 1) / 2 ** 20;
    });
  });
  const order = [...times.keys()].sort((a, b) => (times[a] as number) - (times[b] as number));
  return order.map((place) => nodes[place] as OnnxNode);
}

interface Links {
  /** The value in whose memory a value lies. */
  readonly ownerOf: (name: string) => string;
  /** Places of the operators that make values which have memory of their own. */
  readonly makers: ReadonlyMap<string, number>;
  /** Places of the operators that read a value or a view of it. */
  readonly readers: ReadonlyMap<string, readonly number[]>;
}

function linksOf(nodes: readonly OnnxNode[]): Links {
  const owners = new Map<string, string>();
  const ownerOf = (name: string) => owners.get(name) ?? name;
  const makers = new Map<string, number>();
  const readers = new Map<string, number[]>();
  nodes.forEach((node, place) => {
    for (const name of new Set(readsOf(node).map(ownerOf))) {
      const known = readers.get(name);
      if (known) known.push(place);
      else readers.set(name, [place]);
    }
    for (const name of node.outputs) {
      if (views.has(node.op)) owners.set(name, ownerOf(node.inputs[0] as string));
      else makers.set(name, place);
    }
  });
  return { ownerOf, makers, readers };
}
