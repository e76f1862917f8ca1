import type { Primitive, SpaceConfig } from "../config/spaceConfig";
import type { Alphas } from "../space/alphas";
import type { LayoutChoice } from "../space/builtCells";
import { edgesOf } from "../space/edges";
import type { GenotypeEdge } from "../space/genotype";
import { stagesOf } from "../space/stages";

/** Index of the largest number, the first of them if several are equal; −1 if none is above −Infinity. */
export function firstMaximum(row: readonly number[]): number {
  let best = -1;
  row.forEach((value, i) => {
    if (value > (best < 0 ? -Infinity : (row[best] as number))) best = i;
  });
  return best;
}

/**
 * The likeliest depth and width of every stage. Where a level is not searched: all cells, the only width. On
 * ties the first wins, which is the shallower and the narrower.
 */
export function layoutByMaximum(space: SpaceConfig, scores: Pick<Alphas, "depth" | "width">): LayoutChoice {
  const stages = stagesOf(space);
  return {
    depth: stages.map(({ index, cells }) => {
      const row = scores.depth[index] ?? [];
      return row.length === 0 ? cells.length : firstMaximum(row);
    }),
    width: stages.map(({ index }) => {
      const row = scores.width[index] ?? [];
      return space.widthChoices[row.length === 0 ? 0 : firstMaximum(row)] as number;
    }),
  };
}

/**
 * The operation with the largest score on every edge of a cell. An edge where `none` wins, or where no score is
 * above −Infinity, stays empty. On ties the primitive that comes first in the space wins.
 */
export function oneOperationPerEdge(
  space: SpaceConfig,
  scores: readonly (readonly number[])[],
): GenotypeEdge[] {
  return edgesOf(space.steps).flatMap((edge, i) => {
    const primitive = space.primitives[firstMaximum(scores[i] ?? [])];
    return isOperation(primitive) ? [{ ...edge, primitive }] : [];
  });
}

/**
 * For every node the `k` incoming edges whose strongest operation other than `none` is strongest, with that
 * operation. On ties the edge from the earlier node wins.
 */
export function strongestEdges(
  space: SpaceConfig,
  scores: readonly (readonly number[])[],
  k: number,
): GenotypeEdge[] {
  const none = space.primitives.indexOf("none");
  const candidates = edgesOf(space.steps).flatMap((edge, i) => {
    const row = (scores[i] ?? []).map((score, p) => (p === none ? -Infinity : score));
    const best = firstMaximum(row);
    const primitive = space.primitives[best];
    return isOperation(primitive) ? [{ ...edge, primitive, score: row[best] as number }] : [];
  });
  return Array.from({ length: space.steps }, (_, i) => candidates.filter(({ to }) => to === i + 1)).flatMap(
    (own) => {
      // Array.sort is stable: equal scores keep the order of their sources.
      const kept = [...own].sort((a, b) => b.score - a.score).slice(0, k);
      return kept.map(({ to, from, primitive }) => ({ to, from, primitive }));
    },
  );
}

/** Narrows to a primitive a genotype may hold. */
export function isOperation(primitive: Primitive | undefined): primitive is GenotypeEdge["primitive"] {
  return primitive !== undefined && primitive !== "none";
}
