import { describe, expect, it } from "vitest";
import { totalCost } from "../../../lib/cost/costTable";
import { comparisonVariants, referenceVariant } from "../../../lib/experiments/comparison/comparisonVariants";
import { matchBops } from "../../../lib/experiments/comparison/matchBops";
import { stagesOf } from "../../../lib/space/stages";

const { shape } = referenceVariant;

describe("matchBops", () => {
  it.each(
    Object.values(comparisonVariants)
      .flat()
      .map(({ name, shape: own }) => [name, own] as const),
  )("brings %s near 2.25M and 20M BOPs, counted on the network it returns", (_, own) => {
    for (const [asked, tolerance] of [
      [2.25e6, 0.05],
      [2e7, 0.03],
    ] as const) {
      const { genotype, bops, error } = matchBops(own, asked, tolerance);
      expect(totalCost(genotype).bops).toBe(bops);
      expect(error).toBeCloseTo(bops / asked - 1, 12);
      expect(Math.abs(error)).toBeLessThanOrEqual(tolerance);
    }
  });

  it("keeps the shape: cells of each stage, and channels in the profile's proportions", () => {
    const { genotype } = matchBops({ ...shape, depth: [1, 3, 2], profile: [4, 2, 1] }, 2e7, 0.05);
    expect(stagesOf(genotype.space).map(({ cells }) => cells.length)).toEqual([1, 3, 2]);
    const channels = genotype.width.map((width, s) => genotype.space.initChannels * width * 2 ** s);
    expect(Math.max(...channels) / Math.min(...channels)).toBeLessThan(1.2);
  });

  it("finds the nearest network of the family: no other factor comes nearer", () => {
    const asked = 3_333_333;
    const best = Math.abs(matchBops(shape, asked, 0.2).error);
    // Budgets all around give every neighbour of the chosen network.
    for (let near = 0.7 * asked; near < 1.4 * asked; near *= 1.03) {
      const { bops } = matchBops(shape, near, 0.2);
      expect(Math.abs(bops / asked - 1)).toBeGreaterThanOrEqual(best - 1e-12);
    }
  });

  it("says how near it came where the tolerance is missed", () => {
    expect(() => matchBops(shape, 100, 0.05, "tiny")).toThrow(
      /^tiny: expected a network within 5 % of 100 BOPs, the nearest of this shape has \d+ \(\+[\d.]+ %\)\. Raise the tolerance or the BOPs\.$/,
    );
  });

  it("refuses a profile that does not belong to the depth", () => {
    expect(() => matchBops({ ...shape, profile: [1, 0, 1] }, 1e6, 0.05, "x")).toThrow(
      "x: expected one depth and one relative width above 0 for each stage, got depth [2, 2, 2] and profile [1, 0, 1].",
    );
  });
});
