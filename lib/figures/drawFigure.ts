import { BarsError } from "../util/errors";
import { findChromium } from "./chromium";
import { chromiumPdf, chromiumSvg } from "./chromiumDraw";
import { type Figure, plainTitle } from "./figure";
import { renderFigure } from "./renderFigure";
import { svgToPdf } from "./svgToPdf";

/** What draws: a headless browser, this process, or the browser where there is one. */
export type DrawEngine = "auto" | "chromium" | "builtin";

/** Types of traces that plotly draws with WebGL. */
const webGl =
  /gl$|^(scatter3d|surface|mesh3d|isosurface|volume|cone|streamtube|splom|parcoords|scattermap(box)?|choroplethmap(box)?|densitymap(box)?)$/;

/**
 * The browser that an engine stands for; null for drawing in this process.
 *
 * @throws BarsError if a browser is asked for or needed and there is none.
 */
export function browserFor(engine: DrawEngine, picture: Figure | string, place: string): string | null {
  if (!["auto", "chromium", "builtin"].includes(engine)) {
    throw new BarsError(
      `${place}: engine must be one of auto, chromium, builtin, got ${JSON.stringify(engine)}.`,
    );
  }
  const found = engine === "builtin" ? null : findChromium();
  if (found !== null) return found;
  const remedy = "install Chromium or Google Chrome, or set BARS_CHROMIUM to the path of one";
  if (engine === "chromium") {
    throw new BarsError(`${place}: expected a browser (engine "chromium"), found none; ${remedy}.`);
  }
  const needs = typeof picture === "string" ? undefined : picture.data.find(({ type }) => webGl.test(type));
  if (needs) {
    const what = `the figure "${plainTitle(picture as Figure)}" has a trace of type ${needs.type}, which needs WebGL and so a browser`;
    const why = engine === "builtin" ? "engine is builtin" : "none was found";
    throw new BarsError(`${place}: ${what}; ${why}: ${remedy}.`);
  }
  return null;
}

/** A figure as an SVG document of its own size, by a browser or in this process. */
export function figureSvg(figure: Figure, browser: string | null): Promise<string> {
  const { width, height } = figure.layout;
  return browser === null
    ? renderFigure(figure, { format: "svg" })
    : chromiumSvg(browser, figure, width, height);
}

/** An SVG document as a PDF page of a size in pixels, by a browser or in this process. */
export async function pagePdf(
  svg: string,
  size: { width: number; height: number },
  browser: string | null,
): Promise<Buffer> {
  return browser === null ? svgToPdf(svg, size) : chromiumPdf(browser, svg, size);
}
