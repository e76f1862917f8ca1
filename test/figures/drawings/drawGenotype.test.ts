import { Resvg } from "@resvg/resvg-js";
import { describe, expect, it } from "vitest";
import { spaceConfig } from "../../../lib/config/spaceConfig";
import { drawGenotype } from "../../../lib/figures/drawings/drawGenotype";
import { lookOf, primitives } from "../../../lib/primitives/primitives";
import { randomKey } from "../../../lib/random/randomKey";
import { describeGenotype } from "../../../lib/space/describeGenotype";
import { edgesOf } from "../../../lib/space/edges";
import { genotype } from "../../../lib/space/genotype";
import { randomGenotype, randomMultiGenotype } from "../../../lib/space/randomGenotype";
import { escapeXml, svgElement, svgNumber } from "../../../lib/text/svg";

const space = spaceConfig();
const both = edgesOf(4).flatMap((edge) =>
  (["skip_connect", "bin_conv_3x3"] as const).map((primitive) => ({ ...edge, primitive })),
);
const everything = spaceConfig({
  primitives: [...primitives.builtInNames],
  process: "postprocess",
  cellShortcut: "avg_pool",
  cellLayout: [1, 0, 0, 0, 1, 1, 0],
});
const examples = {
  "a sparse genotype": randomGenotype(space, randomKey(4)),
  "the densest genotype of the default space": genotype(space, { cells: [both, both] }),
  "a genotype with every primitive in postprocess mode": randomMultiGenotype(everything, randomKey(2)),
  "a genotype without shortcut": randomGenotype(
    spaceConfig({ cellLayout: [0], reductionGroups: [], cellShortcut: "none" }),
    randomKey(1),
  ),
};

/** Ends of the arcs in the drawing, as `x,y`; arcs are its cubic paths. */
function arcEnds(svg: string): { group: number; from: string; to: string }[] {
  return svg.split("<g transform").flatMap((part, group) =>
    Array.from(part.matchAll(/d="M([\d.-]+) ([\d.-]+)C[\d. -]+ ([\d.-]+) ([\d.-]+)"/g), (m) => {
      return { group, from: `${m[1]},${m[2]}`, to: `${m[3]},${m[4]}` };
    }),
  );
}

describe("drawGenotype", () => {
  it.each(Object.entries(examples))("draws %s as it did", (_name, value) => {
    expect(drawGenotype(value)).toMatchSnapshot();
  });

  it.each(Object.entries(examples))(
    "draws every operation of %s once, between points no other uses",
    (_name, value) => {
      const arcs = arcEnds(drawGenotype(value));
      expect(arcs.length).toBe(value.cells.flat().length);
      const points = arcs.flatMap(({ group, from, to }) => [`${group} ${from}`, `${group} ${to}`]);
      expect(new Set(points).size).toBe(points.length);
    },
  );

  it.each(Object.entries(examples))(
    "draws %s as valid SVG of its stated size, with ink inside and a white margin",
    (_name, value) => {
      const image = new Resvg(drawGenotype(value)).render();
      const { width, height, pixels } = image;
      const isInk = (x: number, y: number) => (pixels[4 * (y * width + x)] as number) < 200;
      let inside = 0;
      let outside = 0;
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          const margin = x < 12 || y < 12 || x >= width - 12 || y >= height - 12;
          if (isInk(x, y)) margin ? outside++ : inside++;
        }
      }
      expect(inside).toBeGreaterThan(500);
      expect(outside).toBe(0);
    },
  );

  it("names the architecture, and takes a title and a subtitle of any characters", () => {
    expect(drawGenotype(examples["a sparse genotype"])).toMatch(/<title>genotype [0-9a-f]{12}<\/title>/);
    const svg = drawGenotype(examples["a sparse genotype"], {
      title: "A & B",
      subtitle: "<5 M OPs",
      fontFamily: "serif",
    });
    expect(svg).toContain("<title>A &amp; B</title>");
    expect(svg).toContain(">&lt;5 M OPs</text>");
    expect(svg).toContain('font-family="serif"');
  });

  it("writes widths that are no short decimals to three digits, everywhere alike", () => {
    const space = spaceConfig({ initChannels: 3, widthChoices: [2 / 3, 1], cellLayout: [0, 1, 0] });
    const narrow = { ...randomGenotype(space, randomKey(0)), width: [2 / 3, 2 / 3] };
    const drawn = drawGenotype(narrow);
    expect(drawn).toContain(">width 0.667</text>");
    expect(drawn).toContain("width 0.667 0.667.");
    expect(drawn).not.toContain("0.6666");
    expect(describeGenotype(narrow)).toContain("width 0.667,");
  });

  it("tells every primitive from every other by colour and dashes, none by colour alone within a side", () => {
    const styles = primitives.builtInNames.filter((name) => name !== "none").map(lookOf);
    expect(new Set(styles.map(({ color }) => color)).size).toBe(styles.length);
    const dashed = styles.map(({ dash, side }) => `${side} ${dash}`);
    // The two most common convolutions are both solid and differ in lightness.
    expect(new Set(dashed).size).toBe(styles.length - 1);
  });
});

describe("SVG text", () => {
  it("escapes what XML reads, and rounds numbers to two decimals without negative zero", () => {
    expect(escapeXml(`<a b="c" d='e'>&`)).toBe("&lt;a b=&quot;c&quot; d=&apos;e&apos;&gt;&amp;");
    expect([1 / 3, -1e-9, 20].map(svgNumber)).toEqual(["0.33", "0", "20"]);
    expect(svgElement("g", { id: "<", x: 0.125 })).toBe('<g id="&lt;" x="0.13"/>');
  });
});
