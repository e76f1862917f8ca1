import { describe, expect, it } from "vitest";
import { totalCost } from "../../../lib/cost/costTable";
import { deriveInputOf } from "../../../lib/derive/alphasAt";
import { derive } from "../../../lib/derive/derive";
import { type GenotypePanel, genotypeSheet } from "../../../lib/figures/drawings/genotypeSheet";
import { svgToPng } from "../../../lib/figures/export/svgToPng";
import { recordCaption } from "../../../lib/figures/frame/caption";
import { paperWidths } from "../../../lib/figures/frame/paper";
import { svgMeta } from "../../../lib/figures/frame/svgMeta";
import { randomKey } from "../../../lib/random/randomKey";
import { clientBox } from "../../../lib/text/svgGeometry";
import { textMeasure } from "../../../lib/text/textMeasure";
import { siAmount } from "../../../lib/util/siAmount";
import { madeUpRecord } from "../madeUpRecord";
import { svgElements } from "../svgElements";

function panelsOf(size: "usual" | "wide" | "tiny"): GenotypePanel[] {
  const input = { ...deriveInputOf(madeUpRecord(size), "last"), key: randomKey(0) };
  return (["argmax", "sample", "top_k", "skip_cap"] as const).map((rule) => {
    const { genotype, confidence } = derive(input, rule);
    return { name: rule, genotype, confidence, cost: totalCost(genotype) };
  });
}

const caption = recordCaption(madeUpRecord("usual"), "Derived from the last epoch.");

describe("genotypeSheet", () => {
  it("draws the same sheet as before for a small search", async () => {
    const svg = genotypeSheet(panelsOf("tiny").slice(0, 2), { width: "one-column", caption });
    // The last digits of what `Math.exp` gives depend on the version of Node, and with them the record's hash.
    const stable = svg.replace(/(recordHashes&quot;:\[&quot;)[0-9a-f]{64}/, "$1of a made-up record");
    await expect(stable.replaceAll(/></g, ">\n<")).toMatchFileSnapshot("snapshots/genotypeSheet.svg");
  });

  it.each([
    ["tiny", "one-column"],
    ["usual", "two-column"],
    ["wide", 260],
  ] as const)(
    "keeps every text of the %s space inside a page of %s and at 6 points or more",
    (size, width) => {
      const svg = genotypeSheet(panelsOf(size), { width, caption });
      const [root] = svgElements(svg, "svg");
      const [, , w = 0, h = 0] = (root?.getAttribute?.("viewBox") ?? "").split(" ").map(Number);
      const millimetres = typeof width === "number" ? width : paperWidths[width];
      expect(root?.getAttribute?.("width")).toBe(`${millimetres}mm`);
      const texts = svgElements(svg, "text");
      expect(texts.length).toBeGreaterThan(20);
      for (const text of texts) {
        const box = clientBox(text, textMeasure());
        expect(box.x >= 0 && box.y >= 0 && box.x + box.width <= w && box.y + box.height <= h).toBe(true);
        expect(Number(text.getAttribute?.("font-size")) * 0.75).toBeGreaterThanOrEqual(6);
      }
      expect(svgToPng(svg, 1).readUInt32BE(16)).toBeCloseTo(w, -1);
    },
  );

  it("draws each operation of each panel once", () => {
    const panels = panelsOf("usual");
    const arcs = genotypeSheet(panels).match(/d="M[\d. -]+C/g) ?? [];
    expect(arcs).toHaveLength(panels.flatMap(({ genotype }) => genotype.cells.flat()).length);
  });

  it("writes each panel's cost, confidence and note, and says in words what it shows", () => {
    const [panel] = panelsOf("tiny") as [GenotypePanel];
    const noted = { ...panel, cost: { flops: 2_000_000, bops: 64_000_000 }, note: "61.0 ± 0.4 %, 3 seeds" };
    const svg = genotypeSheet([noted], { title: "A & B", caption });
    const text = svgElements(svg, "svg")[0]?.textContent ?? "";
    expect(text).toContain("3 M OPs = 2 M FLOPs + 64 M BOPs / 64");
    expect(text).toMatch(/margin, mean \(least\): cells\s0\.\d\d\s\(0\.\d\d\)/);
    expect(text).toContain("61.0 ± 0.4 %, 3 seeds");
    const { title, alt, sources } = svgMeta(svg);
    expect(title).toBe("A & B");
    expect(alt).toMatch(/^A & B\. argmax: \d+ operations, depth 1, width 1, 3 M OPs\.$/);
    expect(sources).toEqual(caption.sources);
  });

  it("refuses no panels, a page too narrow and a width that is none", () => {
    expect(() => genotypeSheet([])).toThrow("genotypeSheet: expected at least one genotype, got none.");
    expect(() => genotypeSheet(panelsOf("wide"), { width: 30 })).toThrow(
      /^genotypeSheet: a panel needs \d+ mm, the page has 30 mm; pass a larger width\.$/,
    );
    expect(() => genotypeSheet(panelsOf("tiny"), { width: "three" as "one-column" })).toThrow(
      'genotypeSheet: width must be "one-column", "text-block", "two-column" or from 20 to 1000 millimetres, got "three".',
    );
  });
});

describe("siAmount", () => {
  it.each([
    [0, "0"],
    [999.4, "999"],
    [999_800, "1 M"],
    [1_234_567, "1.23 M"],
    [5.7e9, "5.7 G"],
    [-4200, "-4.2 k"],
  ])("writes %s as %s", (value, text) => {
    expect(siAmount(value)).toBe(text);
  });
});
