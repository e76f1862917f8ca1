import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { renderFigure } from "../../../lib/figures/export/renderFigure";
import { saveFigure } from "../../../lib/figures/export/saveFigure";
import { svgToPng } from "../../../lib/figures/export/svgToPng";
import { validateFigure } from "../../../lib/figures/export/validateFigure";
import { alphaHeatmap } from "../../../lib/figures/plots/alphaHeatmap";
import { lossFigure } from "../../../lib/figures/plots/lossFigure";
import { madeUpRecord } from "../madeUpRecord";
import { svgElements } from "../svgElements";

const record = madeUpRecord("tiny");

function pngSize(png: Buffer): number[] {
  expect(png.subarray(1, 4).toString()).toBe("PNG");
  return [png.readUInt32BE(16), png.readUInt32BE(20)];
}

describe("renderFigure", () => {
  it("draws a well-formed SVG of the figure's size, with its words and no number that is none", async () => {
    const svg = await renderFigure(lossFigure(record), { format: "svg" });
    const [root] = svgElements(svg, "svg");
    const { width, height } = lossFigure(record).layout;
    expect([root?.getAttribute?.("width"), root?.getAttribute?.("height")]).toEqual([
      String(width),
      String(height),
    ]);
    expect(root?.textContent).toContain("Losses and accuracies of the search");
    expect(svg).not.toContain("NaN");
  });

  it("draws a PNG of the asked size times the scale", async () => {
    const png = await renderFigure(alphaHeatmap(record), {
      format: "png",
      width: 400,
      height: 300,
      scale: 1.5,
    });
    expect(pngSize(png)).toEqual([600, 450]);
  });

  it("draws figures that are asked for at the same time, each its own", async () => {
    const figures = [lossFigure(record), alphaHeatmap(record)];
    const together = await Promise.all(figures.map((figure) => renderFigure(figure, { format: "svg" })));
    expect(together[0]).toContain("Losses and accuracies");
    expect(together[1]).toContain("What each edge holds");
  });

  it("draws violins, which measure the paths they are made of", async () => {
    const layout = { width: 300, height: 200, title: { text: "v" } };
    const svg = await renderFigure(
      { data: [{ type: "violin", y: [1, 2, 2, 3, 5] }], layout },
      { format: "svg" },
    );
    expect(svgElements(svg, "path.violin")).toHaveLength(1);
  });

  it("leaves the figure as it was", async () => {
    const figure = lossFigure(record);
    const before = JSON.stringify(figure);
    await renderFigure(figure, { format: "svg" });
    expect(JSON.stringify(figure)).toBe(before);
  });

  it("names an impossible size", async () => {
    const call = renderFigure(lossFigure(record), { format: "svg", width: 5 });
    await expect(call).rejects.toThrow("renderFigure: width must be from 10 to 10000 pixels, got 5.");
  });
});

describe("svgToPng", () => {
  const square = (fill: string, defs = "") =>
    `<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10">${defs}<rect width="10" height="10" ${fill}/></svg>`;

  it("scales", () => {
    expect(pngSize(svgToPng(square('fill="red"'), 3))).toEqual([30, 30]);
    expect(pngSize(svgToPng(square('fill="red"')))).toEqual([20, 20]);
  });

  it.each(["url('#g')", "url(&quot;#g&quot;)", "url(#g)"])(
    "paints from definitions written as %s",
    (reference) => {
      const gradient = '<defs><linearGradient id="g"><stop stop-color="red"/></linearGradient></defs>';
      const red = svgToPng(square('fill="red"'));
      expect(svgToPng(square(`fill="${reference}"`, gradient)).equals(red)).toBe(true);
    },
  );

  it("writes text in the shipped font, so it is not empty on a machine without fonts", () => {
    const page = (text: string) =>
      `<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><text y="15">${text}</text></svg>`;
    expect(svgToPng(page("αβ")).equals(svgToPng(page("")))).toBe(false);
  });

  it("names what it got instead of an SVG document", () => {
    expect(() => svgToPng("no drawing")).toThrow('svgToPng: expected an SVG document, got "no drawing" (');
  });

  it("refuses an impossible scale", () => {
    expect(() => svgToPng(square(""), 0)).toThrow("svgToPng: scale must be in (0, 16], got 0.");
  });
});

describe("saveFigure", () => {
  it("writes SVG, PNG and JSON, and nothing else", async () => {
    const folder = mkdtempSync(join(tmpdir(), "bars-figure-"));
    try {
      const paths = await saveFigure(lossFigure(record), join(folder, "new", "loss"));
      expect(paths.map((path) => path.slice(folder.length + 1))).toEqual([
        "new/loss.svg",
        "new/loss.png",
        "new/loss.json",
      ]);
      expect(readdirSync(join(folder, "new")).sort()).toEqual(["loss.json", "loss.png", "loss.svg"]);
      const { provenance, ...read } = JSON.parse(readFileSync(join(folder, "new/loss.json"), "utf8"));
      expect(provenance).toMatchObject({ kind: "bars.provenance", configHashes: [record.configHash] });
      expect(read).toEqual(JSON.parse(JSON.stringify(lossFigure(record))));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe("validateFigure", () => {
  it("finds a misspelt attribute and a value of the wrong kind", () => {
    const layout = { width: 300, height: 200, title: { text: "t" }, xaxis: { rnge: [0, 1] } };
    const findings = validateFigure({ data: [{ type: "scatter", x: [1], y: [1], mode: "dashes" }], layout });
    expect(findings.join("\n")).toContain("rnge");
    expect(findings.join("\n")).toContain("mode");
  });
});
