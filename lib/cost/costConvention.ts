import { type Cost, ops } from "./cost";

/**
 * How operations are counted.
 * - "mac": one multiply-accumulate is one operation; the library's own and Bi-Real Net's, ReActNet's
 * - "awnas": multiply and add apart, so twice as many; that of aw_nas, the framework of the BARS authors
 *
 * @example
 * ```ts
 * console.log(bars.cost.costConventions.join(" ")); // mac awnas
 * ```
 */
export const costConventions = ["mac", "awnas"] as const;
export type CostConvention = (typeof costConventions)[number];

/** What to print beside numbers of a convention. */
export const conventionText: Readonly<Record<CostConvention, string>> = {
  mac: "one multiply-accumulate = 1 operation; OPs = FLOPs + BOPs / 64",
  awnas: "one multiply-accumulate = 2 operations (aw_nas); OPs = FLOPs + BOPs / 64",
};

/**
 * A cost of the library ("mac") in another convention. Only `flops` and `bops` change; element-wise work and
 * stored parameters are the same in both.
 *
 * @example
 * ```ts
 * const cost = { flops: 10, bops: 640 };
 * console.log(bars.cost.inConvention(cost, "awnas")); // {"flops":20,"bops":1280}
 * ```
 */
export function inConvention<C extends Pick<Cost, "flops" | "bops">>(cost: C, convention: CostConvention): C {
  switch (convention) {
    case "mac":
      return cost;
    case "awnas":
      return { ...cost, flops: 2 * cost.flops, bops: 2 * cost.bops };
    default:
      return convention satisfies never;
  }
}

/** A cost counted in another convention, as the library counts it ("mac"): undoes {@link inConvention}. */
export function fromConvention<C extends Pick<Cost, "flops" | "bops">>(
  cost: C,
  convention: CostConvention,
): C {
  const unit = inConvention({ flops: 1, bops: 1 }, convention);
  return { ...cost, flops: cost.flops / unit.flops, bops: cost.bops / unit.bops };
}

/** OPs of a cost of the library, in a convention. */
export function opsIn(cost: Pick<Cost, "flops" | "bops">, convention: CostConvention): number {
  return ops(inConvention(cost, convention));
}
