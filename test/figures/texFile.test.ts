import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { exportFigure } from "../../lib/figures/export/exportFigure";
import { includeGraphics } from "../../lib/figures/export/includeGraphics";
import { altText, type Figure, plainTitle } from "../../lib/figures/frame/figure";
import { everyFigure } from "./everyFigure";

const hasTex = spawnSync("pdflatex", ["--version"]).status === 0;
const hasPoppler = spawnSync("pdftotext", ["-v"]).status === 0;
if (!hasTex) console.warn("No pdflatex found: .tex files are not compiled. Install texlive-latex-base.");
if (!hasPoppler) console.warn("No pdftotext found: compiled .tex files are not read. Install poppler-utils.");
const folder = mkdtempSync(join(tmpdir(), "bars-tex-"));
afterAll(() => rmSync(folder, { recursive: true }));

const figureOf = (name: string): Figure => (everyFigure[name] as (size: "usual") => Figure)("usual");

/** Compiles a document of two columns twice; what the second run said. */
function compiled(name: string, body: string, graphicx = "\\usepackage{graphicx}"): string {
  const page = "\\usepackage[a4paper,margin=15mm,columnsep=5mm]{geometry}";
  const text = `\\documentclass[twocolumn]{article}\n${page}\n${graphicx}\n\\begin{document}\n${body}\n\\end{document}\n`;
  writeFileSync(join(folder, `${name}.tex`), text);
  const run = () =>
    spawnSync("pdflatex", ["-interaction=nonstopmode", "-halt-on-error", `${name}.tex`], {
      cwd: folder,
      encoding: "utf8",
      env: { ...process.env, max_print_line: "1000" },
    });
  run();
  const { status, stdout } = run();
  expect(stdout).not.toMatch(/^!|undefined|Overfull|too large/m);
  expect(status).toBe(0);
  return stdout;
}

/** Left edges of words on the first page of a PDF that holds them once, in points. */
function leftEdges(pdf: string, words: readonly string[]): number[] {
  const html = spawnSync("pdftotext", ["-bbox", "-l", "1", pdf, "-"], { encoding: "utf8" }).stdout;
  return words.map((word) => {
    const found = [...html.matchAll(/xMin="([\d.]+)"[^>]*>([^<]*)</g)].filter(([, , text]) => text === word);
    expect(found.map(([, , text]) => text)).toEqual([word]);
    return Number(found[0]?.[1]);
  });
}

describe.skipIf(!hasTex)("a .tex file", () => {
  it("compiles, from a folder of its own, with caption, label and the picture at its exact size", async () => {
    await exportFigure(figureOf("costFigure"), join(folder, "pictures/my_cost.v1.tex"), {
      engine: "builtin",
      width: "one-column",
    });
    await exportFigure(figureOf("latencyBars"), join(folder, "latency.tex"), {
      engine: "builtin",
      width: 120,
    });
    const said = compiled(
      "paper",
      "See \\ref{fig:my_cost.v1} and \\ref{fig:latency}.\\input{pictures/my_cost.v1}\\input{latency}",
    );
    expect(said).toContain("<./pictures/my_cost.v1-bare.pdf>");
    expect(said).toContain("<./latency-bare.pdf>");
    if (!hasPoppler) return;
    const text = spawnSync("pdftotext", [join(folder, "paper.pdf"), "-"], { encoding: "utf8" }).stdout;
    expect(text).toMatch(/See 1 and 2\./);
    expect(text).toContain("Figure 1: Cost of the searched network.");
    expect(text.replaceAll(/\s+/g, " ")).toContain("element-wise work is not part of OPs");
    expect(text).toContain("epochs done");
    const words = ["budget", "argmax", "epochs"];
    const [inPaper, alone] = ["paper.pdf", "pictures/my_cost.v1-bare.pdf"].map((path) =>
      leftEdges(join(folder, path), words),
    ) as [number[], number[]];
    const shift = (inPaper[0] as number) - (alone[0] as number);
    expect(shift).toBeGreaterThan(10);
    for (const [i, at] of inPaper.entries()) expect(at - (alone[i] as number)).toBeCloseTo(shift, 1);
  }, 60_000);

  it("compiles with title, words and small print of every figure", () => {
    const snippets = Object.keys(everyFigure).map((name) => {
      const figure = figureOf(name);
      const measured = figure.layout.meta?.bars?.measured ?? "";
      const snippet = { title: plainTitle(figure), alt: altText(figure), measured };
      return includeGraphics({ ...snippet, name, pdf: `${name}.pdf`, millimetres: 85 });
    });
    const odd = includeGraphics({
      title: "50 % of C_1 & #2",
      alt: "α − β ≥ ∇²L, 3 × 2 · 1 ± ½",
      measured: "Ünïcode “quoted” – dash — ~ ^ \\ {braces} <b> | $5, ε ≈ 1e−3 …",
      name: "odd",
      pdf: "odd.pdf",
      millimetres: 85,
    });
    compiled("every", [...snippets, odd].join("\\clearpage\n"), "\\usepackage[demo]{graphicx}");
    const log = readFileSync(join(folder, "every.log"), "utf8");
    expect(log).not.toContain("Missing character");
    expect(Number(/Output written on every\.pdf \((\d+) pages/.exec(log)?.[1])).toBe(snippets.length + 1);
  }, 60_000);
});
