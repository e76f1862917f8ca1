import { describe, expect, it } from "vitest";
import { type Table, table } from "../../lib/records/table";
import { tableCsv } from "../../lib/records/tableCsv";
import { writeTableFile } from "../../lib/records/tableFile";
import { latexNumber, latexText, tableLatex } from "../../lib/records/tableLatex";
import { csvCell } from "../../lib/util/csvCell";
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
    {
      row: { name: "a", bops: [1], sd: 1 },
      message: 'row 2: "bops" must be text, a finite number, true, false or null, got [1].',
    },
  ])("refuses the row $row", ({ row, message }) => {
    expect(() => made([row])).toThrow(message);
  });

  it("takes nothing that objects inherit for a value", () => {
    const own = [{ name: "toString", unit: null, description: "made up" }];
    expect(() => table("T", own, [{} as never], { sources: [], notes: [] })).toThrow(
      'table "T": row 0: "toString" must be text, a finite number, true, false or null, got undefined.',
    );
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

  it.each([-Infinity, Infinity, Number.NaN])(
    "refuses %d in a table put together by hand, as JSON and LaTeX do",
    (value) => {
      const wrong: Table = { ...made(), rows: [{ name: "a", bops: value, sd: 1 }] };
      const message = `table "Made up": row 0: "bops" must be text, a finite number, true, false or null, got ${value}. What is not known is null.`;
      for (const write of [tableCsv, tableLatex, (one: Table) => writeTableFile("never.json", one)])
        expect(() => write(wrong)).toThrow(message);
    },
  );
});

describe("csvCell", () => {
  it.each([
    ["=1+1", "'=1+1"],
    ["+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"],
    ["-2+3", "'-2+3"],
    ["@SUM(A1)", "'@SUM(A1)"],
    [" =1+1", "' =1+1"],
    ["\t=1", '"\'\t=1"'],
    ["\rx", '"\'\rx"'],
    ["\nx", '"\'\nx"'],
    ["＝1+1", "'＝1+1"],
    ['=HYPERLINK("x")', '"\'=HYPERLINK(""x"")"'],
    ["a;=1", '"a;=1"'],
    ["--", "'--"],
    ["-", "'-"],
  ])("writes the text %j so that no spreadsheet runs it", (text, cell) => {
    expect(csvCell(text)).toBe(cell);
  });

  it.each([
    [-0.25, "-0.25"],
    [1e-9, "1e-9"],
    [-1e21, "-1e+21"],
    ["-0.25", "-0.25"],
    ["+2e5", "+2e5"],
    ["−3 %", "−3 %"],
    ["a=b", "a=b"],
    ["bin_conv_3x3", "bin_conv_3x3"],
    [true, "true"],
    [null, ""],
  ])("leaves %j as it is", (value, cell) => {
    expect(csvCell(value)).toBe(cell);
  });

  it("guards the names of columns too", () => {
    const own = [{ name: "=A1", unit: null, description: "made up" }];
    const made = table("T", own, [{ "=A1": -1 }], { sources: [], notes: [] });
    expect(tableCsv(made)).toBe("'=A1\n-1\n");
  });
});

describe("tableLatex", () => {
  it.each(["\r", "\n", "\r\n", "\u2028", "\u0085", "\v", "\f"])(
    "keeps a comment a comment behind the line break %j",
    (sign) => {
      const title = `a${sign}\\input{/etc/passwd}`;
      const made = table(title, [], [], { sources: [], notes: [`n${sign}\\end{document}`] });
      const lines = tableLatex(made).split(/[\n\r\u2028\u2029\u0085\v\f]/);
      expect(lines.slice(0, 2)).toEqual(["% a \\input{/etc/passwd}", "% n \\end{document}"]);
    },
  );

  it("keeps the cells of a row in their line and columns", () => {
    const column = { name: "name", unit: null, description: "made up" };
    const made = table("T", [column], [{ name: "[1]\r\n\r\nb & c \\\\" }], { sources: [], notes: [] });
    expect(tableLatex(made)).toContain(
      "  {[}1] b \\& c \\textbackslash{}\\textbackslash{} \\\\\n  \\bottomrule",
    );
  });

  it("says what letters of other alphabets need, and nothing where there are none", () => {
    const column = { name: "name", unit: null, description: "made up" };
    const of = (name: string) => tableLatex(table("T", [column], [{ name }], { sources: [], notes: [] }));
    expect(of("網路甲")).toContain(
      "\n% pdfLaTeX lacks the letters 網路甲: use XeLaTeX or LuaLaTeX with a font that has them\n\\begin{tabular}",
    );
    expect(of("Müller – α ≤ 3 × 4")).not.toContain("pdfLaTeX");
  });

  it("keeps apart what LaTeX would draw together", () => {
    expect(latexText("a--b---c ``x'' ?`")).toBe("a-{}-b-{}-{}-c `{}`x'{}' ?{}`");
    expect(latexText("*a")).toBe("{*}a");
  });

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
