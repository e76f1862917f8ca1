import { describe, expect, it } from "vitest";
import { type LevelSampler, samplerProbabilities } from "../../lib/derive/samplerProbabilities";

const alphas = { cells: [[[1, 0, -1]]], depth: [[2, 0], []], width: [[0, 1]] };
const at = (cell: LevelSampler, rest: LevelSampler = cell) =>
  samplerProbabilities(alphas, { cell, depth: rest, width: rest });

describe("samplerProbabilities", () => {
  it("divides by the temperature for softmax only", () => {
    const sharp = at({ method: "softmax", temperature: 0.5 });
    // e^4 / (e^4 + 1)
    expect(sharp.depth[0]?.[0]).toBeCloseTo(0.98201, 5);
    expect(sharp.depth[1]).toEqual([]);
    for (const method of ["gumbel", "hard_gumbel"] as const) {
      expect(at({ method, temperature: 0.1 })).toEqual(at({ method: "softmax", temperature: 1 }));
    }
  });

  it("treats the operations of an edge as independent under sigmoid, depth and width never", () => {
    const result = at({ method: "sigmoid", temperature: 3 }, { method: "softmax", temperature: 1 });
    expect(result.cells[0]?.[0]?.[0]).toBeCloseTo(1 / (1 + Math.exp(-1)), 12);
    expect((result.width[0]?.[0] as number) + (result.width[0]?.[1] as number)).toBeCloseTo(1, 12);
  });
});
