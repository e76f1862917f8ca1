import { describe, expect, it } from "vitest";
import { spaceConfig } from "../../lib/config/spaceConfig";
import { randomKey } from "../../lib/random/randomKey";
import { alphaCount, alphaShapes, checkAlphas } from "../../lib/space/alphaShapes";
import { randomAlphas, uniformAlphas } from "../../lib/space/randomAlphas";
import { GenotypeError } from "../../lib/util/errors";

const space = spaceConfig();

describe("alphaShapes", () => {
  it("has one source more than cells, as aw_nas: 9 for three stages of two", () => {
    expect(alphaShapes(space)).toEqual({
      groups: 2,
      edges: 10,
      primitives: 3,
      depth: [3, 3, 3],
      width: [4, 4, 4],
    });
    expect(alphaCount(space)).toBe(60 + 9 + 12);
  });

  it("has empty lists where nothing is searched: no depth search, no cells in the stage, one width", () => {
    const { depth, width } = alphaShapes(spaceConfig({ cellLayout: [1, 0, 1, 1], widthChoices: [1] }));
    expect(depth).toEqual([0, 2, 0, 0]);
    expect(width).toEqual([0, 0, 0, 0]);
    expect(alphaShapes(spaceConfig({ searchDepth: false })).depth).toEqual([0, 0, 0]);
  });
});

describe("alphas", () => {
  it("drawn at random have mean 0, the given deviation and the space's shapes", () => {
    const big = spaceConfig({ steps: 30, cellLayout: [0, 1] });
    const alphas = randomAlphas(big, 0.5, randomKey(0));
    checkAlphas(big, alphas);
    const values = alphas.cells.flat(2);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    expect(Math.abs(mean)).toBeLessThan(0.03);
    expect(Math.sqrt(variance)).toBeCloseTo(0.5, 1);
    expect(randomAlphas(big, 0.5, randomKey(0))).toEqual(alphas);
    expect(new Set(values).size).toBeGreaterThan(values.length - 5);
  });

  it("are zero everywhere for equal chances", () => {
    const alphas = uniformAlphas(space);
    checkAlphas(space, alphas);
    expect(
      [...alphas.cells.flat(2), ...alphas.depth.flat(), ...alphas.width.flat()].every((value) => value === 0),
    ).toBe(true);
  });

  it("that do not fit are refused with their place", () => {
    const alphas = uniformAlphas(space);
    const cells = alphas.cells.map((rows, g) =>
      rows.map((row, e) => (g === 1 && e === 4 ? [0, Infinity, 0] : row)),
    );
    expect(() => checkAlphas(space, { ...alphas, cells })).toThrow(
      new GenotypeError("alphas.cells[1][4]: expected finite numbers, got Infinity at index 1."),
    );
    expect(() => checkAlphas(space, { ...alphas, depth: [] })).toThrow(
      new GenotypeError("alphas.depth: expected 3 stages, got 0."),
    );
    expect(() => checkAlphas(space, { ...alphas, width: null as unknown as [] })).toThrow(
      new GenotypeError("alphas.width: expected 3 stages, got null."),
    );
  });
});
