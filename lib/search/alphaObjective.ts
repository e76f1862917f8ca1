import { tf } from "../backend";
import { isIndependent } from "../config/samplers";
import type { AlphaTensors } from "../supernet/alphaVariables";
import type { ExpectedCost } from "../supernet/expectedCost";
import { costPenalty } from "./costPenalty";
import { probabilityTensors } from "./draws";
import { meanEntropy } from "./entropyTerm";
import type { EpochSettings } from "./epochSettings";
import { scalarOf } from "./scalarOf";

/**
 * The part of the alpha loss that needs no images: cost penalty and entropy terms,
 *
 * `penalty(E[cost] / budget) + Σ_level c_level · H_level`
 *
 * and the terms of strategies that are on (`StrategyHooks.objective`), with exact expected cost ({@link ExpectedCost}) and the mean entropy of each level's rows over its stages or cell
 * groups. A positive coefficient sharpens the choices, a negative one keeps them open (BNAS, arXiv:2008.02837,
 * uses the latter early in the search).
 */
export function regularisers(
  alphas: AlphaTensors,
  settings: EpochSettings,
  expectedCost: ExpectedCost,
): { penalty: tf.Scalar; entropy: tf.Scalar } {
  const { samplers, entropy: coefficients, strategies, epoch, config } = settings;
  return tf.tidy(() => {
    const probabilities = probabilityTensors(alphas, samplers, config.space.steps);
    const penalty =
      config.cost.method === "none" || config.cost.method === "multiplier"
        ? tf.scalar(0)
        : costPenalty(expectedCost.relativeTo(probabilities, config.cost), config.cost);
    const terms: tf.Scalar[] = [];
    const add = (tensors: readonly (tf.Tensor | null)[], coefficient: number, independent: boolean) => {
      const present = tensors.filter((t): t is tf.Tensor => t !== null);
      if (coefficient === 0 || present.length === 0) return;
      const sum = present.map((t) => meanEntropy(t, independent)).reduce((a, b) => tf.add(a, b));
      terms.push(tf.mul(sum, coefficient / present.length) as tf.Scalar);
    };
    add(probabilities.cells, coefficients.cell, isIndependent(samplers.cell.method));
    add(probabilities.depth, coefficients.depth, false);
    add(probabilities.width, coefficients.width, false);
    for (const { name, own, hooks } of strategies) {
      const term = hooks.objective?.(own, { probabilities, epoch, epochs: config.epochs });
      if (term) terms.push(scalarOf(term, `strategy "${name}": objective`));
    }
    return { penalty, entropy: terms.reduce((a, b) => tf.add(a, b), tf.scalar(0)) };
  });
}
