import { describe, expect, it } from "vitest";
import { armDifference } from "../../lib/frontier/armDifference";
import { chosenComparison } from "../../lib/frontier/chosenComparison";
import { welchTest } from "../../lib/frontier/welchTest";
import { fold, normal, randomKey } from "../../lib/random/randomKey";
import { mean } from "../../lib/util/statistics";

describe("welchTest", () => {
  // scipy 1.17.1, stats.ttest_ind(equal_var=False).
  it.each([
    {
      first: [0.6, 0.61, 0.6],
      second: [0.52, 0.54, 0.53],
      t: 10.999999999999993,
      dof: 3.2,
      p: 0.0011941522005700146,
      interval: [0.05284780713524559, 0.09381885953142113],
    },
    {
      first: [3.0, 1.0, 4.0, 1.0, 5.0],
      second: [2.0, 7.0, 1.0, 8.0],
      t: -0.8810143092315388,
      dof: 4.237723784152805,
      p: 0.42544846811455883,
      interval: [-6.940943228813271, 3.540943228813271],
    },
    {
      first: [27.5, 21, 19, 23.6, 17, 17.9, 16.9, 20.1, 21.9, 22.6, 23.1, 19.6, 19, 21.7, 21.4],
      second: [27.1, 22, 20.8, 23.4, 23.4, 23.5, 25.8, 22, 24.8, 20.2, 21.9, 22.1, 22.9, 30.5, 24.4],
      t: -2.8529548701715215,
      dof: 27.88730398842012,
      p: 0.008071938172194903,
      interval: [-4.868022741791966, -0.7986439248746979],
    },
    {
      first: [0.5, 0.5],
      second: [0.4, 0.41],
      t: 19.00000000000008,
      dof: 1.0,
      p: 0.033475416713148076,
      interval: [0.031468976319126804, 0.15853102368087313],
    },
  ])("agrees with reference values: $first, $second", ({ first, second, t, dof, p, interval }) => {
    const test = welchTest(first, second);
    expect(test.t).toBeCloseTo(t, 9);
    expect(test.dof).toBeCloseTo(dof, 9);
    expect(test.p / p).toBeCloseTo(1, 9);
    const [low, high] = interval as [number, number];
    expect(test.interval[0]).toBeCloseTo(low, 9);
    expect(test.interval[1]).toBeCloseTo(high, 9);
    const back = welchTest(second, first);
    expect([back.t, back.p]).toEqual([-test.t, test.p]);
  });

  it("refuses a single number, and samples without any spread", () => {
    expect(() => welchTest([0.5], [0.4, 0.5])).toThrow(
      "welchTest: expected two numbers at least in each sample, got [0.5].",
    );
    expect(() => welchTest([0.5, 0.5], [0.4, 0.4])).toThrow(
      "welchTest: expected a sample whose numbers differ, got 2 times 0.5 and 2 times 0.4.",
    );
  });
});

describe("chosenComparison", () => {
  const draws = [0.5, 0.55, 0.57, 0.58];
  const reference = [0.52, 0.53, 0.54];
  const margins = { overDraws: 0.02, overReference: 0.05, p: 0.01 };
  const compare = (chosen: Record<string, number[]>) =>
    chosenComparison({ chosen, draws, reference }, margins);

  it("asks each margin of each seed", () => {
    const { rows, holds } = compare({
      wins: [0.62, 0.61, 0.63],
      "one training": [0.62],
      "not over the reference": [0.57, 0.58, 0.575],
      "not told apart": [0.7, 0.5, 0.6],
    });
    expect(rows.map((row) => [row.name, row.holds])).toEqual([
      ["wins", true],
      ["one training", false],
      ["not over the reference", false],
      ["not told apart", false],
    ]);
    expect(holds).toBe(false);
    expect(rows[0]).toMatchObject({ n: 3, rank: 1 });
    expect(rows[0]?.overDraws).toBeCloseTo(0.07, 12);
    expect(rows[0]?.overReference).toBeCloseTo(0.09, 12);
    expect(rows[1]?.welch).toBeNull();
    expect(rows[2]?.rank).toBe(2);
    expect(compare({ wins: [0.62, 0.61, 0.63], again: [0.6, 0.61, 0.62] }).holds).toBe(true);
  });

  it("takes a margin that is met exactly, and knows the best draw", () => {
    // 0.57 - 0.52 is below 0.05 in binary numbers.
    const rows = (one: number) =>
      chosenComparison(
        {
          chosen: { one: [one - 0.001, one, one + 0.001] },
          draws: [0.5, 0.6],
          reference: [0.519, 0.52, 0.521],
        },
        margins,
      ).rows;
    expect(rows(0.57)[0]).toMatchObject({ holds: true, overBest: expect.closeTo(-0.03, 12) });
    expect(rows(0.5699)[0]?.holds).toBe(false);
    expect(rows(0.57)[0]?.overDraws).toBeCloseTo(0.02, 12);
    expect(rows(0.5699)[0]?.overReference).toBeCloseTo(0.0499, 12);
  });

  it("says nothing of no seed", () => {
    expect(compare({})).toEqual({ rows: [], holds: false });
  });
});

