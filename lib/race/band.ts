import type { RaceConfig, RaceMeasure } from "../config/raceConfig";
import { extremeGenotype, measuredCost } from "../cost/budgetReach";
import { ops } from "../cost/cost";
import { totalCost } from "../cost/costTable";
import { prunedNetwork } from "../derive/prunedNetwork";
import type { RaceNetwork } from "../records/raceRecord";
import type { Genotype } from "../space/genotype";
import { ConfigError } from "../util/errors";

type Settings = Pick<RaceConfig, "band" | "space" | "train">;

/** Everything a network costs, of one image, one multiply-accumulate = 1. */
export function raceCost(genotype: Genotype, { train }: Pick<RaceConfig, "train">): RaceNetwork["cost"] {
  const cost = totalCost(genotype, train.binarization);
  return { ...cost, ops: ops(cost) };
}

/** Whether a cost lies in the band, its ends included. */
export function inBand(cost: RaceNetwork["cost"], { band }: Pick<RaceConfig, "band">): boolean {
  const value = cost[band.measure];
  return value >= band.atLeast && value <= band.atMost;
}

/** `2400000 to 3000000 bops` */
export function bandText({ measure, atLeast, atMost }: RaceConfig["band"]): string {
  return `${atLeast} to ${atMost} ${measure}`;
}

/** @throws ConfigError, naming the cheapest and the dearest, if no network of the space can lie in the band. */
export function rejectUnmetBand(config: Settings, place: string): void {
  const { band, space, train } = config;
  const extreme = (which: "cheapest" | "dearest", measure: RaceMeasure) =>
    measuredCost(
      prunedNetwork(extremeGenotype(space, which, measure, train.binarization)),
      measure,
      train.binarization,
    );
  const [least, most] = [extreme("cheapest", band.measure), extreme("dearest", band.measure)];
  if (least <= band.atMost && most >= band.atLeast) return;
  throw new ConfigError(
    `${place}: no network of the space costs ${bandText(band)}; the cheapest costs ${least}, the dearest ${most}. Move the band, or take a space with ${least > band.atMost ? "fewer" : "more"} channels or cells.`,
  );
}
