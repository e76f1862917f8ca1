import { showValue } from "../util/showValue";
import { edgeShares, strongestEdges } from "./choices";
import type { DeriveRule, ProbabilityOptions } from "./deriveRule";
import { layoutBy } from "./layoutBy";
import { cellLogOdds } from "./logOdds";
import { probabilitiesOf } from "./probabilitiesOf";
import { ruleOptions } from "./ruleOption";

export interface TopKOptions extends ProbabilityOptions {
  /** Incoming edges each node keeps, at most. */
  readonly k: number;
}

/** The k strongest incoming edges of every node, one operation each. */
export const topKRule: DeriveRule<TopKOptions> = Object.freeze({
  formula:
    "for every node the k incoming edges with the largest max_{o ≠ none} p_o, each with that o; depth and width by argmax",
  source:
    "Liu et al. 2019, DARTS, arXiv:1806.09055, section 2.4 (k = 2); edges with weights of their own: times softmax(β), PC-DARTS",
  defaults: Object.freeze({ method: "softmax", temperature: 1, k: 2 } as const),
  fields: { k: ruleOptions.k },
  needsKey: false,
  problem: ({ k }) =>
    Number.isInteger(k) && k >= 1 ? null : `k must be an integer of at least 1, got ${showValue(k)}`,
  choose: ({ space, alphas }, { method, temperature, layout, k }) => {
    const odds = cellLogOdds(alphas, method, temperature);
    const cells = odds.map((rows, group) => strongestEdges(space, rows, k, edgeShares(space, alphas, group)));
    return { cells, ...layoutBy(layout, space, probabilitiesOf(alphas, method, temperature)) };
  },
} satisfies DeriveRule<TopKOptions>);
