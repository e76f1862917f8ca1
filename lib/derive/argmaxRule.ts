import { oneOperationPerEdge } from "./choices";
import type { DeriveRule } from "./deriveRule";
import { layoutBy } from "./layoutBy";
import { cellLogOdds } from "./logOdds";
import { probabilitiesOf } from "./probabilitiesOf";

/** The likeliest choice everywhere. */
export const argmaxRule: DeriveRule = Object.freeze({
  formula:
    "on every edge argmax_o p_o, empty where none wins; per stage argmax depth and argmax width; ties: the first",
  source: "aw_nas micro and sink-connect derivation, from probabilities instead of samples",
  defaults: Object.freeze({ method: "softmax", temperature: 1 } as const),
  fields: {},
  needsKey: false,
  problem: () => null,
  choose: ({ space, alphas }, { method, temperature, layout }) => {
    const odds = cellLogOdds(alphas, method, temperature);
    const cells = odds.map((rows) => oneOperationPerEdge(space, rows));
    return { cells, ...layoutBy(layout, space, probabilitiesOf(alphas, method, temperature)) };
  },
} satisfies DeriveRule);
