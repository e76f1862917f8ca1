import type { Alphas } from "../space/alphas";
import { probabilitiesOf } from "./probabilitiesOf";

/** How a search sampled one level, at the temperature of one epoch. */
export interface LevelSampler {
  readonly method: "softmax" | "gumbel" | "hard_gumbel" | "path" | "sigmoid";
  readonly temperature: number;
}

/**
 * The probabilities the alphas of a search stand for, level by level, in double precision.
 *
 * `softmax(α / T)` for the sampler "softmax", which mixes with just these weights; `softmax(α)` for the Gumbel
 * samplers, whose temperature relaxes the draw but not its distribution; `sigmoid(α)` for independent choices.
 */
export function samplerProbabilities(
  alphas: Alphas,
  samplers: Readonly<Record<"cell" | "depth" | "width", LevelSampler>>,
): Alphas {
  const level = (sampler: LevelSampler): Alphas =>
    probabilitiesOf(
      alphas,
      sampler.method === "sigmoid" ? "sigmoid" : "softmax",
      sampler.method === "softmax" ? sampler.temperature : 1,
    );
  return {
    cells: level(samplers.cell).cells,
    depth: level(samplers.depth).depth,
    width: level(samplers.width).width,
  };
}
