import type { SpaceConfig } from "../config/spaceConfig";
import type { Alphas } from "../space/alphas";
import type { LayoutChoice } from "../space/layoutChoice";
import { stagesOf } from "../space/stages";
import { widthCount } from "../space/widthSlots";
import { layoutByMaximum } from "./choices";

/**
 * How the probabilities of depth and width become one layout.
 * - "argmax": the likeliest of each
 * - "expectation": the depth nearest to `Σ_d p_d · d`, the width choice nearest to `Σ_j p_j · w_j`
 */
export const layoutMethods = ["argmax", "expectation"] as const;
export type LayoutMethod = (typeof layoutMethods)[number];

/** Depth and width of every stage by a method; where a level is not searched: all cells, the only width. */
export function layoutBy(
  method: LayoutMethod | undefined,
  space: SpaceConfig,
  probabilities: Pick<Alphas, "depth" | "width">,
): LayoutChoice {
  return method === "expectation"
    ? layoutByExpectation(space, probabilities)
    : layoutByMaximum(space, probabilities);
}

/**
 * The layout nearest to the expected one. Half-way between two choices the smaller is taken. Unlike the likeliest
 * choice it moves little when two choices change places, and its cost is near the expected cost of the search.
 */
export function layoutByExpectation(
  space: SpaceConfig,
  probabilities: Pick<Alphas, "depth" | "width">,
): LayoutChoice {
  const stages = stagesOf(space);
  const expectation = (row: readonly number[], value: (i: number) => number) =>
    row.reduce((sum, p, i) => sum + p * value(i), 0);
  return {
    depth: stages.map(({ index, cells }) => {
      const row = probabilities.depth[index] ?? [];
      if (row.length === 0) return cells.length;
      return nearest(
        row.map((_, i) => i),
        expectation(row, (i) => i),
      );
    }),
    width: Array.from({ length: widthCount(space) }, (_, index) => {
      const row = probabilities.width[index] ?? [];
      if (row.length === 0) return space.widthChoices[0] as number;
      return nearest(
        space.widthChoices,
        expectation(row, (j) => space.widthChoices[j] as number),
      );
    }),
  };
}

/** Of ascending choices the one nearest to a value; half-way (to 1e-12, as sums of probabilities are inexact) the smaller. */
function nearest(choices: readonly number[], value: number): number {
  return choices.reduce((best, choice) =>
    Math.abs(choice - value) < Math.abs(best - value) - 1e-12 ? choice : best,
  );
}
