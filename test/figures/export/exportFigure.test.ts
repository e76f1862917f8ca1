import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { main } from "../../../lib/cli/main";
import { genotypeSheet } from "../../../lib/figures/drawings/genotypeSheet";
import { exportFigure, exportFigures, exportFormats } from "../../../lib/figures/export/exportFigure";
import { isPdf } from "../../../lib/figures/export/pdfInfo";
import { pngDotsPerInch, pngTexts } from "../../../lib/figures/export/pngMeta";
import { readProvenance } from "../../../lib/figures/export/provenanceFile";
import { saveFigure } from "../../../lib/figures/export/saveFigure";
import type { Figure } from "../../../lib/figures/frame/figure";
import { toPoints } from "../../../lib/figures/frame/paper";
import type { Provenance } from "../../../lib/figures/frame/provenance";
import { svgMeta } from "../../../lib/figures/frame/svgMeta";
import { alphaHeatmap } from "../../../lib/figures/plots/alphaHeatmap";
import { lossFigure } from "../../../lib/figures/plots/lossFigure";
import { randomKey } from "../../../lib/random/randomKey";
import { randomGenotype } from "../../../lib/space/randomGenotype";
import { hashJson } from "../../../lib/util/canonicalJson";
import { version } from "../../../lib/util/version";
import { madeUpRecord } from "../madeUpRecord";

const folder = mkdtempSync(join(tmpdir(), "bars-export-"));
const at = (name: string) => join(folder, name);
const record = madeUpRecord("tiny");
const figure = lossFigure(record);
const builtin = { engine: "builtin", command: "node draw.js" } as const;

afterEach(() => vi.unstubAllEnvs());
afterAll(() => rmSync(folder, { recursive: true }));

/** Width and height of a PDF's page in points. */
function pageSize(pdf: Buffer): number[] {
  const box = /\/MediaBox \[([\d. ]+)\]/.exec(pdf.toString("latin1"))?.[1] ?? "";
  const [x0 = 0, y0 = 0, x1 = 0, y1 = 0] = box.trim().split(" ").map(Number);
  return [x1 - x0, y1 - y0];
}

