import { describe, expect, it } from "vitest";
import { dataFrame } from "../../../lib/figures/notebook/dataFrame";

/** Column by name and rows of a frame's values. */
const valuesOf = (frame: { columns: string[]; values: unknown }) => ({
  columns: frame.columns,
  values: frame.values,
});

describe("dataFrame", () => {
  it("places values by key, whatever the order of keys in a row", () => {
    const frame = dataFrame([
      { bops: 100, seed: 1 },
      { seed: 2, bops: 300 },
    ]);
    expect(valuesOf(frame)).toEqual({
      columns: ["bops", "seed"],
      values: [
        [100, 1],
        [300, 2],
      ],
    });
    expect(frame.column("bops").mean()).toBe(200);
  });

  it.each(["columns", "values", "$data", "shape"])(
    "refuses a column called %s, which frames have themselves",
    (name) => {
      expect(() => dataFrame([{ [name]: 1, bops: 2 }])).toThrow(
        `dataFrame: a column must not be called "${name}", which a danfojs frame has itself; rename it in the rows.`,
      );
    },
  );

  it("takes columns called as other members of frames", () => {
    const frame = dataFrame([{ mean: 1, size: 3, index: 2 }]);
    expect(valuesOf(frame)).toEqual({ columns: ["mean", "size", "index"], values: [[1, 3, 2]] });
  });

  it("leaves a number that a row lacks missing, in its own column, out of every mean", () => {
    const frame = dataFrame([{ seed: 1, bops: 100 }, { bops: 300 }]);
    expect(valuesOf(frame)).toEqual({
      columns: ["seed", "bops"],
      values: [
        [1, 100],
        [Number.NaN, 300],
      ],
    });
    expect(frame.column("bops").mean()).toBe(200);
    expect(frame.column("seed").mean()).toBe(1);
    expect(frame.column("seed").count()).toBe(1);
    expect(frame.mean({ axis: 0 }).values).toEqual([1, 200]);
  });

  it("takes the union of the keys of all rows, in the order of their first appearance", () => {
    const frame = dataFrame([{ b: 1 }, { c: "x" }, { a: true, b: 2 }]);
    expect(valuesOf(frame)).toEqual({
      columns: ["b", "c", "a"],
      values: [
        [1, null, Number.NaN],
        [Number.NaN, "x", Number.NaN],
        [2, null, true],
      ],
    });
    expect(frame.dtypes).toEqual(["float32", "string", "boolean"]);
  });

  it("takes text of digits for text, and columns of numbers and text for text", () => {
    const frame = dataFrame([
      { name: "1", epoch: 1 },
      { name: "2", epoch: "last" },
    ]);
    expect(frame.dtypes).toEqual(["string", "string"]);
    expect(() => frame.column("name").mean()).toThrow("String data type does not support mean operation");
  });

  it("refuses rows that are no list of objects, and says which", () => {
    const rows = (value: unknown) => () => dataFrame(value as never);
    expect(rows(5)).toThrow("dataFrame: expected a list of rows, got 5. Give [{ … }, { … }].");
    expect(rows({ a: 1 })).toThrow("dataFrame: expected a list of rows, got ");
    expect(rows([null])).toThrow("dataFrame: row 0 must be an object of columns and values, got null.");
    expect(rows([{ a: 1 }, 5])).toThrow("dataFrame: row 1 must be an object of columns and values, got 5.");
    expect(rows([[1, 2]])).toThrow("dataFrame: row 0 must be an object");
  });

  it("makes a frame of no rows, and of keys that objects inherit", () => {
    expect(dataFrame([]).shape).toEqual([0, 0]);
    const frame = dataFrame([{ toString: 3 }, { constructor: 4 }]);
    expect(frame.values).toEqual([
      [3, Number.NaN],
      [Number.NaN, 4],
    ]);
  });
});

