import type { BinarizationConfig } from "../config/binarizationConfig";
import type { SpaceConfig } from "../config/spaceConfig";
import { edgesOf } from "../space/edges";
import { type Genotype, type GenotypeEdge, genotype } from "../space/genotype";
import { groupCount, stagesOf } from "../space/stages";
import { widthCount } from "../space/widthSlots";
import { ConfigError } from "../util/errors";
import { type AnyCostMeasure, type CostMeasure, costIn } from "./cost";
import { totalCost } from "./costTable";

/** Cost of one image in one measure, one multiply-accumulate = 1. */
export function measuredCost(of: Genotype, measure: AnyCostMeasure, style: BinarizationConfig): number {
  return costIn(totalCost(of, style), measure);
}

/**
 * The cheapest or the dearest architecture of a space: least (most) depth and width where they are searched, and on every
 * edge the cheapest (dearest) primitive. Costs of edges add up, so each is chosen for itself.
 */
export function extremeGenotype(
  space: SpaceConfig,
  which: "cheapest" | "dearest",
  measure: AnyCostMeasure,
  style: BinarizationConfig,
): Genotype {
  const best = which === "cheapest" ? Math.min : Math.max;
  const edges = edgesOf(space.steps);
  const stages = stagesOf(space);
  const layout = {
    depth: stages.map(({ cells }) => (space.searchDepth ? best(0, cells.length) : cells.length)),
    width: Array.from({ length: widthCount(space) }, () => best(...space.widthChoices)),
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
      `${which}Genotype`,
    );
  if (which === "cheapest" && space.primitives.includes("none")) {
    for (const chosen of groups) chosen.fill("none");
    return built();
  }
  for (const chosen of groups) {
    for (let edge = 0; edge < edges.length; edge++) {
      const costs = space.primitives.map((primitive) => {
        chosen[edge] = primitive;
        return measuredCost(built(), measure, style);
      });
      chosen[edge] = space.primitives[costs.indexOf(best(...costs))] as Choice;
    }
  }
  return built();
}

function extremeCost(
  space: SpaceConfig,
  which: "cheapest" | "dearest",
  measure: CostMeasure,
  style: BinarizationConfig,
): number {
  return measuredCost(extremeGenotype(space, which, measure, style), measure, style);
}

/** @throws ConfigError if not even the cheapest architecture of the space stays within the budget. */
export function rejectUnreachableBudget(
  space: SpaceConfig,
  style: BinarizationConfig,
  budget: { readonly measure: CostMeasure; readonly value: number },
  place: string,
): void {
  const least = extremeCost(space, "cheapest", budget.measure, style);
  if (least <= budget.value) return;
  throw new ConfigError(
    `${place}: no architecture of its space reaches the budget of ${budget.value} ${budget.measure}; the cheapest costs ${least}. Raise the budget, or take a space with fewer channels or cells.`,
  );
}

/** @throws ConfigError if not even the dearest architecture of the space costs the share of the budget it has to. */
export function rejectUnspendableBudget(
  space: SpaceConfig,
  style: BinarizationConfig,
  budget: { readonly measure: CostMeasure; readonly value: number; readonly atLeast: number },
  place: string,
): void {
  const { measure, value, atLeast } = budget;
  const least = atLeast * value;
  const most = extremeCost(space, "dearest", measure, style);
  if (most >= least) return;
  throw new ConfigError(
    `${place}: no architecture of its space costs ${least} ${measure} or more, which "atLeast" ${atLeast} of the budget of ${value} asks for; the dearest costs ${most}. Lower the budget or "atLeast", or take a space with more channels or cells.`,
  );
}
