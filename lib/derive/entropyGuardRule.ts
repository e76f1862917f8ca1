import type { SpaceConfig } from "../config/spaceConfig";
import type { Primitive } from "../primitives/primitives";
import { traitsOf } from "../primitives/primitives";
import { edgesOf } from "../space/edges";
import { firstMaximum, isOperation } from "./choices";
import type { DeriveRule, ProbabilityOptions } from "./deriveRule";
import { layoutBy, layoutByExpectation } from "./layoutBy";
import { cellLogOdds } from "./logOdds";
import { type ProbabilityMethod, probabilitiesOf } from "./probabilitiesOf";

export interface EntropyGuardOptions extends ProbabilityOptions {
  /** Entropy of a decision, as a share of its maximum, above which its argmax is not believed; in [0, 1]. */
  readonly maxEntropy: number;
}

/** The argmax where the search has decided; where it has not, an operation with weights and the expected layout. */
export const entropyGuardRule: DeriveRule<EntropyGuardOptions> = Object.freeze({
  formula:
    "with h = H(p) / H_max: where h ≤ maxEntropy argmax_o p_o, else argmax over operations with weights; depth and width by argmax where h ≤ maxEntropy, else the choice nearest to the expectation",
  source:
    "this library's own: an undecided edge is no evidence for an operation without weights, whose head start BNAS (arXiv:2002.06963) and BATS (arXiv:2003.01711) describe",
  defaults: Object.freeze({ method: "softmax", temperature: 1, maxEntropy: 0.95 } as const),
  fields: {
    maxEntropy: {
      kind: "number",
      least: 0,
      most: 1,
      step: 0.01,
      unit: "share of the largest entropy",
      label: "most entropy",
      about: "entropy of a decision above which its argmax is not believed",
    },
  },
  needsKey: false,
  ownLayout: true,
  problem: ({ maxEntropy }) =>
    typeof maxEntropy === "number" && maxEntropy >= 0 && maxEntropy <= 1
      ? null
      : `maxEntropy must be a number in [0, 1], got ${JSON.stringify(maxEntropy)}`,
  choose: ({ space, alphas }, { method, temperature, maxEntropy }) => {
    const p = probabilitiesOf(alphas, method, temperature);
    const odds = cellLogOdds(alphas, method, temperature);
    const cells = p.cells.map((rows, group) =>
      edgesOf(space.steps).flatMap((edge, i) => {
        const decided = entropyShare(rows[i] ?? [], method) <= maxEntropy;
        const place = edgeChoice(space, odds[group]?.[i] ?? [], decided);
        const primitive = space.primitives[place];
        return isOperation(primitive) ? [{ ...edge, primitive }] : [];
      }),
    );
    const likeliest = layoutBy("argmax", space, p);
    const expected = layoutByExpectation(space, p);
    const sure = (row: readonly number[] | undefined) =>
      row === undefined || row.length === 0 || entropyShare(row, "softmax") <= maxEntropy;
    return {
      cells,
      depth: likeliest.depth.map((own, s) => (sure(p.depth[s]) ? own : (expected.depth[s] as number))),
      width: likeliest.width.map((own, s) => (sure(p.width[s]) ? own : (expected.width[s] as number))),
    };
  },
} satisfies DeriveRule<EntropyGuardOptions>);

function edgeChoice(space: SpaceConfig, row: readonly number[], decided: boolean): number {
  if (decided) return firstMaximum(row);
  // Features without weights are there from the first step, so an undecided edge favours them.
  const weighted = row.map((score, i) =>
    traitsOf(space.primitives[i] as Primitive).parameterFree ? -Infinity : score,
  );
  const place = firstMaximum(weighted);
  return place < 0 ? firstMaximum(row) : place;
}

/**
 * Entropy as a share of the largest possible: `ln K` for exclusive choices among K, `K ln 2` for independent ones.
 * A row of one choice has none.
 */
function entropyShare(row: readonly number[], method: ProbabilityMethod): number {
  const term = (p: number) => (p > 0 ? -p * Math.log(p) : 0);
  // Rounding must not carry the share of an even row above 1.
  if (method === "sigmoid")
    return Math.min(1, row.reduce((sum, p) => sum + term(p) + term(1 - p), 0) / (row.length * Math.LN2));
  return row.length < 2 ? 0 : Math.min(1, row.reduce((sum, p) => sum + term(p), 0) / Math.log(row.length));
}
