import type { OnnxConstant, OnnxNode } from "./onnxModel";

/** Those operators and constants that the given values come from, in their order. */
export function neededOperators(
  nodes: readonly OnnxNode[],
  constants: readonly OnnxConstant[],
  results: readonly string[],
): { readonly nodes: OnnxNode[]; readonly constants: OnnxConstant[] } {
  const needed = new Set(results);
  const kept: OnnxNode[] = [];
  for (const node of nodes.toReversed()) {
    if (!node.outputs.some((name) => needed.has(name))) continue;
    for (const name of node.inputs) needed.add(name);
    kept.push(node);
  }
  return { nodes: kept.reverse(), constants: constants.filter(({ name }) => needed.has(name)) };
}
