import { describe, expect, it } from "vitest";
import { fromConvention, inConvention } from "../../lib/cost/costConvention";
import { bootstrapPoints, percentileInterval } from "../../lib/frontier/bootstrap";
import { bestWithin, defaultReference, frontier } from "../../lib/frontier/frontier";
import { groupRuns } from "../../lib/frontier/groupRuns";
import { publishedPoint } from "../../lib/frontier/publishedPoint";
import { randomKey } from "../../lib/random/randomKey";
import { ConfigError } from "../../lib/util/errors";
import { runPoint, seedsOf } from "./runPoints";

describe("groupRuns", () => {
  it("repeats what differs in the seed alone", () => {
    const [row, ...rest] = groupRuns(seedsOf([0.8, 0.82, 0.84]));
    expect(rest).toEqual([]);
    expect(row).toMatchObject({ name: "net", seeds: [0, 1, 2], model: "model of net" });
    expect(row?.accuracy).toMatchObject({ n: 3, min: 0.8, max: 0.84 });
    expect(row?.bops).toMatchObject({ mean: 1e6, sd: 0 });
  });

  it("by name keeps searched architectures of one budget together and spreads their cost; by model apart", () => {
    const runs = [1, 2, 3].map((seed) =>
      runPoint({ name: "bars-2M", seed, model: `m${seed}`, bops: 1e6 * (1.5 + seed / 10) }),
    );
    const [row] = groupRuns(runs, "name");
    expect(row).toMatchObject({ model: null, seeds: [1, 2, 3] });
    expect(row?.bops.mean).toBeCloseTo(1.7e6, 3);
    expect(row?.bops.sd).toBeCloseTo(1e5, 3);
    expect(groupRuns(runs, "model").map(({ seeds }) => seeds)).toEqual([[1], [2], [3]]);
  });

  it("never averages over recipes, and tells their rows apart", () => {
    const rows = groupRuns([...seedsOf([0.8, 0.9]), ...seedsOf([0.6], { recipe: "9999aaaabbbb" })]);
    expect(rows.map(({ name, seeds }) => [name, seeds.length])).toEqual([
      ["net (recipe 11112222)", 2],
      ["net (recipe 9999aaaa)", 1],
    ]);
  });

  it("refuses the same run twice, naming both places", () => {
    const run = runPoint({ place: "a/record.json", run: "abcdef0123456789" });
    expect(() => groupRuns([run, { ...run, place: "b/record.json" }])).toThrow(
      "b/record.json: is the same run as a/record.json (hash abcdef012345) and would count as a second seed. Leave one of them out.",
    );
  });

  it("refuses accuracies on different images", () => {
    const [a, b] = [runPoint({ place: "a" }), runPoint({ place: "b", testSet: "500 images" })];
    expect(() => groupRuns([a, b])).toThrow(
      "b: was tested on 500 images, a on made-up images; these accuracies do not compare.",
    );
  });
});

