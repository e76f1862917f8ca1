import { describe, expect, it } from "vitest";
import {
  holm,
  kendall,
  partialSpearman,
  permutationP,
  ranks,
  spearman,
} from "../../lib/analysis/rankCorrelation";
import { fold, normal, randomKey } from "../../lib/random/randomKey";

const key = randomKey(0);

describe("ranks", () => {
  it("share the mean rank among equals", () => {
    expect(ranks([10, 30, 20, 20])).toEqual([1, 4, 2.5, 2.5]);
  });
});

describe("spearman and kendall", () => {
  // Kendall & Gibbons 1990: orders that agree but for neighbours.
  const x = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
  const y = [4, 7, 2, 10, 3, 6, 8, 1, 5, 9];

  it("equal the textbook's numbers: rho 8/55, tau 1/9", () => {
    const squares = x.reduce((sum, value, i) => sum + (value - (y[i] as number)) ** 2, 0);
    expect(spearman(x, y)?.value).toBeCloseTo(1 - (6 * squares) / 990, 12);
    let score = 0;
    for (let i = 0; i < 10; i++)
      for (let j = 0; j < i; j++) score += Math.sign((y[i] as number) - (y[j] as number));
    expect(kendall(x, y)?.value).toBeCloseTo(score / 45, 12);
  });

  it("are 1 for any rising relation, -1 for a falling one, and not defined for a constant", () => {
    expect(spearman(x, x.map(Math.exp))?.value).toBe(1);
    expect(
      kendall(
        x,
        x.map((v) => -(v ** 3)),
      )?.value,
    ).toBe(-1);
    expect(
      spearman(
        x,
        x.map(() => 3),
      ),
    ).toBeNull();
    expect(
      kendall(
        x,
        x.map(() => 3),
      ),
    ).toBeNull();
  });

  it("have intervals from five pairs on, from six on Kendall's and where a variable is controlled for", () => {
    const [four, five, six] = [4, 5, 6].map((n) => [x.slice(0, n), y.slice(0, n)] as const) as [
      readonly [number[], number[]],
      readonly [number[], number[]],
      readonly [number[], number[]],
    ];
    expect([spearman(...four)?.interval, kendall(...five)?.interval]).toEqual([null, null]);
    // Of perfect agreement Fisher's transformation knows none.
    expect([spearman(x, x)?.interval, kendall(x, x)?.interval]).toEqual([null, null]);
    expect(spearman(...five)?.interval).toHaveLength(2);
    expect(kendall(...six)?.interval).toHaveLength(2);
    expect(partialSpearman(...five, [2, 1, 3, 5, 4])?.interval).toBeNull();
    expect(partialSpearman(...six, [2, 1, 3, 5, 4, 6])?.interval).toHaveLength(2);
  });

  it("have intervals that hold the truth about 95 times in 100", () => {
    // Normal pairs with correlation 0.6: Spearman's is (6 / π) asin(0.3), Kendall's (2 / π) asin(0.6).
    const truth = { spearman: (6 / Math.PI) * Math.asin(0.3), kendall: (2 / Math.PI) * Math.asin(0.6) };
    let held = { spearman: 0, kendall: 0 };
    const draws = 600;
    for (let draw = 0; draw < draws; draw++) {
      const z = normal(fold(key, draw), 48);
      const a = Array.from(z.subarray(0, 24));
      const b = a.map((value, i) => 0.6 * value + 0.8 * (z[24 + i] as number));
      const inside = (found: ReturnType<typeof spearman>, value: number) => {
        const [low = 1, high = -1] = found?.interval ?? [];
        return Number(low <= value && value <= high);
      };
      held = {
        spearman: held.spearman + inside(spearman(a, b), truth.spearman),
        kendall: held.kendall + inside(kendall(a, b), truth.kendall),
      };
    }
    expect(held.spearman / draws).toBeGreaterThan(0.92);
    expect(held.spearman / draws).toBeLessThan(0.98);
    expect(held.kendall / draws).toBeGreaterThan(0.92);
    expect(held.kendall / draws).toBeLessThan(0.985);
  });
});

describe("partialSpearman", () => {
  it("finds nothing left of two variables that only follow a third", () => {
    const z = Array.from(normal(fold(key, "third"), 300));
    const noise = (label: string) => Array.from(normal(fold(key, label), 300));
    const [a, b] = [noise("a"), noise("b")];
    const x = z.map((value, i) => value + 0.3 * (a[i] as number));
    const y = z.map((value, i) => value + 0.3 * (b[i] as number));
    expect(spearman(x, y)?.value).toBeGreaterThan(0.8);
    expect(Math.abs(partialSpearman(x, y, z)?.value as number)).toBeLessThan(0.15);
    expect(partialSpearman(x, y, x)).toBeNull();
  });
});

describe("permutationP and holm", () => {
  it("give a small p for a relation, any p alike for none, and are adjusted for the number of tests", () => {
    const drawn = (label: string) => Array.from(normal(fold(key, label), 12));
    expect(permutationP(drawn("x"), drawn("x"), 999, key)).toBe(1 / 1000);
    const unrelated = Array.from({ length: 100 }, (_, i) =>
      permutationP(drawn(`x${i}`), drawn(`y${i}`), 99, key),
    );
    expect(unrelated.reduce((sum, p) => sum + p, 0) / 100).toBeCloseTo(0.5, 0);
    expect(unrelated.filter((p) => p <= 0.1).length).toBeLessThan(20);
    expect(holm([0.01, 0.04, 0.03, 0.005])).toEqual([0.03, 0.06, 0.06, 0.02]);
  });
});
