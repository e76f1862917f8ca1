import { tf } from "../backend";
import type { SearchConfig } from "../config/searchConfig";
import type { AlphaTensors } from "../supernet/alphaVariables";
import type { ExpectedCost } from "../supernet/expectedCost";
import { probabilityWeights, type Sampler } from "../supernet/sampler";
import { costPenalty } from "./costPenalty";
import { meanEntropy } from "./entropyTerm";

/** The samplers of the three levels at one epoch. */
export interface Samplers {
  readonly cell: Sampler;
  readonly depth: Sampler;
  readonly width: Sampler;
}

/** Coefficients of the entropy terms at one epoch. */
export interface EntropyCoefficients {
  readonly cell: number;
  readonly depth: number;
  readonly width: number;
}

/** The probabilities the alphas stand for, level by level, differentiable. */
export function probabilityTensors(alphas: AlphaTensors, samplers: Samplers): AlphaTensors {
  const of = (sampler: Sampler) => (alpha: tf.Tensor | null) =>
    alpha ? probabilityWeights(alpha, sampler) : null;
  return {
    cells: alphas.cells.map((alpha) => probabilityWeights(alpha, samplers.cell)),
    depth: alphas.depth.map(of(samplers.depth)),
    width: alphas.width.map(of(samplers.width)),
  };
}

/**
 * The part of the alpha loss that needs no images: cost penalty and entropy terms,
 *
 * `penalty(E[cost] / budget) + Σ_level c_level · H_level`
 *
 * with exact expected cost ({@link ExpectedCost}) and the mean entropy of each level's rows over its stages or cell
 * groups. A positive coefficient sharpens the choices, a negative one keeps them open (BNAS, arXiv:2008.02837,
 * uses the latter early in the search).
 */
export function regularisers(
  alphas: AlphaTensors,
  samplers: Samplers,
  coefficients: EntropyCoefficients,
  expectedCost: ExpectedCost,
  config: SearchConfig,
): { penalty: tf.Scalar; entropy: tf.Scalar } {
  return tf.tidy(() => {
    const probabilities = probabilityTensors(alphas, samplers);
    const penalty =
      config.cost.method === "none"
        ? tf.scalar(0)
        : costPenalty(expectedCost.relativeTo(probabilities, config.cost), config.cost);
    const terms: tf.Scalar[] = [];
    const add = (tensors: readonly (tf.Tensor | null)[], coefficient: number, independent: boolean) => {
      const present = tensors.filter((t): t is tf.Tensor => t !== null);
      if (coefficient === 0 || present.length === 0) return;
      const sum = present.map((t) => meanEntropy(t, independent)).reduce((a, b) => tf.add(a, b));
      terms.push(tf.mul(sum, coefficient / present.length) as tf.Scalar);
    };
    add(probabilities.cells, coefficients.cell, samplers.cell.method === "sigmoid");
    add(probabilities.depth, coefficients.depth, false);
    add(probabilities.width, coefficients.width, false);
    return { penalty, entropy: terms.reduce((a, b) => tf.add(a, b), tf.scalar(0)) };
  });
}
