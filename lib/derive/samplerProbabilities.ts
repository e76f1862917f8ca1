import { isIndependent, type SamplerMethod } from "../config/searchConfig";
import type { Alphas } from "../space/alphas";
import { probabilitiesOf } from "./probabilitiesOf";

/** How a search sampled one level, at the temperature of one epoch. */
export interface LevelSampler {
  readonly method: SamplerMethod;
  readonly temperature: number;
}

/**
 * The probabilities the alphas of a search stand for, level by level, in double precision.
 *
 * `softmax(α / T)` for "softmax" and `sigmoid(α / T)` for "plain_sigmoid", which mix with just these weights; `softmax(α)`
 * for the Gumbel samplers and `sigmoid(α)` for "sigmoid", whose temperature relaxes the draw but not its distribution.
 */
export function samplerProbabilities(
  alphas: Alphas,
  samplers: Readonly<Record<"cell" | "depth" | "width", LevelSampler>>,
): Alphas {
  const level = (sampler: LevelSampler): Alphas =>
    probabilitiesOf(
      alphas,
      isIndependent(sampler.method) ? "sigmoid" : "softmax",
      sampler.method === "softmax" || sampler.method === "plain_sigmoid" ? sampler.temperature : 1,
    );
  return {
    cells: level(samplers.cell).cells,
    depth: level(samplers.depth).depth,
    width: level(samplers.width).width,
  };
}
