import { GenotypeError } from "../util/errors";

/** A directed pair of nodes of a cell. Node 0 is the cell's input, nodes 1 … steps are intermediate. */
export interface CellEdge {
  readonly to: number;
  readonly from: number;
}

/**
 * Every edge of a cell with `steps` intermediate nodes: `steps · (steps + 1) / 2`, ordered by `to`, then `from`.
 *
 * @example
 * ```ts
 * console.log(bars.space.edgesOf(2)); // [{"to":1,"from":0},{"to":2,"from":0},{"to":2,"from":1}]
 * ```
 */
export function edgesOf(steps: number): CellEdge[] {
  const edges: CellEdge[] = [];
  for (let to = 1; to <= steps; to++) for (let from = 0; from < to; from++) edges.push({ to, from });
  return edges;
}

/** Place of an edge in {@link edgesOf}: `to · (to − 1) / 2 + from`. */
export function edgeIndex(to: number, from: number): number {
  if (!(Number.isInteger(to) && Number.isInteger(from) && from >= 0 && from < to)) {
    throw new GenotypeError(`edgeIndex: expected integers 0 <= from < to, got from ${from} and to ${to}.`);
  }
  return (to * (to - 1)) / 2 + from;
}
