import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { attainmentCurve } from "../../lib/frontier/attainment";
import { hypervolume } from "../../lib/frontier/hypervolume";
import { type CostAccuracy, dominates, onFront, paretoFront } from "../../lib/frontier/paretoFront";

const points = (...pairs: readonly (readonly [number, number])[]): CostAccuracy[] =>
  pairs.map(([cost, accuracy]) => ({ cost, accuracy }));

/** Few distinct values, so that ties and duplicates are common. */
const anyPoint = fc.record({
  cost: fc.integer({ min: 1, max: 12 }),
  accuracy: fc.integer({ min: 0, max: 10 }).map((tenths) => tenths / 10),
});
const anyPoints = fc.array(anyPoint, { maxLength: 14 });

describe("paretoFront", () => {
  it("keeps what nothing else is cheaper and better than", () => {
    const all = points([3, 0.7], [1, 0.5], [2, 0.4], [4, 0.9], [5, 0.8]);
    expect(onFront(all)).toEqual([true, true, false, true, false]);
    expect(paretoFront(all)).toEqual(points([1, 0.5], [3, 0.7], [4, 0.9]));
  });

  it("settles ties: equal cost keeps the accurate, equal accuracy keeps the cheap", () => {
    expect(onFront(points([1, 0.5], [1, 0.6], [2, 0.6]))).toEqual([false, true, false]);
  });

  it("treats equal points alike: all on the front, or none", () => {
    expect(onFront(points([1, 0.5], [1, 0.5]))).toEqual([true, true]);
    expect(onFront(points([1, 0.5], [2, 0.4], [2, 0.4]))).toEqual([true, false, false]);
    expect(paretoFront(points([1, 0.5], [1, 0.5]))).toEqual(points([1, 0.5]));
  });

  it("agrees with the definition, checked pair by pair", () => {
    fc.assert(
      fc.property(anyPoints, (all) => {
        expect(onFront(all)).toEqual(all.map((a) => !all.some((b) => dominates(b, a))));
      }),
    );
  });

  it("does not depend on the order of the points", () => {
    fc.assert(
      fc.property(anyPoints, (all) => {
        expect(paretoFront([...all].reverse())).toEqual(paretoFront(all));
      }),
    );
  });
});

describe("hypervolume", () => {
  it("is the area of the stairs between the points and the reference", () => {
    // (2 - 1)(0.5 - 0.1) + (4 - 2)(0.7 - 0.1) + (10 - 4)(0.9 - 0.1) = 0.4 + 1.2 + 4.8
    const all = points([1, 0.5], [2, 0.7], [4, 0.9], [5, 0.9]);
    expect(hypervolume(all, { cost: 10, accuracy: 0.1 }, "linear")).toBeCloseTo(6.4, 12);
  });

  it("counts decades of cost on a logarithmic axis", () => {
    // 1e6 to 1e7 at 0.4 above the reference, 1e7 to 1e8 at 0.8
    const all = points([1e6, 0.5], [1e7, 0.9]);
    expect(hypervolume(all, { cost: 1e8, accuracy: 0.1 }, "log")).toBeCloseTo(1.2, 12);
  });

  it("is 0 for no point, and for points no better than the reference", () => {
    const reference = { cost: 10, accuracy: 0.5 };
    expect(hypervolume([], reference, "linear")).toBe(0);
    expect(hypervolume(points([10, 0.9], [20, 1], [1, 0.5], [2, 0.2]), reference, "log")).toBe(0);
  });

  it("agrees with counting unit squares", () => {
    fc.assert(
      fc.property(anyPoints, (all) => {
        const reference = { cost: 11, accuracy: 0.25 };
        let area = 0;
        for (let c = 1; c < reference.cost; c++) {
          const best = Math.max(0.25, ...all.filter(({ cost }) => cost <= c).map(({ accuracy }) => accuracy));
          area += best - reference.accuracy;
        }
        expect(hypervolume(all, reference, "linear")).toBeCloseTo(area, 9);
      }),
    );
  });

  it("does not change by a dominated or a repeated point, and never falls by any other", () => {
    fc.assert(
      fc.property(
        anyPoints,
        anyPoint,
        fc.constantFrom("linear" as const, "log" as const),
        (all, extra, axis) => {
          const reference = { cost: 13, accuracy: 0 };
          const before = hypervolume(all, reference, axis);
          const after = hypervolume([...all, extra], reference, axis);
          const covered = all.some((p) => p.cost <= extra.cost && p.accuracy >= extra.accuracy);
          if (covered) expect(after).toBe(before);
          else if (extra.accuracy > reference.accuracy) expect(after).toBeGreaterThan(before);
        },
      ),
    );
  });

  it("refuses a reference without cost and a logarithm of 0", () => {
    expect(() => hypervolume([], { cost: 0, accuracy: 0 }, "linear")).toThrow(
      "hypervolume: the reference point must have a cost above 0 and a finite accuracy, got cost 0 and accuracy 0.",
    );
    expect(() => hypervolume(points([0, 0.9]), { cost: 2, accuracy: 0 }, "log")).toThrow(
      "hypervolume: a logarithmic axis expects costs above 0, got 0. Take a measure that every point has some of, or leave the point out.",
    );
    expect(hypervolume(points([0, 0.5]), { cost: 2, accuracy: 0 }, "linear")).toBe(1);
  });
});

describe("attainmentCurve", () => {
  const seeds = [points([1, 0.5], [3, 0.8]), points([2, 0.6], [3, 0.7]), points([1, 0.4], [4, 0.9])];

  it("gives what one, two and all of three seeds reach", () => {
    expect(attainmentCurve(seeds, 1)).toEqual(points([1, 0.5], [2, 0.6], [3, 0.8], [4, 0.9]));
    expect(attainmentCurve(seeds, 2)).toEqual(points([1, 0.4], [2, 0.5], [3, 0.7], [4, 0.8]));
    expect(attainmentCurve(seeds, 3)).toEqual(points([2, 0.4], [4, 0.7]));
  });

  it("of one seed is its front", () => {
    fc.assert(
      fc.property(anyPoints, (all) => {
        expect(attainmentCurve([all], 1)).toEqual(
          paretoFront(all).map(({ cost, accuracy }) => ({ cost, accuracy })),
        );
      }),
    );
  });

  it("is empty where too few seeds have a point", () => {
    expect(attainmentCurve([points([1, 0.5]), []], 2)).toEqual([]);
  });

  it("refuses a count that is no number of seeds", () => {
    expect(() => attainmentCurve(seeds, 4)).toThrow(
      "attainmentCurve: count must be a whole number from 1 to the 3 repetitions, got 4.",
    );
    expect(() => attainmentCurve(seeds, 0)).toThrow("got 0.");
  });
});