describe("frontier", () => {
  const runs = [
    ...seedsOf([0.8, 0.82, 0.84], { name: "big", bops: 4e6 }),
    ...seedsOf([0.6, 0.62, 0.64], { name: "small", bops: 1e6 }),
    ...seedsOf([0.7, 0.71, 0.72], { name: "resnet", method: "resnet20 bireal", bops: 5e6 }),
  ];

  it("ranks means, cheap first, and knows what dominates what", () => {
    const { rows } = frontier(runs);
    expect(rows.map(({ name, onFront, frontShare }) => [name, onFront, frontShare])).toEqual([
      ["small", true, 1],
      ["big", true, 1],
      ["resnet", false, 0],
    ]);
  });

  it("measures the dominated area of all and of each method, from a stated reference", () => {
    const { area, methods, reference, axis } = frontier(runs);
    expect({ reference, axis }).toEqual({ reference: { cost: 1e7, accuracy: 0.1 }, axis: "log" });
    // log10(4) · (0.62 - 0.1) + log10(2.5) · (0.82 - 0.1)
    const search = Math.log10(4) * 0.52 + Math.log10(2.5) * 0.72;
    expect(area.value).toBeCloseTo(search, 12);
    expect(methods.map(({ method, rows, runs }) => [method, rows, runs])).toEqual([
      ["resnet20 bireal", 1, 3],
      ["search", 2, 6],
    ]);
    expect(methods[1]?.area.value).toBeCloseTo(search, 12);
    expect(methods[0]?.area.value).toBeCloseTo(Math.log10(2) * 0.61, 12);
    const [low, high] = area.interval as [number, number];
    expect(low).toBeLessThan(search);
    expect(high).toBeGreaterThan(search);
  });

  it("is the same for any order of the runs and again with the same seed, and draws anew with another", () => {
    const close = [...runs, ...seedsOf([0.79, 0.81, 0.86], { name: "rival", bops: 4e6 })];
    expect(frontier([...close].reverse())).toEqual(frontier(close));
    const shares = (seed: number) => frontier(close, { seed }).rows.map(({ frontShare }) => frontShare);
    expect(shares(1)).toEqual(shares(1));
    expect(shares(1)).not.toEqual(shares(0));
  });

  it("is not changed by a dominated row, but for that row", () => {
    const more = frontier([...runs, ...seedsOf([0.3, 0.31], { name: "worse", bops: 6e6 })]);
    const before = frontier(runs);
    expect(more.area.value).toBe(before.area.value);
    expect(more.rows.filter(({ name }) => name !== "worse").map(({ onFront }) => onFront)).toEqual(
      before.rows.map(({ onFront }) => onFront),
    );
  });

  it("gives a row of overlapping seeds a share of the draws on the front", () => {
    const close = [
      ...seedsOf([0.6, 0.7, 0.8], { name: "a", bops: 1e6 }),
      ...seedsOf([0.62, 0.72, 0.82], { name: "b", bops: 2e6 }),
    ];
    const { rows } = frontier(close);
    expect(rows[0]).toMatchObject({ name: "a", frontShare: 1 });
    expect(rows[1]?.frontShare).toBeGreaterThan(0.4);
    expect(rows[1]?.frontShare).toBeLessThan(0.9);
  });

  it("says nothing of spread where every row is a single run, and counts such rows", () => {
    const single = frontier([runPoint({ name: "a" }), runPoint({ name: "b", bops: 2e6, accuracy: 0.6 })]);
    expect(single).toMatchObject({ singleRuns: 2, draws: 0, area: { interval: null } });
    expect(single.rows.map(({ frontShare, accuracy }) => [frontShare, accuracy.interval])).toEqual([
      [null, null],
      [null, null],
    ]);
  });

  it("draws over OPs as well, where the order may differ", () => {
    const swapped = [
      runPoint({ name: "few bops", bops: 1e6, ops: 9e5, accuracy: 0.6 }),
      runPoint({ name: "few ops", bops: 2e6, ops: 1e5, accuracy: 0.7 }),
    ];
    expect(frontier(swapped, { measure: "bops" }).rows.map(({ onFront }) => onFront)).toEqual([true, true]);
    expect(frontier(swapped, { measure: "ops" }).rows.map(({ name, onFront }) => [name, onFront])).toEqual([
      ["few ops", true],
      ["few bops", false],
    ]);
  });

  it("gives attainment where every row of a method has the same seeds, else null", () => {
    const [resnet, search] = frontier(runs).methods;
    expect(search?.attainment).toEqual({
      seeds: 3,
      best: [
        { cost: 1e6, accuracy: 0.64 },
        { cost: 4e6, accuracy: 0.84 },
      ],
      median: [
        { cost: 1e6, accuracy: 0.62 },
        { cost: 4e6, accuracy: 0.82 },
      ],
      all: [
        { cost: 1e6, accuracy: 0.6 },
        { cost: 4e6, accuracy: 0.8 },
      ],
    });
    expect(resnet?.attainment?.seeds).toBe(3);
    expect(frontier(runs.slice(1)).methods[1]?.attainment).toBeNull();
  });

  it.each(["log", "linear"] as const)(
    "names a real-valued network on an axis of BOPs, and advises what leads to a right picture (%s)",
    (axis) => {
      const place = "runs/real/record.json";
      const real = runPoint({ name: "resnet20-real-x1", bops: 0, flops: 4e7, ops: 4e7, seed: 3, place });
      const binary = runPoint({ name: "bars-2M" });
      expect(() => frontier([binary, real], { axis })).toThrow(
        new ConfigError(
          'frontier: every network on an axis of BOPs must cost some, got 0 for resnet20-real-x1 seed 3 (runs/real/record.json): real-valued networks have none. To compare them, take measure "ops", which counts real and binary arithmetic together, or leave these out.',
        ),
      );
      expect(frontier([binary, real], { axis, measure: "ops" }).rows.map(({ name }) => name)).toEqual([
        "bars-2M",
        "resnet20-real-x1",
      ]);
      expect(frontier([binary], { axis }).rows).toHaveLength(1);
      const published = publishedPoint({
        ...{ name: "ResNet-20", source: "a table", convention: "mac", accuracy: 0.92 },
        ...{ flops: 4e7, bops: 0 },
      });
      expect(() => frontier([binary], { axis, published: [published] })).toThrow(
        "got 0 for ResNet-20 (published)",
      );
    },
  );

  it("refuses no run, an unknown measure and too few draws", () => {
    expect(() => frontier([])).toThrow(
      "frontier: expected the record of at least one finished training, got none.",
    );
    expect(() => frontier(runs, { measure: "bytes" as never })).toThrow(
      'frontier: measure must be one of bops, flops, ops, latency, got "bytes".',
    );
    expect(() => frontier(runs, { draws: 10 })).toThrow(
      "bootstrapPoints: draws must be a whole number of at least 100, got 10.",
    );
  });

  it("finds the best within a budget, and says when nobody reaches it", () => {
    const result = frontier(runs);
    expect(bestWithin(result, 4e6).name).toBe("big");
    expect(bestWithin(result, 3.9e6).name).toBe("small");
    expect(() => bestWithin(result, 5e5)).toThrow(
      "bestWithin: no row stays within 500000 bops; the cheapest is small with 1000000. Raise the budget, or train cheaper networks.",
    );
  });
});

