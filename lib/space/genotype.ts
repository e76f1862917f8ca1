import type { Primitive, SpaceConfig } from "../config/spaceConfig";

/** One chosen operation. Node 0 is the cell's input; nodes 1 … steps are intermediate. Never "none". */
export interface GenotypeEdge {
  readonly to: number;
  readonly from: number;
  readonly primitive: Exclude<Primitive, "none">;
}

/**
 * One discrete architecture: the cells' topologies and the layout, with the space they were chosen from, so
 * that a stored genotype can be costed, drawn and built with nothing else at hand. Plain JSON.
 *
 * Canonical form (what {@link canonicalGenotype} gives): edges ordered by `to`, `from`, primitive, each once;
 * a stage without cells that is followed by another takes that stage's width.
 */
export interface Genotype {
  readonly kind: "bars.genotype";
  readonly schema: 1;
  readonly space: SpaceConfig;
  /** Edges of each cell group. Several operations may share an edge; a node may have none. */
  readonly cells: readonly (readonly GenotypeEdge[])[];
  /** Normal cells kept in each stage, counted from the stage's opening state: 0 … cells of the stage. */
  readonly depth: readonly number[];
  /** Channel multiplier of each stage, one of the space's width choices. */
  readonly width: readonly number[];
}
