import type { SpaceConfig } from "../config/spaceConfig";
import { normal, type RandomKey } from "../random/randomKey";
import { alphaCount, alphasFrom } from "./alphaShapes";
import type { Alphas } from "./alphas";

/**
 * Normal alphas of mean 0 and standard deviation `std`: the usual start of a search.
 *
 * @example
 * ```ts
 * const space = bars.space.spaceConfig({ initChannels: 4, cellLayout: [0, 1, 0], steps: 2 });
 * const alphas = bars.space.randomAlphas(space, 0.01, bars.randomKey(0));
 * console.log(alphas.cells.length, alphas.cells[0].length); // 2 3
 * ```
 */
export function randomAlphas(space: SpaceConfig, std: number, key: RandomKey): Alphas {
  const draws = normal(key, alphaCount(space));
  return alphasFrom(space, (place) => (draws[place] as number) * std);
}

/** Alphas of zero: every choice equally likely. */
export function uniformAlphas(space: SpaceConfig): Alphas {
  return alphasFrom(space, () => 0);
}
