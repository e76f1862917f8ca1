import { tf } from "../backend";
import { type BuiltInCostPenalty, type CostPenaltyFacts, costPenalties } from "../config/costPenalties";
import type { CostPenaltyConfig } from "../config/searchConfig";
import { ConfigError } from "../util/errors";
import { scalarOf } from "./scalarOf";

/** How a cost penalty is computed: from `r = expected / budget`, a scalar differentiable in the alphas, to a scalar. */
export type CostPenalty = (
  relativeCost: tf.Scalar,
  config: Pick<CostPenaltyConfig, "coefficient" | "exponent">,
) => tf.Tensor;

const builtIn = {
  none: () => tf.scalar(0),
  hinge: (r, { coefficient, exponent }) => tf.mul(coefficient, power(tf.relu(tf.sub(r, 1)), exponent)),
  linear: (r, { coefficient }) => tf.mul(coefficient, r),
  log: (r, { coefficient, exponent }) =>
    tf.mul(coefficient, power(tf.abs(tf.log(tf.maximum(r, 1e-12))), exponent)),
  // Outside of the loss: `projectToBudget`.
  multiplier: () => tf.scalar(0),
} satisfies Readonly<Record<BuiltInCostPenalty, CostPenalty>>;

/**
 * Pulls the expected cost toward the budget. Formulas: `lib/config/costPenalties`.
 *
 * @param relativeCost the scalar `r = expected / budget`, differentiable in the alphas.
 * @throws ShapeError where a penalty of the user's own is no scalar.
 */
export function costPenalty(relativeCost: tf.Scalar, config: CostPenaltyConfig): tf.Scalar {
  const { method } = config;
  return tf.tidy(() => {
    if (Object.hasOwn(builtIn, method))
      return builtIn[method as BuiltInCostPenalty](relativeCost, config) as tf.Scalar;
    const own = costPenalties.get(method) as CostPenaltyFacts & { readonly penalty: CostPenalty };
    return scalarOf(own.penalty(relativeCost, config), `cost penalty "${method}": penalty`);
  });
}

/** A cost penalty to define. */
export interface CostPenaltySpec {
  readonly name: string;
  readonly version?: number;
  /** With `r`, `c` and `k`, in plain text. */
  readonly formula: string;
  /** What it does to a search, in one sentence; left out: the formula. */
  readonly about?: string;
  /** The formula as LaTeX, without `c`; left out: the formula as text. */
  readonly latex?: string;
  readonly penalty: CostPenalty;
}

/**
 * Makes a cost penalty of one's own known by name to all searches: `cost: { method: name }`. Records name it with its
 * version; who reads or resumes them must have defined it.
 *
 * @returns the penalty, as the table holds it.
 * @throws ConfigError for a name that is taken or no identifier, a version that is no integer from 1, or a part that is
 * missing.
 *
 * @example
 * ```ts
 * bars.defineCostPenalty({
 *   name: "square",
 *   formula: "c (r - 1)^2",
 *   penalty: (r, { coefficient }) => bars.tf.mul(coefficient, bars.tf.square(bars.tf.sub(r, 1))),
 * });
 * const config = bars.searchConfig({ cost: { method: "square" } });
 * config.cost.method; // "square"
 * ```
 */
export function defineCostPenalty(spec: CostPenaltySpec): CostPenaltyFacts {
  const { name, version = 1, formula, penalty } = spec;
  const { about = `The penalty is ${formula}.`, latex = String.raw`\text{${formula}}` } = spec;
  const place = `defineCostPenalty: ${JSON.stringify(name)}`;
  if (typeof penalty !== "function")
    throw new ConfigError(
      `${place}: penalty must be a function of (r, { coefficient, exponent }), got ${typeof penalty}.`,
    );
  if (typeof formula !== "string" || formula === "")
    throw new ConfigError(`${place}: formula must be a text, got ${JSON.stringify(formula)}.`);
  return costPenalties.define<CostPenaltyFacts & { readonly penalty: CostPenalty }>({
    name,
    version,
    formula,
    about,
    latex: () => latex,
    penalty,
  });
}

/** `x^k` for `x ≥ 0`, with gradient 0 (not NaN) at `x = 0` for every k. */
function power(x: tf.Tensor, exponent: number): tf.Tensor {
  if (exponent === 1) return x;
  if (exponent === 2) return tf.square(x);
  return tf.mul(x, tf.pow(tf.maximum(x, 1e-12), exponent - 1));
}
