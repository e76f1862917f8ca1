import { readFileSync } from "node:fs";
import { type Canvas, createCanvas, GlobalFonts } from "@napi-rs/canvas";
import { afterAll, describe, expect, it } from "vitest";
import { closeChromium, findChromium, withChromiumPage } from "../../../lib/figures/export/chromium";
import { renderFigure } from "../../../lib/figures/export/renderFigure";
import { lettersOf, svgWithFonts } from "../../../lib/figures/export/svgFonts";
import { svgToPng } from "../../../lib/figures/export/svgToPng";
import { fontSubset } from "../../../lib/text/fontSubset";
import { fontFaces, fontFile } from "../../../lib/text/fonts";
import { loadPackage } from "../../../lib/text/packageFile";
import { sfntTables } from "../../../lib/text/sfnt";
import { textMeasure } from "../../../lib/text/textMeasure";
import { everyFigure } from "../everyFigure";

const browser = findChromium();
if (browser === null)
  console.warn(
    "No Chromium found: how it draws embedded fonts is not tested. Set BARS_CHROMIUM to its path.",
  );
afterAll(closeChromium);

interface Camera {
  screenshot(options: object): Promise<Buffer>;
}
const codes = (text: string) => new Set([...text].map((letter) => letter.codePointAt(0) as number));
const text = "AVATAR To −0.125 é ∇";

describe("fontSubset", () => {
  it.each(fontFaces.map((face) => [face.name, face] as const))(
    "keeps shapes, widths and kerning of %s",
    (name, face) => {
      const font = fontSubset(face, codes(text));
      expect(font.length).toBeLessThan(15_000);
      expect(GlobalFonts.register(font, `Subset ${name}`)).toBeTruthy();
      const style = `${face.italic && face.family === "DejaVu Sans" ? "oblique " : ""}${face.bold ? "bold " : ""}`;
      const drawn = (family: string) => {
        const canvas: Canvas = createCanvas(700, 70);
        const context = canvas.getContext("2d");
        context.font = `${style}40px ${family}`;
        context.fillText(text, 5, 50);
        return {
          width: context.measureText(text).width,
          pixels: [...context.getImageData(0, 0, 700, 70).data],
        };
      };
      textMeasure();
      const [whole, part] = [drawn(`"${face.family}"`), drawn(`"Subset ${name}"`)];
      expect(part.width).toBeCloseTo(whole.width, 3);
      const apart = part.pixels.filter(
        (value, i) => Math.abs(value - (whole.pixels[i] as number)) > 40,
      ).length;
      expect(apart).toBe(0);
    },
  );

  it("holds the asked letters, leaves out what the face lacks, and gives the same bytes each time", () => {
    const face = fontFaces[0] as (typeof fontFaces)[number];
    const font = fontSubset(face, codes("BCaA\u{1f600}\u4e00"));
    type Font = { hasGlyphForCodePoint(code: number): boolean; numGlyphs: number; familyName: string };
    const read = loadPackage<{ create(bytes: Buffer): Font }>("fontkit").create(font);
    expect([..."aAB8一"].map((letter) => read.hasGlyphForCodePoint(letter.codePointAt(0) ?? 0))).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
    // With the letters that others are aligned to, and the sign for what is missing.
    expect([read.numGlyphs, read.familyName]).toEqual([1 + 31 + 4, "DejaVu Sans"]);
    expect(fontSubset(face, codes("\u4e00\u{1f600}aABC")).equals(font)).toBe(true);
    const sum = (bytes: Buffer) => {
      let total = 0;
      for (let i = 0; i < bytes.length; i += 4) total = (total + bytes.readUInt32BE(i)) >>> 0;
      return total;
    };
    expect(sum(font)).toBe(0xb1b0afba);
    expect(sfntTables(font).map(([name]) => name)).toEqual(
      expect.arrayContaining([
        "OS/2",
        "cmap",
        "glyf",
        "head",
        "hhea",
        "hmtx",
        "loca",
        "maxp",
        "name",
        "post",
      ]),
    );
  });
});