describe("exportFigure", () => {
  it.each(exportFormats)("writes where a figure comes from into a .%s file", async (format) => {
    const paths = await exportFigure(figure, at(`own/loss.${format}`), builtin);
    expect(paths[0]).toBe(at(`own/loss.${format}`));
    for (const path of paths) {
      expect(readProvenance(path)).toMatchObject({
        kind: "bars.provenance",
        schema: 1,
        title: "Losses and accuracies of the search",
        configHashes: [record.configHash],
        seeds: [0],
        recordHashes: [hashJson(record)],
        bars: version,
        command: "node draw.js",
      } satisfies Partial<Provenance>);
    }
  });

  it.each(exportFormats)("writes where a drawing comes from into a .%s file", async (format) => {
    const { space } = record.config;
    const caption = { measured: "Random.", origin: "", sources: { ...sources, seeds: [7] } };
    const panels = [{ name: "π (random)", genotype: randomGenotype(space, randomKey(7)) }];
    const sheet = genotypeSheet(panels, { caption, title: "Drawn (π)", width: "one-column" });
    const [path = ""] = await exportFigure(sheet, at(`drawn/sheet.${format}`), builtin);
    const { title, seeds } = readProvenance(path);
    expect({ title, seeds }).toEqual({ title: "Drawn (π)", seeds: [7] });
  });
  const sources = { configHashes: [], seeds: [], recordHashes: [] };

  it("writes one PDF page of exactly the asked width, with fonts inside, the same bytes each time", async () => {
    const [path = ""] = await exportFigure(figure, at("a.pdf"), { ...builtin, width: "one-column" });
    const pdf = readFileSync(path);
    expect(isPdf(pdf)).toBe(true);
    expect(pageSize(pdf)[0]).toBeCloseTo((85 / 25.4) * 72, 2);
    const text = pdf.toString("latin1");
    expect(text.match(/\/Type \/Page\b/g)).toHaveLength(1);
    expect(text.match(/\/FontFile2/g)?.length).toBeGreaterThanOrEqual(2);
    expect(text).not.toMatch(/\/Subtype \/Type1\b/);
    await exportFigure(figure, at("b.pdf"), { ...builtin, width: "one-column" });
    expect(readFileSync(at("b.pdf")).equals(pdf)).toBe(true);
  });

  it("writes a figure at its own size where no width is asked", async () => {
    await exportFigure(figure, at("own.pdf"), builtin);
    const { width, height } = figure.layout;
    const [w = 0, h = 0] = pageSize(readFileSync(at("own.pdf")));
    expect(w).toBeCloseTo(toPoints(width), 2);
    expect(h).toBeCloseTo(toPoints(height), 2);
  });

  it("writes a PNG that says how large it is on paper and what it shows", async () => {
    await exportFigure(figure, at("a.png"), { ...builtin, width: 100, dotsPerInch: 254 });
    const png = readFileSync(at("a.png"));
    expect(Math.abs(png.readUInt32BE(16) - 1000)).toBeLessThanOrEqual(1);
    expect(pngDotsPerInch(png)).toBeCloseTo(254, 1);
    expect(pngTexts(png)["Description"]).toMatch(
      /^Losses and accuracies of the search\. Panels: loss, nats; accuracy\./,
    );
  });

  it("writes an SVG in millimetres with title and description", async () => {
    await exportFigure(figure, at("a.svg"), { ...builtin, width: 120 });
    const svg = readFileSync(at("a.svg"), "utf8");
    const root = /<svg[^>]*>/.exec(svg)?.[0];
    expect(root).toMatch(/ width="120mm" height="[\d.]+mm" .*viewBox="0 0 [\d.]+ [\d.]+"/);
    expect(svgMeta(svg).alt).toMatch(/^Losses and accuracies/);
    expect(svg.match(/<metadata/g)).toHaveLength(1);
    expect(svg.match(/@font-face\{font-family:"DejaVu Sans";font-weight:(normal|bold)/g)).toHaveLength(2);
  });

  it("writes JSON that can be drawn again", async () => {
    await exportFigure(figure, at("a.json"), builtin);
    const { data, layout } = JSON.parse(readFileSync(at("a.json"), "utf8"));
    expect({ data, layout }).toEqual(JSON.parse(JSON.stringify(figure)));
  });

  it("writes a LaTeX figure with caption and label that includes the PDF at its size, title left to LaTeX", async () => {
    const paths = await exportFigure(figure, at("fig.tex"), { ...builtin, width: "one-column" });
    expect(paths).toEqual([at("fig.tex"), at("fig-bare.pdf")]);
    const tex = readFileSync(at("fig.tex"), "utf8");
    expect(tex).toContain("\\begin{figure}\n");
    expect(tex).toMatch(/\\includegraphics\[width=85mm, alt=\{Losses and [^}]+\}\]\{.* fig-bare\.pdf\}/);
    expect(tex).toContain(
      "\\caption{\\textbf{Losses and accuracies of the search.} Weight steps: augmented images",
    );
    expect(tex).toContain("\\label{fig:fig}");
  });

  it("leaves a PDF with its title alone where a LaTeX figure of the same name is written, in any order", async () => {
    await exportFigure(figure, at("both.pdf"), builtin);
    const before = readFileSync(at("both.pdf"));
    await exportFigure(figure, at("both.tex"), builtin);
    expect(readFileSync(at("both.pdf")).equals(before)).toBe(true);
    await exportFigure(figure, at("other.tex"), { ...builtin, bare: false });
    expect(readFileSync(at("other.tex"), "utf8")).toContain(" other.pdf}");
    expect(readFileSync(at("other.pdf")).length).toBe(before.length);
  });

  it("refuses to put a LaTeX figure's PDF in the place of one that it did not write", async () => {
    writeFileSync(at("paper-bare.pdf"), "%PDF-1.4 of another program");
    await expect(exportFigure(figure, at("paper.tex"), builtin)).rejects.toThrow(
      /paper-bare\.pdf: .*paper\.tex includes a PDF of this name beside it, and the file there was not written by exportFigure\. Move it, or write to another \.tex\.$/,
    );
    expect(readFileSync(at("paper-bare.pdf"), "utf8")).toBe("%PDF-1.4 of another program");
    expect(existsSync(at("paper.tex"))).toBe(false);
    await exportFigure(figure, at("fig2.tex"), builtin);
    await expect(exportFigure(figure, at("fig2.tex"), builtin)).resolves.toHaveLength(2);
  });

  it("writes several figures as several formats at once", async () => {
    const figures = { loss: figure, heat: alphaHeatmap(record) };
    const paths = await exportFigures(figures, at("all"), ["svg", "json"], builtin);
    expect(paths.map((path) => path.slice(folder.length))).toEqual([
      "/all/loss.svg",
      "/all/loss.json",
      "/all/heat.svg",
      "/all/heat.json",
    ]);
    expect(readdirSync(at("all")).sort()).toEqual(["heat.json", "heat.svg", "loss.json", "loss.svg"]);
  });

  it("refuses a name that LaTeX cannot read", async () => {
    await expect(exportFigure(figure, at("50%.tex"), builtin)).rejects.toThrow(
      /50%\.tex": LaTeX cannot read a file whose name holds "%"; choose another name\.$/,
    );
    expect(existsSync(at("50%.pdf"))).toBe(false);
  });

  it.each([
    ["a.gif", "got .gif"],
    ["figure", "got none"],
  ])("lists the extensions it knows when asked for %s", async (name, got) => {
    await expect(exportFigure(figure, name)).rejects.toThrow(
      `exportFigure: "${name}": the extension must be one of .pdf, .svg, .png, .json, .tex, ${got}.`,
    );
  });

  it.each(exportFormats)(
    "names a folder that cannot be written to and leaves no .%s half written",
    async (format) => {
      writeFileSync(at("file"), "kept");
      await expect(exportFigure(figure, at(`file/a.${format}`), builtin)).rejects.toThrow(
        /file[\\/]a(-bare)?\.(\w+): could not be written: a part of the path is a file, not a folder; choose another folder\./,
      );
      expect(readFileSync(at("file"), "utf8")).toBe("kept");
      expect(readdirSync(folder).filter((name) => name.includes("partial"))).toEqual([]);
    },
  );

  it("says which trace needs a browser where there is none", async () => {
    vi.stubEnv("BARS_CHROMIUM", "none");
    const layout = { width: 300, height: 200, title: { text: "3-D" } };
    const deep: Figure = { data: [{ type: "scatter3d", x: [1], y: [1], z: [1] }], layout };
    await expect(exportFigure(deep, at("deep.pdf"))).rejects.toThrow(
      'exportFigure: the figure "3-D" has a trace of type scatter3d, which needs WebGL and so a browser; none was found: ' +
        "install Chromium or Google Chrome, or set BARS_CHROMIUM to the path of one.",
    );
    await expect(exportFigure(figure, at("c.pdf"), { engine: "chromium" })).rejects.toThrow(
      'exportFigure: expected a browser (engine "chromium"), found none; install Chromium',
    );
  });

  it("refuses a size or an engine that is none", async () => {
    await expect(exportFigure(figure, at("s.pdf"), { ...builtin, width: 3 })).rejects.toThrow(
      'fitFigure: width must be "one-column", "text-block", "two-column" or from 20 to 1000 millimetres, got 3.',
    );
    await expect(exportFigure(figure, at("s.png"), { ...builtin, dotsPerInch: 1 })).rejects.toThrow(
      "exportFigure: dotsPerInch must be from 30 to 1500, got 1.",
    );
    await expect(exportFigure(figure, at("s.png"), { engine: "ie" as "auto" })).rejects.toThrow(
      'exportFigure: engine must be one of auto, chromium, builtin, got "ie".',
    );
  });
});

