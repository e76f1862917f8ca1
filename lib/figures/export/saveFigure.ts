import { BarsError } from "../../util/errors";
import type { Figure } from "../frame/figure";
import { type ExportFormat, exportFigure, exportFormats } from "./exportFigure";

/**
 * Writes a figure as `<path>.svg` (for print), `<path>.png` (twice its size, for slides) and `<path>.json` (to
 * change and draw again), or as the formats that the environment variable `BARS_FIGURES_FORMATS` lists, e.g.
 * `pdf,tex`. Drawn in this process, without a browser. Each file appears whole or not at all and says where it
 * comes from.
 *
 * @returns the paths.
 * @throws RecordError if a file cannot be written; BarsError for an unknown format.
 *
 * @example
 * ```ts
 * const record = bars.readSearchRecord("data/records/search-cured-seed0.json");
 * const paths = await bars.figures.saveFigure(bars.figures.lossFigure(record), "runs/loss");
 * console.log(paths.map((path) => path.split(".").at(-1))); // ["svg","png","json"]
 * ```
 */
export async function saveFigure(figure: Figure, pathWithoutExtension: string): Promise<string[]> {
  const paths: string[] = [];
  for (const format of savedFormats()) {
    const path = `${pathWithoutExtension}.${format}`;
    paths.push(...(await exportFigure(figure, path, { engine: "builtin", dotsPerInch: 192 })));
  }
  return [...new Set(paths)];
}

/** @throws BarsError for a format that no figure can be written as. */
function savedFormats(): ExportFormat[] {
  const asked = process.env["BARS_FIGURES_FORMATS"];
  if (!asked) return ["svg", "png", "json"];
  return asked.split(",").map((part) => {
    const found = exportFormats.find((format) => format === part.trim());
    if (found) return found;
    throw new BarsError(
      `saveFigure: BARS_FIGURES_FORMATS must list some of ${exportFormats.join(", ")}, got "${asked}".`,
    );
  });
}