describe("armDifference", () => {
  it("draws seeds, and trainings within them", () => {
    // Two seeds without spread in themselves: the mean over two drawn seeds is 0, 0.5 or 1, in shares 1/4, 1/2, 1/4.
    const apart = armDifference([[1, 1], [0, 0]], [[0], [0]]); // biome-ignore format: one line
    expect(apart).toEqual({ difference: 0.5, interval: [0, 1], draws: 10_000 });
    // Equal seeds with spread within: of four trainings, variance s²(n − 1)/n² of each mean.
    const seed = [0, 0, 1, 1];
    const within = armDifference([seed, seed], [[0, 0], [0]], { draws: 20_000, key: randomKey(3) });
    expect(within.difference).toBe(0.5);
    expect(within.interval).toEqual([0.125, 0.875]);
    const many = Array.from({ length: 100 }, (_, i) => i / 99);
    const wide = armDifference([many, many], [[0], [0]]);
    const sd = Math.sqrt((101 / 99 / 12) / 200); // biome-ignore format: one line
    expect(wide.interval?.[0]).toBeCloseTo(0.5 - 1.96 * sd, 2);
    expect(wide.interval?.[1]).toBeCloseTo(0.5 + 1.96 * sd, 2);
  });

  it("holds the difference less often than 95 % of the time where three seeds differ more than their trainings", () => {
    const key = randomKey(5);
    const share = (seedDeviation: number, deviation: number) => {
      const arm = (own: ReturnType<typeof randomKey>) => {
        const noise = normal(own, 12);
        return [0, 1, 2].map((seed) =>
          [0, 1, 2].map(
            (i) => seedDeviation * (noise[seed] as number) + deviation * (noise[3 + 3 * seed + i] as number),
          ),
        );
      };
      const hits = Array.from({ length: 300 }, (_, i) => {
        const [a, b] = ["a", "b"].map((name) => arm(fold(fold(key, name), i))) as [number[][], number[][]];
        const [low, high] = armDifference(a, b, { draws: 500, key: fold(key, i) }).interval as [
          number,
          number,
        ];
        return low <= 0 && high >= 0 ? 1 : 0;
      });
      return mean(hits);
    };
    expect(share(2, 0.8)).toBeGreaterThan(0.76);
    expect(share(2, 0.8)).toBeLessThan(0.88);
    expect(share(0, 1)).toBeGreaterThan(0.92);
  });

  it("gives no interval where a search has one seed, whose spread nobody knows", () => {
    const alone = armDifference([[0.6, 0.61, 0.62]], [[0.5], [0.52]]);
    expect(alone.interval).toBeNull();
    expect(alone.difference).toBeCloseTo(0.1, 12);
    expect(armDifference([[0.6], [0.7]], [[0.5]]).interval).toBeNull();
  });

  it("is the same with the same key, and needs a training of every seed", () => {
    const arms = [
      [[0.6, 0.61], [0.58]],
      [[0.5], [0.55, 0.56, 0.57]],
    ] as const;
    expect(armDifference(arms[0], arms[1])).toEqual(armDifference(arms[0], arms[1]));
    expect(() => armDifference([[]], [[0.5]])).toThrow(
      "armDifference: expected a seed at least in each search and a training of each seed, got [[]].",
    );
  });
});