describe("bars provenance", () => {
  it("prints where a PDF comes from", async () => {
    await exportFigure(figure, at("cli.pdf"), builtin);
    const log = vi.spyOn(console, "log").mockImplementation(() => {});
    await main(["node", "bars", "provenance", at("cli.pdf")]);
    const printed = log.mock.calls.flat().join("\n");
    log.mockRestore();
    expect(printed).toContain(`config hash:  ${record.configHash}`);
    expect(printed).toContain("command:      node draw.js");
  });

  it("says so of a file without provenance and of one that is not there", () => {
    writeFileSync(at("plain.svg"), "<svg/>");
    expect(() => readProvenance(at("plain.svg"))).toThrow(
      "plain.svg: expected a PDF, PNG, SVG, JSON or TeX file written by exportFigure, found no provenance in it",
    );
    expect(() => readProvenance(at("none.pdf"))).toThrow(
      "none.pdf: expected a figure's file, could not read it: ENOENT",
    );
  });
});

describe("saveFigure", () => {
  it("writes the formats that BARS_FIGURES_FORMATS lists, each with where it comes from", async () => {
    vi.stubEnv("BARS_FIGURES_FORMATS", "pdf, svg");
    const paths = await saveFigure(figure, at("saved"));
    expect(paths).toEqual([at("saved.pdf"), at("saved.svg")]);
    for (const path of paths) expect(readProvenance(path).configHashes).toEqual([record.configHash]);
    vi.stubEnv("BARS_FIGURES_FORMATS", "pdf,doc");
    await expect(saveFigure(figure, at("saved"))).rejects.toThrow(
      'saveFigure: BARS_FIGURES_FORMATS must list some of pdf, svg, png, json, tex, got "pdf,doc".',
    );
  });
});
