import type { SpaceConfig } from "../config/spaceConfig";
import type { GenotypeEdge } from "./genotype";

/** Node 0 and the nodes of a cell that a chain of operations leads to from it; the others are zero for every image. */
export function fedNodes(edges: readonly GenotypeEdge[]): ReadonlySet<number> {
  const fed = new Set([0]);
  for (const { to, from } of [...edges].sort((a, b) => a.to - b.to)) if (fed.has(from)) fed.add(to);
  return fed;
}

/**
 * What a drawing says of a cell none of whose nodes is fed: `nothing reaches the output`, through the cell's nodes, that
 * is, where a shortcut stands around them. Null for any other cell.
 */
export function emptyCellText(
  space: Pick<SpaceConfig, "cellShortcut">,
  edges: readonly GenotypeEdge[],
): string | null {
  if (fedNodes(edges).size > 1) return null;
  return space.cellShortcut === "none"
    ? "nothing reaches the output"
    : "nothing reaches the output but the shortcut";
}
