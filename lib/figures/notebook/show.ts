import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { ConfigError } from "../../util/errors";
import { type NotebookKernel, notebookKernel } from "../../util/notebookKernel";
import { bundleOf, type PlotlyBundle } from "../export/plotlyBundle";
import { renderFigure } from "../export/renderFigure";
import { saveFigure } from "../export/saveFigure";
import { altText, type Figure, plainTitle } from "../frame/figure";
import { liveFigureHtml, plotlyLoaderHtml, plotlyProjectHtml } from "./notebookOutput";

/**
 * The figure whose output carries a build of plotly. The build is sent with the first figure of a session that
 * needs it, and again when that same figure is shown again: then its cell was run anew, and the output that carried
 * the build is gone.
 */
const carriers = new Map<PlotlyBundle, string>();

/** Bytes that one figure may add to a saved notebook, plotly apart. */
export const figureBytes = 1_000_000;

/**
 * Shows a figure in the running cell: a static image, which every viewer displays, and a live plotly figure that
 * takes its place where scripts run (JupyterLab, the classic notebook, VS Code, exported HTML). Untrusted notebooks
 * and viewers without scripts keep the image. Outside a notebook it prints a line. Where the environment variable
 * `BARS_FIGURES_DIR` names a folder, the figure is also saved there.
 *
 * Plotly comes from no other host: it is embedded once per notebook (0.7 MB; 2 MB where a figure is not in the
 * plane), or, with `BARS_PLOTLY=project`, fetched from the Jupyter server where its root is the project.
 *
 * A figure adds at most 1 MB to the notebook: the image is made coarser where it would not fit, and a figure of too
 * many numbers stays an image, with a line that says so.
 *
 * @param name file name without extension for that folder; made from the title where left out.
 * @throws BarsError if plotly cannot draw the figure; RecordError if it cannot be saved; ConfigError if
 * `BARS_PLOTLY` is neither `embed` nor `project`.
 *
 * @example
 * ```ts
 * const record = bars.readSearchRecord("data/records/search-cured-seed0.json");
 * await bars.show(bars.figures.lossFigure(record), "losses");
 * ```
 */
export async function show(figure: Figure, name?: string): Promise<void> {
  const title = plainTitle(figure);
  const folder = process.env["BARS_FIGURES_DIR"];
  const saved = folder ? await saveFigure(figure, join(folder, fileName(name ?? title))) : [];
  const kernel = notebookKernel();
  if (!kernel) {
    const where = saved[0] ? `saved as ${saved[0]}` : "run this in a notebook to see it, or use saveFigure";
    console.log(`[figure "${title}": ${where}]`);
    return;
  }
  const loader = plotlyLoader();
  const png = await stillImage(figure);
  const { width, height } = figure.layout;
  const alt = altText(figure);
  kernel.write({ "image/png": png, "text/plain": `[figure "${title}"] ${alt}` }, { width, height, alt });
  const id = `bars-figure-${randomBytes(6).toString("hex")}`;
  const html = liveFigureHtml(figure, id, png.toString("base64").slice(-48));
  const bytes = Buffer.byteLength(html) + base64Length(png);
  if (bytes > figureBytes) {
    const sizes = `${megabytes(bytes)} MB, and a notebook takes ${megabytes(figureBytes)} MB a figure`;
    kernel.write({
      "text/plain": `The figure stays a still image: live it would be ${sizes}. See saveFigure.`,
    });
    return;
  }
  carryPlotly(kernel, bundleOf(figure), title, loader);
  kernel.write({ "text/html": html });
}

function carryPlotly(
  kernel: NotebookKernel,
  bundle: PlotlyBundle,
  title: string,
  loader: (bundle: PlotlyBundle) => string,
): void {
  const carrier = carriers.get(bundle);
  if (carrier !== undefined && carrier !== title) return;
  kernel.write({ "text/html": loader(bundle) });
  carriers.set(bundle, title);
}

/** How plotly reaches the page, as `BARS_PLOTLY` says. */
function plotlyLoader(): (bundle: PlotlyBundle) => string {
  const choice = process.env["BARS_PLOTLY"] || "embed";
  if (choice === "embed") return plotlyLoaderHtml;
  if (choice === "project") return plotlyProjectHtml;
  throw new ConfigError(`show: BARS_PLOTLY must be "embed" or "project", got "${choice}".`);
}

/** The figure as PNG, as fine as half of the figure's bytes allow. */
async function stillImage(figure: Figure): Promise<Buffer> {
  const png = await renderFigure(figure, { format: "png", scale: 2 });
  return base64Length(png) <= figureBytes / 2 ? png : renderFigure(figure, { format: "png", scale: 1 });
}

function base64Length(bytes: Uint8Array): number {
  return 4 * Math.ceil(bytes.length / 3);
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(bytes < 1e7 ? 2 : 0).replace(/\.?0+$/, "");
}

/** A text as a file name: letters and digits of the basic alphabet, the rest as hyphens. */
export function fileName(text: string): string {
  const name = text
    .replaceAll(/[^A-Za-z0-9._]+/g, "-")
    .replaceAll(/^[-.]+|[-.]+$/g, "")
    .toLowerCase();
  return name || "figure";
}
