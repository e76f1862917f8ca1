import type { SpaceConfig } from "../config/spaceConfig";
import { fold, integers, type RandomKey } from "../random/randomKey";
import { edgesOf } from "./edges";
import { type Genotype, type GenotypeEdge, genotype } from "./genotype";
import { groupCount, stagesOf } from "./stages";
import { widthCount } from "./widthSlots";

/**
 * A genotype drawn uniformly over the choices of a space: every stage's depth and width, and one primitive on
 * every edge (`none` leaves the edge empty).
 *
 * Choices that build the same network (the width of a stage that keeps no cell) are drawn apart, so such a
 * network is drawn as often as there are ways to choose it.
 *
 * @example
 * ```ts
 * const space = bars.space.spaceConfig({ initChannels: 4, cellLayout: [0, 1, 0], steps: 2 });
 * const drawn = bars.space.randomGenotype(space, bars.randomKey(0));
 * console.log(drawn.cells.length, bars.cost.totalCost(drawn).bops > 0); // 2 true
 * ```
 */
export function randomGenotype(space: SpaceConfig, key: RandomKey): Genotype {
  return draw(space, drawOne, key);
}

/**
 * As {@link randomGenotype}, but every edge holds any subset of the primitives other than `none`, all subsets
 * equally likely: the distribution that belongs to cells which may keep several operations on an edge.
 */
export function randomMultiGenotype(space: SpaceConfig, key: RandomKey): Genotype {
  return draw(space, drawSubsets, key);
}

type EdgeChoice = GenotypeEdge["primitive"][];

function draw(
  space: SpaceConfig,
  drawEdges: (space: SpaceConfig, edges: number, key: RandomKey) => EdgeChoice[],
  key: RandomKey,
): Genotype {
  const edges = edgesOf(space.steps);
  const cells = Array.from({ length: groupCount(space) }, (_, group) => {
    const chosen = drawEdges(space, edges.length, fold(fold(key, "cells"), group));
    return edges.flatMap((edge, i) => (chosen[i] ?? []).map((primitive) => ({ ...edge, primitive })));
  });
  const stages = stagesOf(space);
  const depth = stages.map(({ index, cells: own }) => {
    return space.searchDepth ? drawBelow(own.length + 1, fold(fold(key, "depth"), index)) : own.length;
  });
  const width = Array.from({ length: widthCount(space) }, (_, index) => {
    return space.widthChoices[
      drawBelow(space.widthChoices.length, fold(fold(key, "width"), index))
    ] as number;
  });
  return genotype(space, { cells, depth, width });
}

function drawBelow(below: number, key: RandomKey): number {
  return integers(key, 1, below)[0] as number;
}

function drawOne(space: SpaceConfig, edges: number, key: RandomKey): EdgeChoice[] {
  const draws = integers(key, edges, space.primitives.length);
  return Array.from(draws, (draw) => {
    const primitive = space.primitives[draw];
    return primitive === undefined || primitive === "none" ? [] : [primitive];
  });
}

function drawSubsets(space: SpaceConfig, edges: number, key: RandomKey): EdgeChoice[] {
  const names = space.primitives.filter((name): name is GenotypeEdge["primitive"] => name !== "none");
  const draws = integers(key, edges * names.length, 2);
  return Array.from({ length: edges }, (_, edge) =>
    names.filter((_name, i) => draws[edge * names.length + i] === 1),
  );
}
