import type { SpaceConfig } from "../config/spaceConfig";
import { normal, type RandomKey } from "../random/randomKey";
import { alphaCount, alphasFrom } from "./alphaShapes";
import type { Alphas } from "./alphas";

/** Normal alphas of mean 0 and standard deviation `std`: the usual start of a search. */
export function randomAlphas(space: SpaceConfig, std: number, key: RandomKey): Alphas {
  const draws = normal(key, alphaCount(space));
  return alphasFrom(space, (place) => (draws[place] as number) * std);
}

/** Alphas of zero: every choice equally likely. */
export function uniformAlphas(space: SpaceConfig): Alphas {
  return alphasFrom(space, () => 0);
}
