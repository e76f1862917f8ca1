import { edgesOf } from "../space/edges";
import { showValue } from "../util/showValue";
import { isOperation } from "./choices";
import type { DeriveRule, ProbabilityOptions } from "./deriveRule";
import { layoutBy } from "./layoutBy";
import { cellLogOdds } from "./logOdds";
import { probabilitiesOf } from "./probabilitiesOf";
import { ruleOptions } from "./ruleOption";

export interface SeveralOptions extends ProbabilityOptions {
  /** Least probability of a kept operation, in [0, 1]. */
  readonly threshold: number;
  /** Operations an edge keeps at most, the likeliest of them; null for no limit. */
  readonly maxPerEdge: number | null;
}

/** Every operation that is likely enough, so an edge may hold several or none. */
export const severalRule: DeriveRule<SeveralOptions> = Object.freeze({
  formula:
    "on every edge all o ≠ none with p_o ≥ threshold, at most maxPerEdge of them; depth and width by argmax",
  source:
    "Chu et al. 2020, FairDARTS, arXiv:1911.12126 (sigmoid, threshold 0.85); aw_nas lets an edge hold several operations",
  defaults: Object.freeze({ method: "softmax", temperature: 1, threshold: 0.5, maxPerEdge: null } as const),
  fields: { threshold: ruleOptions.threshold, maxPerEdge: ruleOptions.maxPerEdge },
  needsKey: false,
  problem: ({ threshold, maxPerEdge }) => {
    if (typeof threshold !== "number" || !(threshold >= 0 && threshold <= 1))
      return `threshold must be a number in [0, 1], got ${JSON.stringify(threshold)}`;
    const isLimit = maxPerEdge === null || (Number.isInteger(maxPerEdge) && maxPerEdge >= 1);
    return isLimit
      ? null
      : `maxPerEdge must be an integer of at least 1 or null, got ${showValue(maxPerEdge)}`;
  },
  choose: ({ space, alphas }, { method, temperature, layout, threshold, maxPerEdge }) => {
    const scores = probabilitiesOf(alphas, method, temperature);
    const odds = cellLogOdds(alphas, method, temperature);
    const cells = scores.cells.map((rows, group) =>
      edgesOf(space.steps).flatMap((edge, i) => {
        const [row, ranks] = [rows[i] ?? [], odds[group]?.[i] ?? []];
        const likely = space.primitives.map((primitive, p) => ({ primitive, score: ranks[p] as number, p }));
        const kept = likely.filter(
          ({ primitive, p }) => isOperation(primitive) && (row[p] as number) >= threshold,
        );
        // Array.sort is stable: on ties the primitive that comes first in the space wins.
        const best = kept.sort((a, b) => b.score - a.score).slice(0, maxPerEdge ?? kept.length);
        return best.flatMap(({ primitive }) => (isOperation(primitive) ? [{ ...edge, primitive }] : []));
      }),
    );
    return { cells, ...layoutBy(layout, space, scores) };
  },
} satisfies DeriveRule<SeveralOptions>);