describe("defaultReference", () => {
  it("steps 1, 2, 5 above the largest cost, at the accuracy of guessing", () => {
    const at = (bops: number) => defaultReference([runPoint({ bops, classes: 100 })], "bops");
    expect([9e5, 1e6, 1.9e6, 2e6, 4.9e6, 5e6].map((bops) => at(bops).cost)).toEqual([
      1e6, 2e6, 2e6, 5e6, 5e6, 1e7,
    ]);
    expect(at(1e6).accuracy).toBe(0.01);
  });
});

describe("bootstrapPoints", () => {
  it("spreads means as seeds would: variance s² / n, also for three and for two seeds", () => {
    for (const accuracies of [
      [0.8, 0.82, 0.86],
      [0.5, 0.6],
      [0.1, 0.2, 0.4, 0.5, 0.7],
    ]) {
      const groups = groupRuns(seedsOf(accuracies));
      const draws = bootstrapPoints(groups, "bops", 20_000, { key: randomKey(0) }).map(
        (row) => row[0]?.accuracy ?? 0,
      );
      const mean = draws.reduce((sum, value) => sum + value, 0) / draws.length;
      const variance = draws.reduce((sum, value) => sum + (value - mean) ** 2, 0) / draws.length;
      const expected = (groups[0]?.accuracy.sd as number) ** 2 / accuracies.length;
      expect(mean).toBeCloseTo(groups[0]?.accuracy.mean as number, 2);
      expect(variance / expected).toBeGreaterThan(0.95);
      expect(variance / expected).toBeLessThan(1.05);
    }
  });

  it("gives of three seeds the interval from the smallest to the largest, which is too narrow", () => {
    const groups = groupRuns(seedsOf([0.8, 0.82, 0.86]));
    const draws = bootstrapPoints(groups, "bops", 2000, { key: randomKey(0) });
    expect(percentileInterval(draws.map(([row]) => row?.accuracy ?? 0))).toEqual([0.8, 0.86]);
  });

  it("draws rows independently of each other", () => {
    const groups = groupRuns([...seedsOf([0.4, 0.6], { name: "a" }), ...seedsOf([0.4, 0.6], { name: "b" })]);
    const draws = bootstrapPoints(groups, "bops", 1000, { key: randomKey(0) });
    const equal = draws.filter(([a, b]) => a?.accuracy === b?.accuracy).length;
    expect(equal).toBeGreaterThan(400);
    expect(equal).toBeLessThan(600);
  });
});

