import { describe, expect, it } from "vitest";
import { probabilitiesOf } from "../../lib/derive/probabilitiesOf";
import { DeriveError } from "../../lib/util/errors";

const alphas = { cells: [[[0, Math.log(3)]]], depth: [[1, 1 + Math.log(4)]], width: [[], [0, 0]] };

describe("probabilitiesOf", () => {
  it("divides by the sum under softmax", () => {
    const { cells, depth, width } = probabilitiesOf(alphas);
    expect(cells[0]?.[0]?.[1]).toBeCloseTo(3 / 4, 12);
    expect(depth[0]?.[1]).toBeCloseTo(4 / 5, 12);
    expect(width).toEqual([[], [0.5, 0.5]]);
  });

  it("treats operations apart under sigmoid, but never depth and width", () => {
    const { cells, depth } = probabilitiesOf(alphas, "sigmoid");
    expect(cells[0]?.[0]?.[0]).toBe(0.5);
    expect(cells[0]?.[0]?.[1]).toBeCloseTo(3 / 4, 12);
    expect(depth[0]?.[1]).toBeCloseTo(4 / 5, 12);
  });

  it("sharpens at low temperature: T = 1/2 squares the ratios", () => {
    expect(probabilitiesOf(alphas, "softmax", 0.5).cells[0]?.[0]?.[1]).toBeCloseTo(9 / 10, 12);
  });

  it("stays finite for alphas of any size", () => {
    const { cells } = probabilitiesOf({ cells: [[[1e4, -1e4]]], depth: [], width: [] });
    expect(cells).toEqual([[[1, 0]]]);
  });

  it("refuses a temperature of 0 and an unknown method", () => {
    expect(() => probabilitiesOf(alphas, "softmax", 0)).toThrow(
      new DeriveError("probabilitiesOf: temperature must be a number above 0, got 0."),
    );
    expect(() => probabilitiesOf(alphas, "gumbel" as "softmax")).toThrow(
      new DeriveError('probabilitiesOf: method must be one of softmax, sigmoid, got "gumbel".'),
    );
  });
});
