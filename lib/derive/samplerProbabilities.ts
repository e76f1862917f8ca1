import { samplers as allSamplers, type Level } from "../config/samplers";
import type { Alphas } from "../space/alphas";
import { probabilitiesOf } from "./probabilitiesOf";

/** How a search sampled one level, at the temperature of one epoch. */
export interface LevelSampler {
  readonly method: string;
  readonly temperature: number;
}

/**
 * The probabilities the alphas of a search stand for, level by level, in double precision.
 *
 * `softmax(α / T)` or `sigmoid(α / T)` for samplers that mix with just these weights, `softmax(α)` or `sigmoid(α)` for those
 * whose temperature relaxes the draw but not its distribution (`SamplerFacts.probabilities` and `tempered`).
 */
export function samplerProbabilities(
  alphas: Alphas,
  samplers: Readonly<Record<Level, LevelSampler>>,
): Alphas {
  const level = ({ method, temperature }: LevelSampler): Alphas => {
    const { probabilities, tempered } = allSamplers.get(method);
    return probabilitiesOf(alphas, probabilities, tempered ? temperature : 1);
  };
  return {
    cells: level(samplers.cell).cells,
    depth: level(samplers.depth).depth,
    width: level(samplers.width).width,
  };
}
