import { describe, expect, it } from "vitest";
import { structuralCapacity } from "../../../lib/analysis/structuralCapacity";
import { binarizationConfig } from "../../../lib/config/binarizationConfig";
import type { Overrides } from "../../../lib/config/check";
import { type SpaceConfig, spaceConfig } from "../../../lib/config/spaceConfig";
import { bitsText, pipeColors } from "../../../lib/figures/drawings/capacityPipes";
import { type MinCutGenotypeOptions, minCutGenotype } from "../../../lib/figures/drawings/minCutGenotype";
import { svgMeta } from "../../../lib/figures/frame/svgMeta";
import { fold, randomKey } from "../../../lib/random/randomKey";
import { type Genotype, type GenotypeEdge, genotype } from "../../../lib/space/genotype";
import { randomGenotype } from "../../../lib/space/randomGenotype";
import { clientBox } from "../../../lib/text/svgGeometry";
import { textMeasure } from "../../../lib/text/textMeasure";
import { svgElements } from "../svgElements";

const conv = (to: number, from: number): GenotypeEdge => ({ to, from, primitive: "bin_conv_3x3" });
const skip = (to: number, from: number): GenotypeEdge => ({ to, from, primitive: "skip_connect" });

/** Cells of two nodes at 8, then 4 pixels: a normal one, a reduction, two equal normal ones. */
function small(
  overrides: Overrides<SpaceConfig> = {},
  edges = [conv(1, 0), skip(2, 0), conv(2, 1)],
): Genotype {
  const space = spaceConfig({
    imageSize: 8,
    initChannels: 4,
    cellLayout: [0, 1, 0, 0],
    steps: 2,
    widthChoices: [1],
    cellShortcut: "avg_pool",
    ...overrides,
  });
  return genotype(space, { cells: [edges, edges] });
}

/** Bars across lines and frames around parts, without the legend's one. */
function marks(svg: string): { bars: number; frames: number } {
  const cut = `stroke="${pipeColors.cut}"`;
  const count = (pattern: RegExp) => (svg.match(pattern) ?? []).filter((found) => found.includes(cut)).length;
  return { bars: count(/<line [^>]*>/g) - 1, frames: count(/<rect [^>]*>/g) };
}

function textOf(svg: string): string {
  return svgElements(svg, "text")
    .map(({ textContent }) => textContent)
    .join("\n");
}

