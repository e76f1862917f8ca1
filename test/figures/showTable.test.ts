import { afterEach, describe, expect, it, vi } from "vitest";
import { dataFrame } from "../../lib/figures/dataFrame";
import { showTable, tableHtml, tableText } from "../../lib/figures/showTable";

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
      "rule           flops  accuracy  note",
      "---------  ---------  --------  ----",
      "argmax     1,234,567    0.5124",
      "top_k <2>         98",
    ]);
  });

  it.each([
    [0, "0"],
    [1e-9, "1.000e-9"],
    [123456.789, "123,500"],
    [2.5e9, "2,500,000,000"],
    [12345678.5, "1.235e+7"],
    [Number.NaN, "NaN"],
    [true, "true"],
    [[1, 2], "[1,2]"],
  ])("writes %s as %s", (value, text) => {
    expect(tableText([{ a: value }]).split("\n")[2]).toBe(text);
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

  it("puts the heads of number columns to the right", () => {
    expect(tableHtml(rows)).toContain(
      '<th style="text-align:right">flops</th><th style="text-align:left">accuracy</th>',
    );
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
