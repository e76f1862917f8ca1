import { traitsOf } from "../primitives/primitives";
import { edgesOf } from "../space/edges";
import type { Genotype } from "../space/genotype";

/** Share of edges whose choice has no weights; an empty edge ("none") counts as one. */
export function parameterFreeShare(genotype: Genotype): number {
  const edges = genotype.cells.length * edgesOf(genotype.space.steps).length;
  const weighted = genotype.cells.flat().filter(({ primitive }) => !traitsOf(primitive).parameterFree).length;
  return 1 - weighted / edges;
}
