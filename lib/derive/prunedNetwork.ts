import { builtCells } from "../space/builtCells";
import { type Genotype, genotype } from "../space/genotype";
import { withoutUnfed } from "./unfed";

/**
 * The genotype of what is really built: without operations that start at a node nothing feeds, and without those of a
 * cell group none of whose cells is kept. Equal networks then have equal hashes, and none pays for operations that add
 * nothing.
 */
export function prunedNetwork(of: Genotype): Genotype {
  const used = new Set(builtCells(of).map(({ group }) => group));
  const cells = of.cells.map((edges, group) => (used.has(group) ? withoutUnfed(edges) : []));
  return genotype(of.space, { cells, depth: of.depth, width: of.width }, "prunedNetwork");
}