describe("statistics of a frame", () => {
  const rows = [
    { method: "a", seed: 1, bops: 100 },
    { method: "a", seed: 2, bops: null },
    { method: "b", seed: 3, bops: 300 },
    { method: "b", seed: 4, bops: 500.5 },
    { method: "c", seed: 5 },
  ];
  const frame = dataFrame(rows);
  const group = () => frame.groupby(["method"]).col(["bops"]);

  it.each([
    ["mean", [100, 400.25, Number.NaN]],
    ["median", [100, 400.25, Number.NaN]],
    ["min", [100, 300, Number.NaN]],
    ["max", [100, 500.5, Number.NaN]],
    ["sum", [100, 800.5, 0]],
    ["count", [1, 2, 0]],
    ["std", [Number.NaN, 200.5 / Math.sqrt(2), Number.NaN]],
    ["var", [Number.NaN, 200.5 ** 2 / 2, Number.NaN]],
  ] as const)("groupby leaves missing values out of the %s", (name, expected) => {
    const values = frame
      .groupby(["method"])
      .agg({ bops: name })
      .values.map((row) => (row as unknown[])[1]);
    expected.forEach((value, i) => {
      if (Number.isNaN(value)) expect(values[i]).toBeNaN();
      else expect(values[i]).toBeCloseTo(value, 9);
    });
  });

  it("groupby().mean() takes the mean of what is there", () => {
    expect(valuesOf(group().mean())).toEqual({
      columns: ["method", "bops_mean"],
      values: [
        ["a", 100],
        ["b", 400.25],
        ["c", Number.NaN],
      ],
    });
  });

  it("running sums go on behind a missing value", () => {
    const sums = dataFrame([
      { key: "a", n: 1 },
      { key: "a", n: null },
      { key: "a", n: 2 },
    ])
      .groupby(["key"])
      .col(["n"])
      .cumSum();
    expect(sums.values).toEqual([
      ["a", 1],
      ["a", Number.NaN],
      ["a", 3],
    ]);
  });

  it("describe reckons with what is there", () => {
    const described = frame.describe();
    expect(described.index).toEqual(["count", "mean", "std", "min", "median", "max", "variance"]);
    expect(described.columns).toEqual(["seed", "bops"]);
    const [count, mean, std, min, median, max] = described.values as number[][];
    expect({ count, mean, min, median, max }).toEqual({
      count: [5, 3],
      mean: [3, 900.5 / 3],
      min: [1, 100],
      median: [3, 300],
      max: [5, 500.5],
    });
    expect(std?.[1]).toBeCloseTo(200.2500520183037, 9);
  });

  it("a statistic of nothing is NaN, and so is the spread of one value", () => {
    const none = dataFrame([{ a: null }, { a: undefined }]).column("a");
    for (const name of ["mean", "median", "std", "var", "min", "max"] as const)
      expect(none[name](), name).toBeNaN();
    expect(none.count()).toBe(0);
    expect(
      dataFrame([{ a: 5 }])
        .column("a")
        .std(),
    ).toBeNaN();
    expect(dataFrame([{ a: 5, b: null }]).std({ axis: 0 }).values).toEqual([Number.NaN, Number.NaN]);
  });

  it("frames made of frames reckon alike", () => {
    const part = frame.query(frame.column("seed").le(2));
    expect(part.groupby(["method"]).col(["bops"]).mean().values).toEqual([["a", 100]]);
    expect(part.describe().column("bops").values[1]).toBe(100);
  });

  it("groups whose names join to the same text stay apart, and names that objects inherit are names", () => {
    const pairs = dataFrame([
      { model: "a-b", recipe: "c", n: 1 },
      { model: "a", recipe: "b-c", n: 3 },
      { model: "a-b", recipe: "c", n: 2 },
      { model: "constructor", recipe: "c", n: 4 },
    ]).groupby(["model", "recipe"]);
    expect(pairs.col(["n"]).mean().values).toEqual([
      ["a-b", "c", 1.5],
      ["a", "b-c", 3],
      ["constructor", "c", 4],
    ]);
    expect(pairs.ngroups).toBe(3);
    expect(pairs.getGroup(["a-b", "c"]).column("n").values).toEqual([1, 2]);
  });
});
