import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { exportFigure } from "../../lib/figures/export/exportFigure";
import { svgToPng } from "../../lib/figures/export/svgToPng";
import { fontSubset } from "../../lib/text/fontSubset";
import { fallbackFace, fontFaceOf } from "../../lib/text/fonts";
import { faceOfLetter, faceRuns, openFont } from "../../lib/text/openFont";
import { loadPackage } from "../../lib/text/packageFile";
import { sfntTables } from "../../lib/text/sfnt";
import { svgElement, svgText } from "../../lib/text/svg";
import { textMeasure } from "../../lib/text/textMeasure";

const folder = mkdtempSync(join(tmpdir(), "bars-letters-"));
afterEach(() => vi.restoreAllMocks());
afterAll(() => rmSync(folder, { recursive: true }));

const regular = fontFaceOf({ bold: false, italic: false, mono: false });
const bold = fontFaceOf({ bold: true, italic: false, mono: false });
const mono = fontFaceOf({ bold: true, italic: false, mono: true });
const drawing = (text: string) =>
  svgElement(
    "svg",
    { xmlns: "http://www.w3.org/2000/svg", width: 200, height: 30, "font-family": "DejaVu Sans" },
    [svgText(5, 20, text, { size: 14 })],
  );
const written = async (text: string, format: string) => {
  const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
  const path = join(folder, `a.${format}`);
  await exportFigure(drawing(text), path, { engine: "builtin", command: "x" });
  return { bytes: readFileSync(path), warnings: warn.mock.calls.flat(), path };
};

describe("faceOfLetter", () => {
  it("takes the text's own face where it has the letter, then a brother, then the fallback", () => {
    expect(faceOfLetter(bold, "a")).toBe(bold);
    expect(faceOfLetter(mono, "α")).toBe(mono);
    expect(faceOfLetter(mono, "😀")).toBe(bold);
    for (const letter of "網路甲网络ネ한ไ𝛼") expect(faceOfLetter(bold, letter), letter).toBe(fallbackFace);
    expect(faceOfLetter(regular, "\u{20000}")).toBeNull();
    expect(faceOfLetter(regular, "\u200b")).toBe(regular);
  });

  it("parts a text into pieces of one face", () => {
    expect(faceRuns("net 網路 1", regular).map(({ text, face }) => [text, face.name])).toEqual([
      ["net ", "regular"],
      ["網路", "fallback"],
      [" 1", "regular"],
    ]);
  });
});

describe("letters that DejaVu lacks", () => {
  it("are part of a font of a few letters, also beyond the basic plane", () => {
    const font = fontSubset(
      fallbackFace,
      new Set(["網", "😀"].map((letter) => letter.codePointAt(0) as number)),
    );
    expect(font.length).toBeLessThan(20_000);
    expect(new Map(sfntTables(font)).has("cmap")).toBe(true);
    const read = loadPackage<{ create(bytes: Buffer): { hasGlyphForCodePoint(code: number): boolean } }>(
      "fontkit",
    ).create(font);
    for (const letter of "網😀C")
      expect(read.hasGlyphForCodePoint(letter.codePointAt(0) as number), letter).toBe(true);
    expect(read.hasGlyphForCodePoint("路".codePointAt(0) as number)).toBe(false);
  });

  it("are as wide in a layout as the face that writes them", () => {
    const { font } = openFont(fallbackFace);
    const own = (font.glyphForCodePoint("網".codePointAt(0) as number).advanceWidth / font.unitsPerEm) * 20;
    expect(own).toBeGreaterThan(10);
    expect(textMeasure()("網網", 20, "normal")).toBeCloseTo(2 * own, 6);
    expect(textMeasure()("a網", 20, "normal")).toBeCloseTo(textMeasure()("a", 20, "normal") + own, 6);
  });

  it("are drawn in a PNG, each as itself", () => {
    const [one, other, box] = ["網", "路", "\u{20000}"].map((letter) => svgToPng(drawing(letter)));
    expect(one?.equals(other as Buffer)).toBe(false);
    expect(one?.equals(box as Buffer)).toBe(false);
  });

  it("are in a PDF in the fallback font, which is embedded, the same bytes each time", async () => {
    const { bytes, warnings } = await written("網路甲", "pdf");
    expect(bytes.toString("latin1")).toMatch(/\/FontName \/[A-Z]+\+Unifont/);
    expect(warnings).toEqual([]);
    expect((await written("網路甲", "pdf")).bytes.equals(bytes)).toBe(true);
  });

  it("travel with an SVG, for those letters alone and behind the font of the others", async () => {
    const { bytes, warnings } = await written("a網路甲", "svg");
    const rules = bytes.toString("utf8").match(/@font-face\{[^}]*\}/g) ?? [];
    const ranges = rules.map((rule) => /unicode-range:([^;}]*)/.exec(rule)?.[1]);
    expect(ranges).toEqual([undefined, "U+7532,U+7db2,U+8def"]);
    expect(warnings).toEqual([]);
  });

  it.each(["png", "pdf", "svg"])("and that no font has are named, for a .%s", async (format) => {
    const { warnings, path } = await written("net \u{20000}\ue000 網", format);
    expect(warnings).toEqual([
      `exportFigure: ${path}: no font here has the letters "\u{20000}" (U+20000), "\ue000" (U+E000): boxes stand for them; use other letters in names.`,
    ]);
  });
});
