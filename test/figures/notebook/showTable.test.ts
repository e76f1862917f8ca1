import { afterEach, describe, expect, it, vi } from "vitest";
import { dataFrame } from "../../../lib/figures/notebook/dataFrame";
import { showTable, tableHtml, tableText } from "../../../lib/figures/notebook/showTable";
import { table } from "../../../lib/records/table";

const host = globalThis as { __tslab__?: unknown };

afterEach(() => {
  host.__tslab__ = undefined;
  vi.restoreAllMocks();
});

const rows = [
  { rule: "argmax", flops: 1234567, accuracy: 0.51239 },
  { rule: "top_k <2>", flops: 98, note: null },
];

describe("tableText", () => {
  it("lines columns up, numbers to the right, and leaves what is absent empty", () => {
    expect(tableText(rows, "Derived").split("\n")).toEqual([
      "Derived",
      "rule           FLOPs  accuracy, %  note",
      "---------  ---------  -----------  ----",
      "argmax     1,234,567         51.2",
      "top_k <2>         98",
    ]);
  });

  it.each([
    [0, "0"],
    [1e-9, "1.000e−9"],
    [-0.25, "−0.25"],
    [-1234, "−1,234"],
    [0.30000000000000004, "0.3"],
    [123456.789, "123,500"],
    [2.5e9, "2,500,000,000"],
    [12345678.5, "1.235e+7"],
    [Number.NaN, undefined],
    [null, undefined],
    [Number.POSITIVE_INFINITY, "Infinity"],
    [true, "true"],
    [[1, 0.1 + 0.2], "[1,0.3]"],
    ["a\r\nb", "a b"],
  ])("writes %s as %s", (value, text) => {
    expect(tableText([{ a: value }]).split("\n")[2] || undefined).toBe(text);
  });
});

