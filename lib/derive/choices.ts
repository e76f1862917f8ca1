import type { SpaceConfig } from "../config/spaceConfig";
import type { Primitive } from "../primitives/primitives";
import type { Alphas } from "../space/alphas";
import { edgesOf } from "../space/edges";
import type { GenotypeEdge } from "../space/genotype";
import type { LayoutChoice } from "../space/layoutChoice";
import { stagesOf } from "../space/stages";
import { widthCount } from "../space/widthSlots";
import { logSigmoid } from "./logProbabilities";

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
    width: Array.from({ length: widthCount(space) }, (_, index) => {
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
 * Share of every edge among those that enter its node, `softmax(β)` over them, where edges have weights of their own
 * (PC-DARTS, arXiv:1907.05737); undefined where they have none.
 */
export function edgeShares(space: SpaceConfig, alphas: Alphas, group: number): readonly number[] | undefined {
  const betas = alphas.edges?.[group];
  if (betas === undefined) return undefined;
  const edges = edgesOf(space.steps);
  return edges.map(({ to }, i) => {
    const own = edges.flatMap((edge, j) => (edge.to === to ? [betas[j] as number] : []));
    return 1 / own.reduce((sum, beta) => sum + Math.exp(beta - (betas[i] as number)), 0);
  });
}

/**
 * For every node the `k` incoming edges whose strongest operation other than `none` is strongest, with that
 * operation. On ties the edge from the earlier node wins.
 *
 * @param scores log-odds, see `cellLogOdds`.
 * @param shares factors of the edges' probabilities, as PC-DARTS derives; left out: all 1.
 */
export function strongestEdges(
  space: SpaceConfig,
  scores: readonly (readonly number[])[],
  k: number,
  shares?: readonly number[],
): GenotypeEdge[] {
  const none = space.primitives.indexOf("none");
  const candidates = edgesOf(space.steps).flatMap((edge, i) => {
    const row = (scores[i] ?? []).map((score, p) => (p === none ? -Infinity : score));
    const best = firstMaximum(row);
    const primitive = space.primitives[best];
    const odds = row[best] as number;
    const score = shares ? logSigmoid(odds) + Math.log(shares[i] as number) : odds;
    return isOperation(primitive) ? [{ ...edge, primitive, score, odds }] : [];
  });
  return Array.from({ length: space.steps }, (_, i) => candidates.filter(({ to }) => to === i + 1)).flatMap(
    (own) => {
      // Array.sort is stable: equal scores keep the order of their sources.
      const kept = [...own].sort((a, b) => b.score - a.score || b.odds - a.odds).slice(0, k);
      return kept.map(({ to, from, primitive }) => ({ to, from, primitive }));
    },
  );
}

/** Narrows to a primitive a genotype may hold. */
export function isOperation(primitive: Primitive | undefined): primitive is GenotypeEdge["primitive"] {
  return primitive !== undefined && primitive !== "none";
}
