import type { SearchConfig } from "../config/searchConfig";
import type { SpaceConfig } from "../config/spaceConfig";
import type { ComparedMeasure, Cost, CostMeasure } from "../cost/cost";
import { comparedIn } from "../cost/latencyTable";

/** The measure a search counts its cost in, and the budget its penalty pulls the expected cost to. */
export interface HeldBudget {
  readonly measure: CostMeasure;
  /** Of one image, one multiply-accumulate = 1; null where the search has no penalty. */
  readonly budget: number | null;
  /** Share of the budget an architecture costs at least: the lower end of a race's band. Left out: none. */
  readonly atLeast?: number;
  /** Left out: the settings of a search. */
  readonly source?: "race";
}

/** What an architecture costs in the measure that counts, against the budget it was meant for. */
export interface HeldCost extends Pick<HeldBudget, "budget"> {
  readonly measure: ComparedMeasure;
  readonly cost: number;
  /** `cost / budget`; null without a budget. */
  readonly share: number | null;
  /**
   * Who held: the rule decided by cost; or the search pulled its expected cost there, or the race had networks up to there,
   * and the rule looked away.
   */
  readonly by: "rule" | "search" | "race";
}

type HeldCounts = Pick<Cost, "flops" | "bops" | "latencyMs">;

/** The measure and budget of a search's settings. The one place where "the search's budget" is decided. */
export function heldBudgetOf({ cost }: Pick<SearchConfig, "cost">): HeldBudget {
  return { measure: cost.measure, budget: cost.method === "none" ? null : cost.budget };
}

/** A cost against the budget a rule decided by. */
export function heldByRule(cost: HeldCounts, held: Pick<HeldCost, "measure" | "budget">): HeldCost {
  return heldCost(cost, held, "rule");
}

/**
 * A cost against the budget a search held its expected cost to. A network of other channels than the search's has no
 * share of it.
 */
export function heldBySearch(
  cost: HeldCounts,
  held: HeldBudget,
  searched: Pick<SpaceConfig, "initChannels">,
  built: Pick<SpaceConfig, "initChannels">,
): HeldCost {
  const scaled = searched.initChannels !== built.initChannels;
  return heldCost(cost, scaled ? { ...held, budget: null } : held, held.source ?? "search");
}

function heldCost(
  cost: HeldCounts,
  { measure, budget }: Pick<HeldCost, "measure" | "budget">,
  by: HeldCost["by"],
): HeldCost {
  const own = comparedIn(cost, measure);
  return { measure, budget, cost: own, share: budget === null ? null : own / budget, by };
}