describe("tableHtml", () => {
  it("escapes what it shows", () => {
    const html = tableHtml([{ "a<b": '<script>&"' }], "x<y");
    expect(html).toContain("x&lt;y");
    expect(html).toContain("a&lt;b");
    expect(html).toContain("&lt;script&gt;&amp;&quot;");
    expect(html).not.toContain("<script>");
  });

  it("puts columns of numbers to the right, heads and values, also where some are missing", () => {
    const html = tableHtml(rows);
    expect(html).toMatch(
      /<th style="text-align:right[^>]*>FLOPs<\/th><th style="text-align:right[^>]*>accuracy, %<\/th>/,
    );
    expect(html).toMatch(/<th style="text-align:left[^>]*>rule<\/th>/);
    expect(html).toMatch(/<td style="text-align:right[^>]*>1,234,567<\/td>/);
  });

  it("scrolls inside its cell, with heads that stay in sight and a caption above", () => {
    const html = tableHtml(rows, "Derived");
    expect(html).toMatch(
      /^<div class="bars-table"><div [^>]*>Derived<\/div><div style="max-height:30em;max-width:100%;overflow:auto">/,
    );
    expect(html.match(/<th style="[^"]*position:sticky;top:0/g)).toHaveLength(4);
  });
});

describe("columns", () => {
  const heads = (made: Parameters<typeof tableText>[0]) => tableText(made).split("\n")[0]?.split(/ {2,}/);

  it("are headed in words", () => {
    const row = {
      testAccuracy: 0.5,
      bops: 1,
      opsSd: 2,
      pHolm: 0.1,
      logProbability: -3,
      tauAt6To7M: 0.5,
      bin_conv: 1,
      "cells to choose": 2,
    };
    expect(heads([row])).toEqual([
      "test accuracy, %",
      "BOPs",
      "OPs sd",
      "p (Holm)",
      "log probability",
      "tau at 6 to 7 M",
      "bin_conv",
      "cells to choose",
    ]);
  });

  it("hold accuracies in percent, differences in points, and spreads as what they belong to", () => {
    const row = {
      accuracy: 0.61234,
      sd: 0.0031,
      difference: -0.021,
      low: -0.03,
      high: 0.001,
      tau: 0.25,
      bops: 12,
    };
    const lines = tableText([row, { ...row, low: null }]).split("\n");
    expect(lines[0]?.split(/ {2,}/)).toEqual([
      "accuracy, %",
      "sd, %",
      "difference, points",
      "low, points",
      "high, points",
      "tau",
      "BOPs",
    ]);
    expect(lines[2]?.trim().split(/ +/)).toEqual(["61.2", "0.31", "−2.1", "−3.0", "0.10", "0.25", "12"]);
    expect(heads([{ spearman: 0.4, low: -0.1, high: 0.6 }])).toEqual(["spearman", "low", "high"]);
    const tuned = { accuracy: 0.1, tuned: 0.109, "tuned change": 0, "tuned low": -0.03, "tuned high": 0.03 };
    expect(heads([tuned])?.slice(1)).toEqual([
      "tuned, %",
      "tuned change, points",
      "tuned low, points",
      "tuned high, points",
    ]);
    expect(heads([{ accuracy: 0.5, latencySd: 0.2 }]), "of another column").toEqual([
      "accuracy, %",
      "latency sd",
    ]);
    expect(
      tableText([{ accuracy: 0.5, change: -0.00001 }])
        .split("\n")[2]
        ?.trim()
        .split(/ +/),
    ).toEqual(["50.0", "0.00"]);
    expect(heads([{ accuracy: 61.2 }]), "is in percent already").toEqual(["accuracy"]);
  });

  it("of a table have its units and descriptions", () => {
    const columns = [
      { name: "place", unit: null, description: "Where." },
      { name: "within", unit: "share", description: "Of all." },
      { name: "seconds", unit: "s", description: "Wall clock." },
      { name: "accuracy", unit: "bits", description: "Odd." },
    ];
    const made = table("Made up", columns, [{ place: "a", within: 0.125, seconds: 2.5, accuracy: 0.5 }], {
      sources: [],
      notes: [],
    });
    expect(tableText(made).split("\n")).toEqual([
      "Made up",
      "place  within, %  seconds, s  accuracy, bits",
      "-----  ---------  ----------  --------------",
      "a           12.5         2.5             0.5",
    ]);
    expect(tableHtml(made)).toContain('title="Of all."');
  });

  it("of numbers below a thousand have decimals in common, unless one would vanish", () => {
    const column = (values: readonly unknown[]) =>
      tableText(values.map((a) => ({ a })))
        .split("\n")
        .slice(2)
        .map((line) => line.trim());
    expect(column([0.128, -0.06632, 1, null])).toEqual(["0.128", "−0.066", "1.000", ""]);
    expect(column([2.5, 12.25, 3])).toEqual(["2.50", "12.25", "3.00"]);
    expect(column([0.5, 0.00001])).toEqual(["0.5", "1.000e−5"]);
  });

  it("of seeds and epochs are no amounts", () => {
    expect(tableText([{ seed: 12345, images: 12345 }]).split("\n")[2]).toBe("12345  12,345");
  });

  it("take nothing that objects inherit for a value", () => {
    expect(
      tableText([{ toString: 1 }, { a: 2 }])
        .split("\n")
        .slice(2),
    ).toEqual(["        1", "           2"]);
  });
});

describe("showTable", () => {
  it("prints text outside a notebook", () => {
    const log = vi.spyOn(console, "log").mockImplementation(() => {});
    showTable([{ a: 1 }]);
    expect(log.mock.calls).toEqual([["a\n-\n1"]]);
  });

  it("sends HTML and text in one output inside a notebook", () => {
    const sent: { data: Record<string, string> }[] = [];
    const display = { raw() {} };
    const send = (message: { data: Record<string, string> }) => sent.push(message);
    host.__tslab__ = {
      require: (name: string) =>
        name === "tslab" ? { display, newDisplay: () => display } : { lastWriteDisplayData: send },
    };
    showTable([{ a: 1 }]);
    expect(sent.map(({ data }) => Object.keys(data))).toEqual([["text/html", "text/plain"]]);
  });

  it("shows a danfojs DataFrame as it shows its rows", () => {
    const plain = [
      { rule: "argmax", ops: 12 },
      { rule: "top_k", ops: 34.5 },
    ];
    const frame = dataFrame(plain);
    expect(frame.shape).toEqual([2, 2]);
    expect(tableText(frame)).toBe(tableText(plain));
  });
});