describe("svgWithFonts", () => {
  it("embeds of each face the letters written in it", () => {
    const svg =
      '<svg xmlns="http://www.w3.org/2000/svg"><title>qqq</title><g style="font-weight: bold"><text>ab<tspan font-weight="normal">c&amp;</tspan></text></g>' +
      '<text font-family="DejaVu Sans Mono">0</text></svg>';
    const found = [...lettersOf(svg)].map(([{ name }, letters]) => [name, String.fromCodePoint(...letters)]);
    expect(found).toEqual([
      ["regular", "c&"],
      ["bold", "ab"],
      ["mono", "0"],
    ]);
    const embedded = svgWithFonts(svg);
    expect(embedded.match(/@font-face/g)).toHaveLength(3);
    expect(embedded).toContain(
      '@font-face{font-family:"DejaVu Sans Mono";font-weight:normal;font-style:normal;src:url(data:font/ttf;base64,',
    );
    expect(svgWithFonts(embedded)).toBe(embedded);
    expect(svgWithFonts('<svg xmlns="http://www.w3.org/2000/svg"/>')).toBe(
      '<svg xmlns="http://www.w3.org/2000/svg"/>',
    );
  });

  it("sets a drawing that asks for another font in the one it is printed in", () => {
    const svg = '<svg xmlns="http://www.w3.org/2000/svg" font-family="Helvetica, Arial"><text>a</text></svg>';
    expect(svgWithFonts(svg)).toContain(
      '<svg xmlns="http://www.w3.org/2000/svg" font-family="DejaVu Sans, Helvetica, Arial">',
    );
    expect(svgWithFonts(svgWithFonts(svg))).toBe(svgWithFonts(svg));
  });

  it("adds less than 50 kB to a figure, and leaves it as it is for programs without style sheets", async () => {
    const svg = await renderFigure((everyFigure["lossFigure"] as (size: "usual") => never)("usual"), {
      format: "svg",
    });
    const embedded = svgWithFonts(svg);
    expect(embedded.length - svg.length).toBeGreaterThan(10_000);
    expect(embedded.length - svg.length).toBeLessThan(50_000);
    expect(svgToPng(embedded, 1).equals(svgToPng(svg, 1))).toBe(true);
  });

  it.skipIf(browser === null)(
    "makes a browser that lacks the font draw it, also as an image",
    async () => {
      const svg =
        '<svg xmlns="http://www.w3.org/2000/svg" width="400" height="60" font-family="DejaVu Sans, monospace" font-size="30">' +
        '<rect width="400" height="60" fill="white"/><text x="5" y="40">AVATo <tspan font-weight="bold">gap é</tspan></text></svg>';
      const whole = fontFaces.slice(0, 2).map((face) => {
        const data = readFileSync(fontFile(face)).toString("base64");
        return `@font-face{font-family:"DejaVu Sans";font-weight:${face.name};src:url(data:font/ttf;base64,${data})}`;
      });
      const withWhole = svg.replace(
        "</svg>",
        `<style>${whole.join("").replaceAll(":regular", ":normal")}</style></svg>`,
      );
      const elsewhere = (own: string) => own.replaceAll("DejaVu Sans", "Not Installed Here");
      const shots = await withChromiumPage(browser as string, async (page) => {
        const pictures: Buffer[] = [];
        for (const own of [elsewhere(withWhole), elsewhere(svgWithFonts(svg)), elsewhere(svg)]) {
          const image = `<img src="data:image/svg+xml;base64,${Buffer.from(own).toString("base64")}">`;
          await page.evaluate(
            `document.getElementById("page").innerHTML = ${JSON.stringify(image)}; document.images[0].decode()`,
          );
          pictures.push(
            Buffer.from(
              await (page as unknown as Camera).screenshot({ clip: { x: 0, y: 0, width: 400, height: 60 } }),
            ),
          );
        }
        await page.evaluate('document.getElementById("page").innerHTML = ""');
        return pictures;
      });
      const [all, used, none] = shots as [Buffer, Buffer, Buffer];
      expect(used.equals(all)).toBe(true);
      expect(none.equals(all)).toBe(false);
    },
    60_000,
  );
});
