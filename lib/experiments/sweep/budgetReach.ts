import { ops } from "../../complexity/cost";
import { totalCost } from "../../complexity/costTable";
import type { BinarizationConfig } from "../../config/binarizationConfig";
import type { SpaceConfig } from "../../config/spaceConfig";
import { edgesOf } from "../../space/edges";
import { type Genotype, type GenotypeEdge, genotype } from "../../space/genotype";
import { groupCount, stagesOf } from "../../space/stages";
import { ConfigError } from "../../util/errors";
import type { SweepMeasure } from "./sweepFile";

/** Cost of one image in one measure, one multiply-accumulate = 1. */
export function measuredCost(of: Genotype, measure: SweepMeasure, style: BinarizationConfig): number {
  const cost = totalCost(of, style);
  return measure === "ops" ? ops(cost) : cost[measure];
}

/**
 * The cheapest architecture of a space: least depth and width where they are searched, and on every edge the cheapest
 * primitive. Costs of edges add up, so each is chosen for itself.
 */
export function cheapestGenotype(
  space: SpaceConfig,
  measure: SweepMeasure,
  style: BinarizationConfig,
): Genotype {
  const edges = edgesOf(space.steps);
  const least = Math.min(...space.widthChoices);
  const layout = {
    depth: stagesOf(space).map(({ cells }) => (space.searchDepth ? 0 : cells.length)),
    width: stagesOf(space).map(() => least),
  };
  type Choice = (typeof space.primitives)[number];
  const groups = Array.from({ length: groupCount(space) }, () =>
    edges.map((): Choice => space.primitives[0] as Choice),
  );
  const built = () =>
    genotype(
      space,
      {
        ...layout,
        cells: groups.map((chosen) =>
          edges.flatMap((edge, i): GenotypeEdge[] => {
            const primitive = chosen[i] as Choice;
            return primitive === "none" ? [] : [{ ...edge, primitive }];
          }),
        ),
      },
      "cheapestGenotype",
    );
  if (space.primitives.includes("none")) {
    for (const chosen of groups) chosen.fill("none");
    return built();
  }
  for (const chosen of groups) {
    for (let edge = 0; edge < edges.length; edge++) {
      const costs = space.primitives.map((primitive) => {
        chosen[edge] = primitive;
        return measuredCost(built(), measure, style);
      });
      chosen[edge] = space.primitives[costs.indexOf(Math.min(...costs))] as Choice;
    }
  }
  return built();
}

/** @throws ConfigError if not even the cheapest architecture of the space stays within the budget. */
export function rejectUnreachableBudget(
  space: SpaceConfig,
  style: BinarizationConfig,
  budget: { readonly measure: SweepMeasure; readonly value: number },
  place: string,
): void {
  const least = measuredCost(cheapestGenotype(space, budget.measure, style), budget.measure, style);
  if (least <= budget.value) return;
  throw new ConfigError(
    `${place}: no architecture of its space reaches the budget of ${budget.value} ${budget.measure}; the cheapest costs ${least}. Raise the budget, or take a space with fewer channels or cells.`,
  );
}
