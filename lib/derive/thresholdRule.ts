import { edgesOf } from "../space/edges";
import { showValue } from "../util/showValue";
import { edgeShares, strongestEdges } from "./choices";
import type { DeriveRule } from "./deriveRule";
import { cellLogOdds } from "./logOdds";
import { ruleOptions } from "./ruleOption";
import { type SeveralOptions, severalRule } from "./severalRule";

export interface ThresholdOptions extends SeveralOptions {
  /** Incoming edges each node keeps at most, the strongest of them; null keeps all. */
  readonly k: number | null;
}

/** Every operation whose own probability passes a threshold, on at most k edges a node. */
export const thresholdRule: DeriveRule<ThresholdOptions> = Object.freeze({
  formula:
    "all o ≠ none with σ(α_o / T) ≥ threshold, on the k incoming edges of a node with the largest max_{o ≠ none} p_o; depth and width by argmax",
  source: "Chu et al. 2020, FairDARTS, arXiv:1911.12126 (sigmoid, threshold 0.85, at most 2 edges a node)",
  defaults: Object.freeze({
    method: "sigmoid",
    temperature: 1,
    threshold: 0.85,
    maxPerEdge: null,
    k: 2,
  } as const),
  fields: { ...severalRule.fields, k: { ...ruleOptions.k, none: "all edges" } },
  needsKey: false,
  problem: (options) => {
    const { k } = options;
    return k === null || (Number.isInteger(k) && k >= 1)
      ? severalRule.problem(options)
      : `k must be an integer of at least 1 or null, got ${showValue(k)}`;
  },
  choose: (input, options) => {
    const { space, alphas } = input;
    const chosen = severalRule.choose(input, options);
    const { k } = options;
    if (k === null) return chosen;
    const odds = cellLogOdds(alphas, options.method, options.temperature);
    const cells = chosen.cells.map((edges, group) => {
      const rows = odds[group] ?? [];
      // An edge without a likely operation is no candidate, however strong its weight.
      const held = edgesOf(space.steps).map(({ to, from }) =>
        edges.some((edge) => edge.to === to && edge.from === from),
      );
      const candidates = rows.map((row, i) => (held[i] ? row : row.map(() => -Infinity)));
      const kept = strongestEdges(space, candidates, k, edgeShares(space, alphas, group));
      return edges.filter(({ to, from }) => kept.some((edge) => edge.to === to && edge.from === from));
    });
    return { ...chosen, cells };
  },
} satisfies DeriveRule<ThresholdOptions>);
