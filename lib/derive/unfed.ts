import { fedNodes } from "../space/fedNodes";
import type { GenotypeEdge } from "../space/genotype";

/**
 * The edges of a cell that start at a node nothing feeds. Such a node is zero, so what they add to a node is the same for
 * every image (a constant for each channel, apart from the border), at the full cost of the operation.
 */
export function unfedEdges(edges: readonly GenotypeEdge[]): GenotypeEdge[] {
  const fed = fedNodes(edges);
  return edges.filter(({ from }) => !fed.has(from));
}

/** The other edges: what is left of a cell without those operations. */
export function withoutUnfed(edges: readonly GenotypeEdge[]): GenotypeEdge[] {
  const unfed = new Set(unfedEdges(edges));
  return edges.filter((edge) => !unfed.has(edge));
}
