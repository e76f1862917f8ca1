import { describe, expect, it } from "vitest";
import { mean, quantile } from "../../lib/util/statistics";

describe("mean and quantile", () => {
  it("of a few numbers are those of hand", () => {
    expect(mean([1, 2, 6])).toBe(3);
    expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
    // R: quantile(c(1, 2, 3, 4), 0.3), which is of type 7
    expect(quantile([1, 2, 3, 4], 0.3)).toBeCloseTo(1.9, 12);
    expect([quantile([5, 7], 0), quantile([5, 7], 1)]).toEqual([5, 7]);
  });

  it("of none are no number", () => {
    expect([mean([]), quantile([], 0.5)]).toEqual([Number.NaN, Number.NaN]);
  });
});
