import { BarsError } from "../../util/errors";
import type { Figure } from "../frame/figure";
import { plotlyHost } from "./plotlyHost";
import { svgToPng } from "./svgToPng";

/** How a figure becomes an image. */
export interface RenderOptions {
  readonly format: "svg" | "png";
  /** Pixels; the figure's own width where left out. */
  readonly width?: number;
  /** Pixels; the figure's own height where left out. */
  readonly height?: number;
  /** PNG only: pixels of the image per pixel of the figure. 2 where left out. */
  readonly scale?: number;
}

/**
 * Draws a plotly figure as an SVG document or a PNG image, in this process and without a browser. The first
 * call takes about two seconds (it loads plotly), later ones some hundred milliseconds.
 *
 * Traces that need WebGL (`scattergl`, 3-D, maps) cannot be drawn this way.
 *
 * @throws BarsError for an impossible size or a figure that plotly refuses.
 *
 * @example
 * ```ts
 * const record = bars.readSearchRecord("data/records/search-cured-seed0.json");
 * const svg = await bars.figures.renderFigure(bars.figures.lossFigure(record), { format: "svg", width: 300, height: 200 });
 * console.log(svg.startsWith("<svg")); // true
 * ```
 */
export async function renderFigure(
  figure: Figure,
  options: RenderOptions & { format: "svg" },
): Promise<string>;
export async function renderFigure(
  figure: Figure,
  options: RenderOptions & { format: "png" },
): Promise<Buffer>;
export async function renderFigure(figure: Figure, options: RenderOptions): Promise<string | Buffer>;
export async function renderFigure(figure: Figure, options: RenderOptions): Promise<string | Buffer> {
  const { format, width = figure.layout.width, height = figure.layout.height, scale = 2 } = options;
  for (const [name, value] of [
    ["width", width],
    ["height", height],
  ] as const) {
    if (!(value >= 10 && value <= 10_000)) {
      throw new BarsError(`renderFigure: ${name} must be from 10 to 10000 pixels, got ${value}.`);
    }
  }
  let svg: string;
  try {
    svg = await plotlyHost().toSvg(figure, width, height);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new BarsError(
      `renderFigure: plotly could not draw the figure "${figure.layout.title?.text}": ${why}`,
      { cause },
    );
  }
  return format === "svg" ? svg : svgToPng(svg, scale);
}