describe("minCutGenotype", () => {
  it("draws the same network as before", async () => {
    const svg = minCutGenotype(small(), { name: "small", width: "one-column" });
    const versionless = svg.replace(/bars \d+\.\d+\.\d+/g, "bars VERSION");
    await expect(versionless.replaceAll(/></g, ">\n<")).toMatchFileSnapshot("snapshots/minCutGenotype.svg");
  });

  it("says how many bits the cut has and what it consists of, in title, caption and alt text", () => {
    // 4x4x8 real values of the pooled shortcut, the signs of 8x8x8 values in front of the reduction's 1x1.
    const bits = 4 * 4 * 8 * 32 + 8 * 8 * 8;
    const { minCut } = structuralCapacity(small());
    expect(minCut).toMatchObject({ bits, names: ["cell1.process.bits", "cell1.shortcut"] });
    const svg = minCutGenotype(small(), { name: "small" });
    const { title, alt } = svgMeta(svg);
    expect(title).toBe("small: smallest cut of 4,608 bits");
    expect(alt).toBe(
      "small: smallest cut of 4,608 bits, of 4 cells: cell1.process.bits 512 + cell1.shortcut 4,096. The image has 1,536 bits.",
    );
    const text = textOf(svg);
    expect(text.replaceAll("\n", " ")).toContain(
      "4,608 bits = cell1.process.bits 512 + cell1.shortcut 4,096.",
    );
    expect(text).toContain("in the cut: 4.61 kbit");
  });

  it("draws cells that are alike once", () => {
    expect(textOf(minCutGenotype(small()))).toMatch(/cell 0\n[\s\S]*cell 1, reduction\n[\s\S]*cells 2, 3\n/);
  });

  it("tells bits from real values, and draws a quarter of the capacity half as thick", () => {
    const svg = minCutGenotype(small(), { name: "small" });
    const lines = [...svg.matchAll(/stroke="(#\w+)" stroke-width="([\d.]+)"/g)];
    const widths = (color: string) => lines.filter(([, c]) => c === color).map(([, , w]) => Number(w));
    // Two convolutions and a 1x1 in each of three panels and one line in the legend, less the 1x1 in the cut.
    expect(widths(pipeColors.bit)).toHaveLength(3 * 3 + 1 - 1);
    expect(Math.max(...widths(pipeColors.bit))).toBeLessThan(1);
    const real = new Set(widths(pipeColors.real));
    expect(real).toContain(5);
    expect(real).toContain(2.5);
  });

  it("marks every tensor of the cut once, whatever the architecture", () => {
    const spaces: Overrides<SpaceConfig>[] = [
      {},
      { process: "postprocess" },
      { process: "postprocess", processKind: "real", cellShortcut: "none", convShortcut: false },
      { processKind: "real", cellShortcut: "avg_pool" },
      { cellShortcut: "none", convShortcut: false },
    ];
    const seen = new Set<string>();
    for (const [i, overrides] of spaces.entries()) {
      for (let draw = 0; draw < 6; draw++) {
        const drawn = randomGenotype(spaceConfig(overrides), fold(fold(randomKey(0), i), draw));
        const { minCut } = structuralCapacity(drawn);
        const { bars, frames } = marks(minCutGenotype(drawn, { width: 260 }));
        expect(bars + frames, minCut.names.join(" ")).toBe(minCut.tensors.length);
        for (const name of minCut.names)
          seen.add(name.replace(/^cell\d+\.|[\d-]+/g, "").replace(/bin_\w+/, "conv"));
      }
    }
    expect([...seen]).toEqual(expect.arrayContaining(["process.bits", "shortcut.bits"]));
  });

  it("marks a shared sign at every convolution that reads it", () => {
    const two = small({ cellShortcut: "none", convShortcut: false, processKind: "real" }, [
      conv(1, 0),
      conv(2, 0),
    ]);
    const binarization = binarizationConfig({ blockOrder: "conv_bn_relu" });
    expect(structuralCapacity(two, binarization).minCut.tensors).toHaveLength(1);
    expect(marks(minCutGenotype(two, { binarization }))).toEqual({ bars: 2, frames: 0 });
  });

  it("frames a part that everything passes", () => {
    const { space } = small({
      process: "postprocess",
      processKind: "real",
      cellLayout: [0, 1],
      convShortcut: true,
    });
    // Real values all the way but for the reduction's skips, which cut the channels down to its inputs': all is in its output.
    const lone = genotype(space, {
      cells: [
        [skip(1, 0), skip(2, 1)],
        [skip(1, 0), skip(2, 0)],
      ],
    });
    expect(structuralCapacity(lone).minCut).toMatchObject({ bits: 4 * 4 * 8 * 32, names: ["cell1.output"] });
    expect(marks(minCutGenotype(lone))).toEqual({ bars: 0, frames: 1 });
  });

  it("draws a network through which nothing flows", () => {
    const none = small({ cellShortcut: "none" }, []);
    const { title, alt } = svgMeta(minCutGenotype(none, { name: "none" }));
    expect(title).toBe("none: smallest cut of 0 bits");
    expect(alt).toContain("nothing flows to the head");
  });

  it.each([
    ["one-column", small()],
    ["two-column", small({ process: "postprocess" })],
    ["two-column", randomGenotype(spaceConfig(), randomKey(1))],
  ] as [MinCutGenotypeOptions["width"], Genotype][])(
    "keeps every text inside a page of %s and at 6 points or more",
    (width, drawn) => {
      const svg = minCutGenotype(drawn, { width: width as "one-column" });
      const [root] = svgElements(svg, "svg");
      const [, , w = 0, h = 0] = (root?.getAttribute?.("viewBox") ?? "").split(" ").map(Number);
      for (const text of svgElements(svg, "text")) {
        const box = clientBox(text, textMeasure());
        expect(box.x >= 0 && box.y >= 0 && box.x + box.width <= w && box.y + box.height <= h).toBe(true);
        expect(Number(text.getAttribute?.("font-size")) * 0.75).toBeGreaterThanOrEqual(6);
      }
    },
  );

  it("says how wide a page must be", () => {
    expect(() => minCutGenotype(small(), { width: 30 })).toThrow(
      /^minCutGenotype: a panel needs \d+ mm, the page has 30 mm; pass a larger width\.$/,
    );
  });
});

describe("bitsText", () => {
  it.each([
    [0, "0 bit"],
    [512, "512 bit"],
    [24_576, "24.6 kbit"],
    [999_900, "1 Mbit"],
    [2_097_152, "2.1 Mbit"],
  ])("writes %d as %s", (bits, text) => {
    expect(bitsText(bits)).toBe(text);
  });
});
