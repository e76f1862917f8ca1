import { BarsError } from "../util/errors";
import { fontFiles } from "./fonts";
import { loadPackage } from "./packageFile";
import { svgInView } from "./svgInView";

interface ResvgModule {
  readonly Resvg: new (svg: string, options: object) => { render(): { asPng(): Buffer } };
}

/**
 * Draws an SVG document as a PNG image, in the shipped fonts, on white.
 *
 * @param scale pixels of the image per pixel of the drawing.
 * @throws BarsError if the text is not an SVG document.
 */
export function svgToPng(svg: string, scale = 2): Buffer {
  if (!(scale > 0 && scale <= 16)) throw new BarsError(`svgToPng: scale must be in (0, 16], got ${scale}.`);
  const { Resvg } = loadPackage<ResvgModule>("@resvg/resvg-js");
  const options = {
    fitTo: { mode: "zoom", value: scale },
    background: "white",
    font: {
      fontFiles: fontFiles(),
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
  }
}
