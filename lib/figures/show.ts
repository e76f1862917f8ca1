import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { notebookKernel } from "../util/notebookKernel";
import type { Figure } from "./figure";
import { liveFigureHtml, plotlyLoaderHtml } from "./notebookOutput";
import { renderFigure } from "./renderFigure";
import { saveFigure } from "./saveFigure";

/**
 * The figure whose output carries plotly. The bundle is sent with the first figure of a session, and again when
 * that same figure is shown again: then its cell was run anew, and the output that carried the bundle is gone.
 */
let carrier: string | undefined;

/**
 * Shows a figure in the running cell: a static image, which every viewer displays, and a live plotly figure that
 * takes its place where scripts run. Outside a notebook it prints a line. Where the environment variable
 * `BARS_FIGURES_DIR` names a folder, the figure is also saved there.
 *
 * @param name file name without extension for that folder; made from the title where left out.
 * @throws BarsError if plotly cannot draw the figure; RecordError if it cannot be saved.
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
  const { width, height } = figure.layout;
  const png = await renderFigure(figure, { format: "png" });
  kernel.write({ "image/png": png, "text/plain": `[figure "${title}"]` }, { width, height });
  if (carrier === undefined || carrier === title) {
    kernel.write({ "text/html": plotlyLoaderHtml() });
    carrier = title;
  }
  const id = `bars-figure-${randomBytes(6).toString("hex")}`;
  kernel.write({ "text/html": liveFigureHtml(figure, id, png.toString("base64").slice(-48)) });
}

/** The figure's title without markup. */
function plainTitle(figure: Figure): string {
  return figure.layout.title.text.replaceAll(/<[^>]*>/g, "").trim() || "untitled";
}

/** A text as a file name: letters and digits of the basic alphabet, the rest as hyphens. */
export function fileName(text: string): string {
  const name = text
    .replaceAll(/[^A-Za-z0-9._]+/g, "-")
    .replaceAll(/^[-.]+|[-.]+$/g, "")
    .toLowerCase();
  return name || "figure";
}
