import { beforeAll, describe, expect, it } from "vitest";
import { startBackend, tf } from "../../../lib/backend";
import { fold, randomKey } from "../../../lib/random/randomKey";
import { biSamples, twoChoices } from "../../../lib/search/strategies/biSampling";

beforeAll(async () => {
  await startBackend();
});

const key = randomKey(0);
const row = [1, 0, -1, 0.5];

describe("twoChoices", () => {
  const draws = (second: "gumbel" | "random" | "min" | "max", n = 4000) =>
    Array.from({ length: n }, (_, i) => twoChoices(row, second, fold(key, i)).choices);

  it.each(["gumbel", "random", "min", "max"] as const)("never chooses the same twice (%s)", (second) => {
    for (const [a, b] of draws(second, 300)) expect(b).not.toBe(a);
  });

  it("draws the first with the softmax probabilities of the alphas", () => {
    const powers = row.map(Math.exp);
    const sum = powers.reduce((a, b) => a + b, 0);
    const firsts = draws("gumbel").map(([a]) => a);
    powers.forEach((p, k) => expect(firsts.filter((a) => a === k).length / 4000).toBeCloseTo(p / sum, 1));
  });

  it("draws the second evenly, or by the alphas of what is left, as asked", () => {
    const seconds = (how: "gumbel" | "random") =>
      draws(how)
        .filter(([a]) => a === 0)
        .map(([, b]) => b);
    const share = (list: number[], k: number) => list.filter((b) => b === k).length / list.length;
    for (const k of [1, 2, 3]) expect(share(seconds("random"), k)).toBeCloseTo(1 / 3, 1);
    // softmax of 0, −1, 0.5
    [0.331, 0.122, 0.546].forEach((p, i) => expect(share(seconds("gumbel"), i + 1)).toBeCloseTo(p, 1));
  });

  it("takes the smallest or largest alpha left, not the smallest or largest choice", () => {
    for (const [a, b] of draws("min", 200)) expect(b).toBe(a === 2 ? 1 : 2);
    for (const [a, b] of draws("max", 200)) expect(b).toBe(a === 0 ? 3 : 0);
  });

  it("gives the only choice of a row twice", () => {
    expect(twoChoices([0.2], "gumbel", key).choices).toEqual([0, 0]);
  });
});

describe("biSamples", () => {
  it("gives two one-hot layouts for the levels asked, and leaves the others to the caller", () => {
    tf.tidy(() => {
      const alphas = { depth: [tf.tensor1d(row), null], width: [tf.tensor1d([0, 1])] };
      const [a, b] = biSamples(alphas, { depth: true, width: false, second: "gumbel" }, key);
      expect(a.width).toBeUndefined();
      expect(a.depth?.[1]).toBeNull();
      const [first, second] = [a.depth, b.depth].map((d) => [...((d ?? [])[0] as tf.Tensor).dataSync()]);
      for (const oneHot of [first, second]) expect([...(oneHot as number[])].sort()).toEqual([0, 0, 0, 1]);
      expect(first).not.toEqual(second);
      const [c] = biSamples(alphas, { depth: false, width: true, second: "gumbel" }, key);
      expect(c.depth).toBeUndefined();
      expect(c.width).toHaveLength(1);
    });
  });
});
