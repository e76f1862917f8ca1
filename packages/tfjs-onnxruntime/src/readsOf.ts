import type { OnnxNode } from "./onnxModel";

/** Names that an operator reads of the graph it stands in, those that the graphs inside it read included. */
export function readsOf({ inputs, attributes = {} }: OnnxNode): readonly string[] {
  const inner: string[] = [];
  for (const value of Object.values(attributes)) {
    if (!("graph" in value)) continue;
    const { nodes, outputs } = value.graph;
    for (const node of nodes) inner.push(...readsOf(node));
    for (const { name } of outputs) inner.push(name);
  }
  return inner.length === 0 ? inputs : [...inputs, ...inner];
}

/** By operator, the places of those that make what it reads, each once. */
export function sourcesOf(nodes: readonly OnnxNode[]): number[][] {
  const makers = new Map<string, number>();
  nodes.forEach(({ outputs }, place) => {
    for (const name of outputs) makers.set(name, place);
  });
  return nodes.map((node) => {
    const places = new Set<number>();
    for (const name of readsOf(node)) {
      const place = makers.get(name);
      if (place !== undefined) places.add(place);
    }
    return [...places];
  });
}
