import { describe, expect, it } from "vitest";
import { binarizationConfig } from "../../lib/config/binarizationConfig";
import { spaceConfig } from "../../lib/config/spaceConfig";
import { extremeGenotype, measuredCost } from "../../lib/cost/budgetReach";
import { randomKey } from "../../lib/random/randomKey";
import { alphaShapes } from "../../lib/space/alphaShapes";
import { fromAwnas, toAwnas } from "../../lib/space/awnasGenotype";
import { builtCells, headChannels, stemChannels } from "../../lib/space/builtCells";
import { describeGenotype } from "../../lib/space/describeGenotype";
import { genotype } from "../../lib/space/genotype";
import { genotypeHash, genotypeJson } from "../../lib/space/genotypeJson";
import { mutateGenotype } from "../../lib/space/mutateGenotype";
import { randomGenotype } from "../../lib/space/randomGenotype";
import { parseGenotype } from "../../lib/space/validateGenotype";
import { widthNames } from "../../lib/space/widthNames";
import { widthCount, widthSlots } from "../../lib/space/widthSlots";

const edges = [{ to: 1, from: 0, primitive: "bin_conv_3x3" } as const];
const space = spaceConfig({
  initChannels: 16,
  cellLayout: [0, 0, 1, 0, 0, 1],
  steps: 1,
  widthChoices: [0.25, 0.5, 0.75, 1],
  widthPer: "cell",
});
const choice = { cells: [edges, edges], depth: [2, 1, 0], width: [0.25, 0.5, 0.75, 1, 0.5] };

describe("a width per cell", () => {
  it("has a place for each normal cell, and one for a stage without any", () => {
    expect(widthSlots(space)).toEqual([[0, 1], [2, 3], [4]]);
    expect(widthCount(space)).toBe(5);
    expect(alphaShapes(space).width).toEqual([4, 4, 4, 4, 4]);
    expect(widthNames(space)).toEqual(["cell 0", "cell 1", "cell 3", "cell 4", "stage 2"]);
    expect(widthNames(spaceConfig({ ...space, widthPer: "stage" }))).toEqual([
      "stage 0",
      "stage 1",
      "stage 2",
    ]);
  });

  it("gives each cell its own input and the next cell's as output; reductions double exactly", () => {
    const value = genotype(space, choice);
    expect(
      builtCells(value).map(({ cell, inChannels, outChannels }) => [cell, inChannels, outChannels]),
    ).toEqual([
      [0, 4, 8],
      [1, 8, 12],
      [2, 12, 24],
      [3, 24, 16],
      [5, 16, 32],
    ]);
    expect([stemChannels(value), headChannels(value)]).toEqual([4, 32]);
  });

  it("gives a cell that is not kept the width of what stands in its place, so equal networks are equal", () => {
    const one = genotype(space, choice);
    const other = genotype(space, { ...choice, width: [0.25, 0.5, 0.75, 0.25, 0.5] });
    expect(one.width).toEqual([0.25, 0.5, 0.75, 0.5, 0.5]);
    expect(genotypeHash(other)).toBe(genotypeHash(one));
    expect(parseGenotype(genotypeJson(one))).toEqual(one);
  });

  it("is written for aw_nas cell by cell, a reduction with the width behind it, and read back", () => {
    const value = genotype(space, choice);
    const text = toAwnas(value);
    expect(text).toContain("width='0.25,0.5,0.75,0.75,0.5,0.5'");
    expect(fromAwnas(text, space)).toEqual(value);
    const perStage = spaceConfig({ ...space, widthPer: "stage" });
    expect(() => fromAwnas(text, perStage)).toThrow(
      /expected to agree, got .* a space whose widthPer is "cell" reads them/,
    );
  });

  it("leaves spaces with a width per stage as they were: the field is not there, and one width a stage", () => {
    const perStage = spaceConfig({ ...space, widthPer: "stage" });
    expect(Object.hasOwn(perStage, "widthPer")).toBe(false);
    expect(genotype(perStage, { cells: [edges, edges] }).width).toEqual([1, 1, 1]);
    expect(() => genotype(space, { ...choice, width: [1, 1, 1] })).toThrow(
      "genotype: width must be one entry for each of 5 widths (of normal cells; of a stage without any, its own), got 3.",
    );
  });

  it("has a cheapest and a dearest network, between which all that are drawn cost", () => {
    const style = binarizationConfig();
    const [least, most] = (["cheapest", "dearest"] as const).map((which) =>
      measuredCost(extremeGenotype(space, which, "ops", style), "ops", style),
    ) as [number, number];
    const drawn = Array.from({ length: 20 }, (_, seed) =>
      measuredCost(randomGenotype(space, randomKey(seed)), "ops", style),
    );
    expect(Math.min(...drawn)).toBeGreaterThanOrEqual(least);
    expect(Math.max(...drawn)).toBeLessThanOrEqual(most);
    expect(least).toBeLessThan(most);
  });

  it("is described, and one of its widths can be a mutation", () => {
    expect(describeGenotype(genotype(space, choice))).toContain(
      "stage 0: 32x32, width 0.25 0.5, 2 of 2 normal cells",
    );
    const parent = genotype(space, choice);
    const seen = new Set<number>();
    for (let seed = 0; seed < 60; seed++) {
      const child = mutateGenotype(parent, randomKey(seed));
      child.width.forEach((width, i) => {
        if (width !== parent.width[i]) seen.add(i);
      });
    }
    expect(seen.size).toBeGreaterThan(2);
  });
});
