import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fontSubset } from "../../text/fontSubset";
import { type FontFace, fallbackFace, fontFaces, fontFiles } from "../../text/fonts";
import { faceOfLetter } from "../../text/openFont";
import { loadPackage } from "../../text/packageFile";
import { BarsError } from "../../util/errors";
import { svgInView } from "./svgInView";

interface ResvgModule {
  readonly Resvg: new (svg: string, options: object) => { render(): { asPng(): Buffer } };
}

/**
 * Draws an SVG document as a PNG image, in the shipped fonts, on white. Letters that DejaVu lacks come from the
 * fallback font.
 *
 * @param scale pixels of the image per pixel of the drawing.
 * @throws BarsError if the text is not an SVG document.
 *
 * @example
 * ```ts
 * const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="4"><rect width="8" height="4"/></svg>';
 * console.log(bars.figures.svgToPng(svg).subarray(1, 4).toString()); // PNG
 * ```
 */
export function svgToPng(svg: string, scale = 2): Buffer {
  if (!(scale > 0 && scale <= 16)) throw new BarsError(`svgToPng: scale must be in (0, 16], got ${scale}.`);
  const { Resvg } = loadPackage<ResvgModule>("@resvg/resvg-js");
  const fallback = fallbackFile(svg);
  const options = {
    fitTo: { mode: "zoom", value: scale },
    background: "white",
    font: {
      fontFiles: [...fontFiles(), ...fallback],
      loadSystemFonts: false,
      defaultFontFamily: "DejaVu Sans",
      sansSerifFamily: "DejaVu Sans",
      monospaceFamily: "DejaVu Sans Mono",
    },
  };
  try {
    // The renderer reads url(#id) only without quotes.
    const readable = svgInView(svg).replaceAll(/url\((?:'|"|&quot;)(#[^'"&)]+)(?:'|"|&quot;)\)/g, "url($1)");
    return new Resvg(readable, options).render().asPng();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new BarsError(
      `svgToPng: expected an SVG document, got ${JSON.stringify(svg.slice(0, 40))} (${why}).`,
      { cause },
    );
  } finally {
    for (const file of fallback) rmSync(dirname(file), { recursive: true });
  }
}

/** The fallback's letters that a document needs, as a file, because the renderer reads fonts from files; none where it needs none. */
function fallbackFile(svg: string): string[] {
  const regular = fontFaces[0] as FontFace;
  const needed = [...new Set(svg)].filter((letter) => faceOfLetter(regular, letter) === fallbackFace);
  if (needed.length === 0) return [];
  const file = join(mkdtempSync(join(tmpdir(), "bars-font-")), "fallback.ttf");
  writeFileSync(
    file,
    fontSubset(fallbackFace, new Set(needed.map((letter) => letter.codePointAt(0) as number))),
  );
  return [file];
}
