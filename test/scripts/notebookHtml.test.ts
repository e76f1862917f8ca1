import { beforeAll, describe, expect, it } from "vitest";
import { type NotebookFile, notebookOf, type OutputFile } from "./notebookFile";
import { scriptModule } from "./scriptModule";

let notebookHtml: (notebook: NotebookFile, title: string) => string;
let texMathml: (tex: string, display?: boolean) => string;

beforeAll(async () => {
  ({ notebookHtml } = await scriptModule<{ notebookHtml: typeof notebookHtml }>("notebook-html.mjs"));
  ({ texMathml } = await scriptModule<{ texMathml: typeof texMathml }>("notebook-math.mjs"));
});

function pageWith(output: OutputFile): string {
  const { cells, ...rest } = notebookOf("1");
  return notebookHtml({ ...rest, cells: cells.map((cell) => ({ ...cell, outputs: [output] })) }, "t");
}

describe("notebookHtml", () => {
  it("is titled by the first heading, or else by the file", () => {
    expect(notebookHtml(notebookOf("# A <b> & c"), "file")).toContain("<title>A &lt;b&gt; &amp; c</title>");
    expect(notebookHtml(notebookOf("1"), "file")).toContain("<title>file</title>");
  });

  it("renders prose, tables of prose and highlighted code", () => {
    const page = notebookHtml(notebookOf("# T\n\n*x*\n\n| a |\n|---|\n| 1 |", "const a = 1 < 2;"), "t");
    expect(page).toContain("<em>x</em>");
    expect(page).toContain("<td>1</td>");
    expect(page).toContain(
      '<span class="hljs-keyword">const</span> a = <span class="hljs-number">1</span> &lt;',
    );
  });

  it("draws formulas, and leaves code and money alone", () => {
    const page = notebookHtml(
      notebookOf("# T\n\n$\\alpha_i$ costs $5 or $6, `$x$`\n\n$$\\frac{a}{b}$$"),
      "t",
    );
    expect(page).toContain("<math><msub><mi>α</mi><mi>i</mi></msub></math> costs $5 or $6, <code>$x$</code>");
    expect(page).toContain("<mfrac><mi>a</mi><mi>b</mi></mfrac>");
    expect(page).toContain('<math display="block"');
  });

  it.each<[string, OutputFile, string]>([
    [
      "text of a stream, escaped and without colours",
      { output_type: "stream", name: "stdout", text: "\u001b[31m1 < 2\u001b[0m" },
      '<div class="output stdout"><pre>1 &lt; 2</pre></div>',
    ],
    [
      "warnings apart",
      { output_type: "stream", name: "stderr", text: "w" },
      '<div class="output stderr"><pre>w</pre></div>',
    ],
    [
      "errors with their traceback",
      { output_type: "error", ename: "E", evalue: "v", traceback: ["E: <v>", " at x"] },
      '<div class="output error"><pre>E: &lt;v&gt;\n at x</pre></div>',
    ],
    [
      "Markdown that was made by a cell, with its formulas",
      { output_type: "display_data", data: { "text/markdown": "- **a** $r^2$", "text/plain": "x" } },
      '<div class="output prose"><ul>\n<li><strong>a</strong> <math><msup><mi>r</mi>',
    ],
    [
      "HTML as it is",
      { output_type: "display_data", data: { "text/html": "<table></table>", "text/plain": "x" } },
      '<div class="output"><table></table></div>',
    ],
    [
      "images in their size",
      {
        output_type: "display_data",
        data: { "image/png": "AA==" },
        metadata: { "image/png": { width: 4, height: 5 } },
      },
      '<img alt="figure" width="4" height="5" src="data:image/png;base64,AA==">',
    ],
    [
      "drawings",
      { output_type: "display_data", data: { "image/svg+xml": "<svg/>" } },
      '<div class="output"><svg/></div>',
    ],
    [
      "plain text last",
      { output_type: "display_data", data: { "text/plain": "<x>" } },
      "<pre>&lt;x&gt;</pre>",
    ],
  ])("shows %s", (_what, output, html) => {
    expect(pageWith(output)).toContain(html);
  });
});

describe("texMathml", () => {
  it.each([
    ["\\frac{a}{b}", "<mfrac><mi>a</mi><mi>b</mi></mfrac>"],
    ["\\mathrm{a < b}", "&lt;"],
    ["\\unknown", "\\unknown"],
    ["a} & <b>", "a} &amp; &lt;b&gt;"],
  ])("writes %s", (tex, mathml) => {
    expect(texMathml(tex)).toContain(mathml);
  });

  it("sets limits below and above sums that stand on their own", () => {
    expect(texMathml("\\sum_i p_i", true)).toContain(
      '<munder><mo movablelimits="false">∑</mo><mi>i</mi></munder>',
    );
    expect(texMathml("\\sum_i p_i")).toContain("<msub>");
  });
});
