import type { SpaceConfig } from "../config/spaceConfig";
import { type Primitive, traitsOf } from "../primitives/primitives";
import { edgeIndex } from "../space/edges";
import type { GenotypeEdge } from "../space/genotype";
import { showValue } from "../util/showValue";
import { edgeShares, oneOperationPerEdge, strongestEdges } from "./choices";
import type { DeriveRule, ProbabilityOptions } from "./deriveRule";
import { layoutBy } from "./layoutBy";
import { cellLogOdds } from "./logOdds";
import { probabilitiesOf } from "./probabilitiesOf";
import { ruleOptions } from "./ruleOption";

export interface SkipCapOptions extends ProbabilityOptions {
  /** Skip connections a cell group keeps at most. */
  readonly maxSkips: number;
  /** Edges kept for each node, as in rule "top_k"; null keeps every edge, as in rule "argmax". */
  readonly k: number | null;
}

/** At most so many skip connections in a cell: the weakest lose their claim one by one. */
export const skipCapRule: DeriveRule<SkipCapOptions> = Object.freeze({
  formula:
    "while a cell group has more than maxSkips skips: strike its skip with the smallest p and derive again; depth and width by argmax",
  source: "Chen et al. 2019, P-DARTS, arXiv:1904.12760 (at most 2 skips, top-2 edges: k = 2)",
  defaults: Object.freeze({ method: "softmax", temperature: 1, maxSkips: 2, k: null } as const),
  fields: {
    maxSkips: {
      kind: "integer",
      least: 0,
      step: 1,
      unit: "skips a cell group",
      label: "most skips",
      about: "skip connections a cell group keeps at most",
    },
    k: { ...ruleOptions.k, none: "all edges" },
  },
  needsKey: false,
  problem: ({ maxSkips, k }) => {
    if (!(Number.isInteger(maxSkips) && maxSkips >= 0))
      return `maxSkips must be an integer of at least 0, got ${showValue(maxSkips)}`;
    return k === null || (Number.isInteger(k) && k >= 1)
      ? null
      : `k must be an integer of at least 1 or null, got ${showValue(k)}`;
  },
  choose: ({ space, alphas }, options) => {
    const { method, temperature, layout } = options;
    const odds = cellLogOdds(alphas, method, temperature);
    const cells = odds.map((rows, group) => capped(space, rows, options, edgeShares(space, alphas, group)));
    return { cells, ...layoutBy(layout, space, probabilitiesOf(alphas, method, temperature)) };
  },
} satisfies DeriveRule<SkipCapOptions>);

function capped(
  space: SpaceConfig,
  rows: readonly (readonly number[])[],
  { maxSkips, k }: SkipCapOptions,
  shares: readonly number[] | undefined,
): GenotypeEdge[] {
  const scores = rows.map((row) => [...row]);
  const isSkip = (primitive: Primitive) => traitsOf(primitive).kind === "skip";
  // Every pass strikes one skip for good, so there are at most as many passes as edges.
  for (;;) {
    const edges = k === null ? oneOperationPerEdge(space, scores) : strongestEdges(space, scores, k, shares);
    const claims = edges
      .filter(({ primitive }) => isSkip(primitive))
      .map(({ to, from, primitive }) => ({
        row: scores[edgeIndex(to, from)] as number[],
        place: space.primitives.indexOf(primitive),
      }));
    const [first, ...others] = claims;
    if (first === undefined || claims.length <= maxSkips) return edges;
    const scoreOf = ({ row, place }: typeof first) => row[place] as number;
    const weakest = others.reduce((low, claim) => (scoreOf(claim) < scoreOf(low) ? claim : low), first);
    weakest.row[weakest.place] = -Infinity;
  }
}
