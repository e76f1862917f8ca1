import { tf } from "../../backend";
import type { StrategyFields } from "../../config/strategies/strategies";
import type { ZeroOneConfig } from "../../config/strategiesConfig";
import type { AtEpoch, StrategyHooks } from "../strategyHooks";

/**
 * The zero-one loss of FairDARTS (arXiv:1911.12126, equations 5 and 6) over the operations of all cells:
 *
 * `l2`: `−c · mean (σ − 1/2)²`, `l1`: `−c · mean |σ − 1/2|`, with `σ` the independent probabilities. Its minimum is
 * reached where every σ is 0 or 1.
 *
 * @param probabilities per cell group, `[edges, primitives]`.
 */
export function zeroOneLoss(
  probabilities: readonly tf.Tensor[],
  coefficient: number,
  form: ZeroOneConfig["form"],
): tf.Scalar {
  return tf.tidy(() => {
    const all = tf.concat(probabilities.map((p) => tf.reshape(p, [-1])));
    const distance = tf.sub(all, 0.5);
    return tf.mul(tf.mean(form === "l2" ? tf.square(distance) : tf.abs(distance)), -coefficient) as tf.Scalar;
  });
}

/** Adds the zero-one loss to the alpha loss (FairDARTS, arXiv:1911.12126). */
export const zeroOneHooks: StrategyHooks<AtEpoch<StrategyFields["zeroOne"]>> = {
  objective: ({ coefficient, form }, { probabilities }) =>
    coefficient > 0 ? zeroOneLoss(probabilities.cells, coefficient, form) : null,
};
