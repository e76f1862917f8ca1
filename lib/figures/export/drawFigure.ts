import { BarsError } from "../../util/errors";
import { type Figure, plainTitle } from "../frame/figure";
import { BrowserError, findChromium } from "./chromium";
import { chromiumPdf, chromiumSvg } from "./chromiumDraw";
import { renderFigure } from "./renderFigure";
import { svgToPdf } from "./svgToPdf";

/** What draws: a headless browser, this process, or the browser where there is one that does its work. */
export type DrawEngine = "auto" | "chromium" | "builtin";

/** Draws the figures and pages of one picture. */
export interface Drawer {
  /** A figure as an SVG document of its own size. */
  svg(figure: Figure): Promise<string>;
  /** An SVG document as a PDF page of a size in pixels. */
  pdf(svg: string, size: { width: number; height: number }): Promise<Buffer>;
}

/** Types of traces that plotly draws with WebGL. */
const webGl =
  /gl$|^(scatter3d|surface|mesh3d|isosurface|volume|cone|streamtube|splom|parcoords|scattermap(box)?|choroplethmap(box)?|densitymap(box)?)$/;

/** Browsers that failed in this process. */
const faulty = new Set<string>();

const remedy = "install Chromium or Google Chrome, or set BARS_CHROMIUM to the path of one";

/**
 * What an engine draws a picture with. `auto` takes the browser where there is one; a browser that cannot be started,
 * ends or does not answer in time is left for the rest of the process, with a line that says so, and this process
 * draws instead.
 *
 * @throws BarsError if a browser is asked for or needed and there is none; the drawer throws BrowserError if the
 * browser that was asked for, or that a picture needs, does not do its work.
 */
export function drawerFor(engine: DrawEngine, picture: Figure | string, place: string): Drawer {
  let browser = browserFor(engine, picture, place);
  const drawn = async <T>(byBrowser: (path: string) => Promise<T>, here: () => Promise<T>): Promise<T> => {
    if (browser === null) return here();
    try {
      return await byBrowser(browser);
    } catch (cause) {
      if (!(cause instanceof BrowserError) || engine !== "auto") throw cause;
      const need = neededFor(picture);
      if (need) throw new BrowserError(`${place}: ${need}; ${cause.message}`, { cause });
      faulty.add(browser);
      browser = null;
      console.warn(
        `${place}: ${cause.message} The built-in engine draws instead, for the rest of this process.`,
      );
      return here();
    }
  };
  return {
    svg: (figure) =>
      drawn(
        (path) => figureSvg(figure, path),
        () => figureSvg(figure, null),
      ),
    pdf: (svg, size) =>
      drawn(
        (path) => pagePdf(svg, size, path),
        () => pagePdf(svg, size, null),
      ),
  };
}

/** The browser that an engine stands for; null for drawing in this process. */
function browserFor(engine: DrawEngine, picture: Figure | string, place: string): string | null {
  if (!["auto", "chromium", "builtin"].includes(engine)) {
    throw new BarsError(
      `${place}: engine must be one of auto, chromium, builtin, got ${JSON.stringify(engine)}.`,
    );
  }
  const need = neededFor(picture);
  const found = engine === "builtin" ? null : findChromium();
  if (found !== null) return engine === "auto" && need === null && faulty.has(found) ? null : found;
  if (engine === "chromium") {
    throw new BarsError(`${place}: expected a browser (engine "chromium"), found none; ${remedy}.`);
  }
  if (need) {
    const why = engine === "builtin" ? "engine is builtin" : "none was found";
    throw new BarsError(`${place}: ${need}; ${why}: ${remedy}.`);
  }
  return null;
}

/** Why a picture needs a browser, in words; null where it does not. */
function neededFor(picture: Figure | string): string | null {
  const needs = typeof picture === "string" ? undefined : picture.data.find(({ type }) => webGl.test(type));
  if (!needs) return null;
  return `the figure "${plainTitle(picture as Figure)}" has a trace of type ${needs.type}, which needs WebGL and so a browser`;
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
