import { writeFileAtomic } from "../util/atomicFile";
import type { Figure } from "./figure";
import { renderFigure } from "./renderFigure";
import { svgToPng } from "./svgToPng";

/**
 * Writes a figure as `<path>.svg` (for print), `<path>.png` (twice its size, for slides) and `<path>.json` (to
 * change and draw again). Each file appears whole or not at all.
 *
 * @returns the three paths.
 * @throws RecordError if a file cannot be written.
 */
export async function saveFigure(figure: Figure, pathWithoutExtension: string): Promise<string[]> {
  const svg = await renderFigure(figure, { format: "svg" });
  const files = {
    svg: [Buffer.from(svg, "utf8")],
    png: [svgToPng(svg)],
    json: [Buffer.from(`${JSON.stringify(figure, null, 1)}\n`, "utf8")],
  };
  return Object.entries(files).map(([extension, content]) => {
    const path = `${pathWithoutExtension}.${extension}`;
    writeFileAtomic(path, content);
    return path;
  });
}
