import type { Overrides } from "../../config/check";
import { type SpaceConfig, spaceConfig } from "../../config/spaceConfig";
import { totalCost } from "../../cost/costTable";
import { traitsOf } from "../../primitives/primitives";
import { type Genotype, type GenotypeEdge, genotype } from "../../space/genotype";
import { ConfigError } from "../../util/errors";

/** An architecture without its size: how cells and channels are spread, and what the cells hold. */
export interface Shape {
  /** Normal cells of each stage; a reduction cell stands between two stages. */
  readonly depth: readonly number[];
  /**
   * Channels of each stage, relative to one another, on top of the doubling at every reduction: `[1, 1, 1]` doubles
   * twice, `[4, 2, 1]` keeps one number of channels.
   */
  readonly profile: readonly number[];
  /** Topology of the normal and of the reduction cells. */
  readonly normal: readonly GenotypeEdge[];
  readonly reduction: readonly GenotypeEdge[];
  /** Settings of the space besides those that depth and profile decide. */
  readonly space: Overrides<SpaceConfig>;
}

/** An architecture that has about the asked number of BOPs. */
export interface MatchedShape {
  readonly genotype: Genotype;
  readonly bops: number;
  /** `bops / asked − 1`. */
  readonly error: number;
}

/** Stages are never scaled beyond this many units. */
const mostUnits = 1024;

/**
 * Scales a shape to a number of BOPs. Stage `s` has `k_s · 2^s` channels, `k_s` being `λ · profile_s` rounded up or
 * down to a whole number of at least 1. Of all networks that some factor `λ` and some rounding give, the one whose
 * BOPs, counted by `totalCost` on one image, come nearest to `bops` is taken.
 *
 * Where cells hold grouped convolutions, `k_s` is a multiple of the groups.
 *
 * @param tolerance largest share by which the BOPs may differ, e.g. 0.05.
 * @throws ConfigError if the nearest network misses the tolerance, naming its BOPs.
 *
 * @example
 * ```ts
 * const edge = { to: 1, from: 0, primitive: "bin_conv_3x3" };
 * const shape = { depth: [2, 2], profile: [1, 1], normal: [edge], reduction: [edge], space: { steps: 1 } };
 * const { bops, error } = bars.experiments.matchBops(shape, 5e6, 0.05);
 * console.log(bops, Math.abs(error) < 0.05); // 4915200 true
 * ```
 */
export function matchBops(shape: Shape, bops: number, tolerance: number, place = "matchBops"): MatchedShape {
  const { profile } = shape;
  const valid = profile.length > 0 && profile.every((share) => Number.isFinite(share) && share > 0);
  if (!valid || profile.length !== shape.depth.length) {
    throw new ConfigError(
      `${place}: expected one depth and one relative width above 0 for each stage, got depth [${shape.depth.join(", ")}] and profile [${profile.join(", ")}].`,
    );
  }
  const unit = unitOf(shape.space);
  const at = (units: readonly number[]) => built(shape, units, unit, place);
  const factors = wholePlaces(profile);
  const floorAt = (place: number) => unitsAt(profile, factors[place] as number, 0);
  // BOPs rise with every stage's channels: the networks around what is asked lie between two places.
  let [low, high] = [0, factors.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (at(floorAt(middle)).bops <= bops) low = middle;
    else high = middle - 1;
  }
  let best: Omit<MatchedShape, "error"> | null = null;
  const distance = (one: Omit<MatchedShape, "error">) => Math.abs(one.bops - bops);
  for (let place = low; place >= 0; place--) {
    const factor = factors[place] as number;
    if (place < low && at(unitsAt(profile, factor, 2 ** profile.length - 1)).bops < bops) break;
    for (let up = 0; up < 2 ** profile.length; up++) {
      const one = at(unitsAt(profile, factor, up));
      if (best === null || distance(one) < distance(best)) best = one;
    }
  }
  const found = best as Omit<MatchedShape, "error">;
  const error = found.bops / bops - 1;
  if (!(Math.abs(error) <= tolerance)) {
    throw new ConfigError(
      `${place}: expected a network within ${percent(tolerance)} of ${bops} BOPs, the nearest of this shape has ${found.bops} (${error > 0 ? "+" : ""}${percent(error)}). Raise the tolerance or the BOPs.`,
    );
  }
  return { ...found, error };
}

/** Factors at which some stage's channels are whole, ascending; between two of them nothing is rounded otherwise. */
function wholePlaces(profile: readonly number[]): number[] {
  const found = new Set<number>([0]);
  for (const share of profile) for (let k = 1; k < mostUnits; k++) found.add(k / share);
  return [...found].sort((a, b) => a - b);
}

/** Units of each stage just above a factor, rounded down, or up where the stage's bit of `up` is set. */
function unitsAt(profile: readonly number[], factor: number, up: number): number[] {
  return profile.map((share, s) => Math.max(1, Math.floor(factor * share + 1e-9) + ((up >> s) & 1)));
}

function unitOf(space: Overrides<SpaceConfig>): number {
  const { convGroups, primitives } = spaceConfig({ ...space, initChannels: 64 * 3, widthChoices: [1] });
  return primitives.some((primitive) => traitsOf(primitive).grouped) ? convGroups : 1;
}

function built(
  shape: Shape,
  units: readonly number[],
  unit: number,
  place: string,
): Omit<MatchedShape, "error"> {
  const { depth, normal, reduction, space: own } = shape;
  const channels = units.map((count) => unit * count);
  const most = Math.max(...channels);
  const widths = channels.map((count) => count / most);
  const cellLayout = depth.flatMap((cells, stage) => [...(stage > 0 ? [1] : []), ...Array(cells).fill(0)]);
  const space = spaceConfig(
    {
      ...own,
      initChannels: most,
      widthChoices: [...new Set(widths)].sort((a, b) => a - b),
      cellLayout,
      reductionGroups: depth.length > 1 ? [1] : [],
      searchDepth: false,
    },
    `${place}.space`,
  );
  const cells = depth.length > 1 ? [normal, reduction] : [normal];
  const value = genotype(space, { cells, width: widths }, place);
  return { genotype: value, bops: totalCost(value).bops };
}

function percent(share: number): string {
  return `${Number((100 * share).toFixed(2))} %`;
}