describe("percentileInterval", () => {
  it("interpolates between order statistics", () => {
    expect(percentileInterval(Array.from({ length: 41 }, (_, i) => i))).toEqual([1, 39]);
    const [low, high] = percentileInterval([1, 0]);
    expect(low).toBeCloseTo(0.025, 12);
    expect(high).toBeCloseTo(0.975, 12);
  });
});

describe("publishedPoint", () => {
  const good = {
    name: "made up",
    bops: 2e9,
    flops: 4e6,
    accuracy: 0.9,
    source: "Nobody 2000, table 1",
    convention: "awnas",
  };

  it("converts from the convention of its source and fills in OPs", () => {
    expect(publishedPoint(good)).toEqual({ ...good, bops: 1e9, flops: 2e6, ops: 2e6 + 1e9 / 64 });
    expect(publishedPoint({ ...good, convention: "mac" })).toMatchObject({ bops: 2e9, ops: 4e6 + 2e9 / 64 });
    expect(
      publishedPoint({ name: "n", ops: 1e8, accuracy: 0.5, source: "s", convention: "awnas" }),
    ).toMatchObject({
      ops: 5e7,
      bops: null,
      flops: null,
    });
  });

  it("is carried along by a frontier and changes nothing of it", () => {
    const runs = seedsOf([0.5, 0.6]);
    const with_ = frontier(runs, { published: [publishedPoint(good)] });
    expect({ ...with_, published: [] }).toEqual(frontier(runs));
    expect(with_.published).toHaveLength(1);
  });

  it.each([
    {
      changes: { source: undefined },
      message: "p: a published point needs source (paper and table, or address), got undefined.",
    },
    {
      changes: { source: " " },
      message: 'p: a published point needs source (paper and table, or address), got " ".',
    },
    {
      changes: { convention: undefined },
      message:
        'p: a published point needs convention, how its source counts ("mac": one multiply-accumulate = 1 operation; OPs = FLOPs + BOPs / 64; "awnas": one multiply-accumulate = 2 operations (aw_nas); OPs = FLOPs + BOPs / 64), got undefined.',
    },
    { changes: { accuracy: 91.3 }, message: "p: accuracy must be a share in (0, 1], got 91.3." },
    { changes: { bops: "many" }, message: 'p: bops must be a number of operations, got "many".' },
    {
      changes: { bops: undefined, flops: undefined },
      message: "p: a published point needs at least one of flops, bops and ops, got none.",
    },
    {
      changes: { year: 2021 },
      message: 'p: unknown key "year". Known keys: name, flops, bops, ops, accuracy, source, convention.',
    },
    { changes: { name: 3 }, message: "p: a published point needs name (what to call it), got 3." },
  ])("refuses $changes", ({ changes, message }) => {
    expect(() => publishedPoint({ ...good, ...changes }, "p")).toThrow(message);
  });

  it("refuses what is no object", () => {
    expect(() => publishedPoint([1], "p")).toThrow("p: expected an object, got [1].");
  });
});

describe("fromConvention", () => {
  it("undoes inConvention for every convention", () => {
    for (const convention of ["mac", "awnas"] as const) {
      expect(fromConvention(inConvention({ flops: 3, bops: 5 }, convention), convention)).toEqual({
        flops: 3,
        bops: 5,
      });
    }
  });
});

describe("the area below a front of rows that cost alike", () => {
  it("has an interval that holds it, though each draw has its own best row", () => {
    const runs = Array.from({ length: 12 }, (_, i) =>
      seedsOf([0.58, 0.6, 0.62], { name: `net ${i}`, model: `model ${i}` }),
    ).flat();
    const { value, interval } = frontier(runs, { measure: "bops" }).area;
    const [low, high] = interval as [number, number];
    expect(low).toBeLessThan(value);
    expect(high).toBeGreaterThan(value);
    expect(high - low).toBeLessThan(0.02);
  });
});
