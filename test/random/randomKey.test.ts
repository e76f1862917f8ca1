import { describe, expect, it } from "vitest";
import {
  fold,
  gumbel,
  integers,
  normal,
  permutation,
  randomKey,
  threefry2x32,
  uniform,
} from "../../lib/random/randomKey";

function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] as number;
  return sum / values.length;
}

describe("threefry2x32", () => {
  // Known-answer vectors published with the Random123 library (threefry 2x32, 20 rounds).
  it.each([
    { key: [0, 0], counter: [0, 0], expected: [0x6b200159, 0x99ba4efe] },
    { key: [0xffffffff, 0xffffffff], counter: [0xffffffff, 0xffffffff], expected: [0x1cb996fc, 0xbb002be7] },
    { key: [0x13198a2e, 0x03707344], counter: [0x243f6a88, 0x85a308d3], expected: [0xc4923a9c, 0x483df7a0] },
  ] as const)("reproduces the published vector for counter $counter", ({ key, counter, expected }) => {
    expect(threefry2x32(key[0], key[1], counter[0], counter[1])).toEqual([...expected]);
  });
});

describe("random keys", () => {
  it("give the same numbers for the same key and others for every other label", () => {
    const key = randomKey(0);
    expect(uniform(fold(key, "a"), 8)).toEqual(uniform(fold(key, "a"), 8));
    const streams = ["a", "b", "ab", "ba", "", 0, 1, 97, "0"].map((label) =>
      uniform(fold(key, label), 2).join(),
    );
    expect(new Set(streams).size).toBe(streams.length);
    expect(randomKey(-1)).not.toEqual(randomKey(1));
    expect(randomKey(1)).not.toEqual(randomKey(2 ** 32 + 1));
  });

  it("do not reveal a child stream in the parent stream", () => {
    const key = randomKey(5);
    expect(uniform(key, 4)).not.toEqual(uniform(fold(key, 0), 4));
  });

  it("draw uniform numbers in [0, 1) with mean 1/2 and variance 1/12", () => {
    const values = uniform(randomKey(0), 100_000);
    expect(Math.min(...values.subarray(0, 1000))).toBeGreaterThanOrEqual(0);
    expect(values.every((v) => v < 1)).toBe(true);
    expect(mean(values)).toBeCloseTo(0.5, 2);
    expect(mean(values.map((v) => (v - 0.5) ** 2))).toBeCloseTo(1 / 12, 3);
  });

  it("draw normal numbers with mean 0, variance 1 and kurtosis 3", () => {
    const values = normal(randomKey(0), 100_001);
    expect(values.length).toBe(100_001);
    expect(mean(values)).toBeCloseTo(0, 1);
    expect(mean(values.map((v) => v ** 2))).toBeCloseTo(1, 1);
    expect(mean(values.map((v) => v ** 4))).toBeCloseTo(3, 0);
  });

  it("draw Gumbel numbers whose mean is the Euler-Mascheroni constant", () => {
    expect(mean(gumbel(randomKey(0), 100_000))).toBeCloseTo(0.5772, 1);
  });

  it("draw integers that reach every value below the bound and none above", () => {
    const values = integers(randomKey(0), 10_000, 7);
    expect([...new Set(values)].sort()).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  it("permute without losing or repeating an index, and without favouring a place", () => {
    const order = permutation(randomKey(0), 1000);
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, i) => i));
    const firsts = Array.from({ length: 3000 }, (_, seed) => permutation(randomKey(seed), 3)[0] as number);
    for (const value of [0, 1, 2])
      expect(firsts.filter((v) => v === value).length / 3000).toBeCloseTo(1 / 3, 1);
  });
});

it.each([
  [1.5, "1.5"],
  [Number.NaN, "NaN"],
  [Infinity, "Infinity"],
  [2 ** 53, "9007199254740992"],
  ["1", '"1"'],
  [null, "null"],
])(
  "refuses %j as a seed and as a number to fold in: another number would give the same key",
  (value, got) => {
    expect(() => randomKey(value as never)).toThrow(
      `randomKey: seed must be an integer from -(2^53 - 1) to 2^53 - 1, got ${got}.`,
    );
    if (typeof value === "number")
      expect(() => fold(randomKey(0), value)).toThrow(
        `fold: label must be an integer from -(2^53 - 1) to 2^53 - 1, got ${got}.`,
      );
  },
);
