import { describe, expect, it } from "vitest";
import { type Table, table } from "../../lib/run/table";
import { tableCsv } from "../../lib/run/tableCsv";
import { latexNumber, latexText, tableLatex } from "../../lib/run/tableLatex";
import { version } from "../../lib/util/version";

const columns = [
  { name: "name", unit: null, description: "which" },
  { name: "bops", unit: "operations", description: "made up" },
  { name: "sd", unit: "share", description: "made up" },
];
const rows = [
  { name: 'a "b", c', bops: 1234567, sd: 0.012345678 },
  { name: "100 % of x_1", bops: 0.5, sd: null },
];
const made = (more: readonly object[] = []): Table =>
  table("Made up", columns, [...rows, ...more] as typeof rows, { sources: ["x.json"], notes: ["one\nnote"] });

describe("table", () => {
  it("is plain versioned JSON with its library's version", () => {
    expect(JSON.parse(JSON.stringify(made()))).toEqual({
      kind: "bars.table",
      schema: 1,
      title: "Made up",
      columns,
      rows,
      provenance: { bars: version, sources: ["x.json"], notes: ["one\nnote"] },
    });
  });

  it.each([
    {
      row: { name: "a", bops: 1 },
      message:
        'table "Made up": row 2: "sd" must be text, a finite number, true, false or null, got undefined.',
    },
    {
      row: { name: "a", bops: Number.NaN, sd: 1 },
      message: 'row 2: "bops" must be text, a finite number, true, false or null, got NaN.',
    },
    {
      row: { name: "a", bops: 1, sd: 1, x: 2 },
      message: 'row 2: "x" is no column. Columns: name, bops, sd.',
    },
  ])("refuses the row $row", ({ row, message }) => {
    expect(() => made([row])).toThrow(message);
  });

  it("refuses a repeated column", () => {
    expect(() =>
      table("T", [...columns, columns[0] as (typeof columns)[0]], [], { sources: [], notes: [] }),
    ).toThrow('table "T": has the column "name" twice.');
  });
});

describe("tableCsv", () => {
  it("quotes what needs it, keeps all digits and leaves the unknown empty", () => {
    expect(tableCsv(made())).toBe('name,bops,sd\n"a ""b"", c",1234567,0.012345678\n100 % of x_1,0.5,\n');
  });
});

describe("tableLatex", () => {
  it("writes a booktabs tabular, notes first, text to the left and numbers to the right", () => {
    expect(tableLatex(made())).toBe(`% Made up
% one note
% bars ${version}; needs \\usepackage{booktabs}
\\begin{tabular}{lrr}
  \\toprule
  name & bops & sd \\\\
  \\midrule
  a "b", c & 1\\,234\\,567 & 0.01235 \\\\
  100 \\% of x\\_1 & 0.5 & -- \\\\
  \\bottomrule
\\end{tabular}
`);
  });

  it("takes columns in another order, with heads and cells of their own", () => {
    const text = tableLatex(made(), [
      { name: "bops", head: "BOPs", cell: (value, row) => `${value}/${row["sd"] ?? "?"}` },
    ]);
    expect(text).toContain("  BOPs \\\\\n  \\midrule\n  1234567/0.012345678 \\\\\n  0.5/? \\\\\n");
  });

  it("escapes every sign LaTeX takes for a command", () => {
    expect(latexText("a\\b~^&%$#_{}<>|")).toBe(
      "a\\textbackslash{}b\\textasciitilde{}\\textasciicircum{}\\&\\%\\$\\#\\_\\{\\}\\textless{}\\textgreater{}\\textbar{}",
    );
  });

  it.each([
    [1234567, "1\\,234\\,567"],
    [123, "123"],
    [-1234, "$-$1\\,234"],
    [0.62149, "0.6215"],
    [12345.678, "12\\,350"],
    [2.5e-9, "$2.5 \\times 10^{-9}$"],
    [-3e21, "$-3 \\times 10^{21}$"],
    [0, "0"],
  ])("writes %d as %s", (value, text) => {
    expect(latexNumber(value)).toBe(text);
  });
});
