import { edgeShares, oneOperationPerEdge, strongestEdges } from "./choices";
import type { DeriveRule } from "./deriveRule";
import { layoutBy } from "./layoutBy";
import { cellLogOdds } from "./logOdds";
import { probabilitiesOf } from "./probabilitiesOf";
import { type TopKOptions, topKRule } from "./topKRule";

/** As `top_k`, but `none` competes: an edge where it is likeliest is no candidate, so a node may keep fewer. */
export const topKNoneRule: DeriveRule<TopKOptions> = Object.freeze({
  formula:
    "for every node, among incoming edges where argmax_o p_o is not none, the k with the largest max_o p_o, each with that o; depth and width by argmax",
  source: "BNAS keeps Zeroise as a candidate: Kim et al. 2020, arXiv:2002.06963; top-k edges as in DARTS",
  defaults: topKRule.defaults,
  fields: topKRule.fields,
  needsKey: false,
  problem: topKRule.problem,
  choose: ({ space, alphas }, { method, temperature, layout, k }) => {
    const odds = cellLogOdds(alphas, method, temperature);
    const cells = odds.map((rows, group) => {
      const won = oneOperationPerEdge(space, rows);
      const strongest = strongestEdges(space, rows, space.steps, edgeShares(space, alphas, group));
      const rank = new Map<number, number>();
      // In order of strength within every node: the first k that none did not win.
      return strongest.filter(({ to, from }) => {
        if (!won.some((edge) => edge.to === to && edge.from === from)) return false;
        rank.set(to, (rank.get(to) ?? 0) + 1);
        return (rank.get(to) as number) <= k;
      });
    });
    return { cells, ...layoutBy(layout, space, probabilitiesOf(alphas, method, temperature)) };
  },
} satisfies DeriveRule<TopKOptions>);
