import { join } from "node:path";
import { writeFileAtomic } from "../../util/atomicFile";
import { notebookKernel } from "../../util/notebookKernel";
import { warnOfMissingLetters } from "../export/missingLetters";
import { pngWithProvenance } from "../export/provenanceFile";
import { svgWithFonts } from "../export/svgFonts";
import { svgWithProvenance } from "../export/svgProvenance";
import { svgToPng } from "../export/svgToPng";
import { provenanceOf } from "../frame/provenance";
import { svgMeta } from "../frame/svgMeta";
import { fileName } from "./show";

const scale = 2;

/**
 * Shows an SVG drawing in the running cell, as an image that every viewer displays. Outside a notebook it prints a
 * line. Where the environment variable `BARS_FIGURES_DIR` names a folder, the drawing is also saved there, as SVG
 * and PNG that say where it comes from.
 *
 * @param name what the drawing shows; also its file name.
 * @throws BarsError if the text is not an SVG document; RecordError if it cannot be saved.
 *
 * @example
 * ```ts
 * const record = bars.readSearchRecord("data/records/search-cured-seed0.json");
 * const { genotype } = bars.derive(bars.deriveInputOf(record));
 * bars.showSvg(bars.drawGenotype(genotype), "architecture");
 * ```
 */
export function showSvg(svg: string, name = "drawing"): void {
  warnOfMissingLetters(svg, `showSvg: ${name}`);
  const png = svgToPng(svg, scale);
  const folder = process.env["BARS_FIGURES_DIR"];
  const path = folder ? join(folder, fileName(name)) : undefined;
  if (path) {
    const { alt, sources } = svgMeta(svg);
    const provenance = provenanceOf(name, sources);
    writeFileAtomic(`${path}.svg`, svgWithFonts(svgWithProvenance(svg, provenance, alt)));
    writeFileAtomic(`${path}.png`, [pngWithProvenance(png, provenance, alt, 96 * scale)]);
  }
  const kernel = notebookKernel();
  if (kernel) {
    kernel.write({ "image/png": png, "text/plain": `[drawing "${name}"]` }, pngSize(png, scale));
  } else {
    console.log(`[drawing "${name}": ${path ? `saved as ${path}.svg` : "run this in a notebook to see it"}]`);
  }
}

/** Size on the page of a PNG image that has `perPixel` pixels for each of the page's. */
function pngSize(png: Buffer, perPixel: number): { width: number; height: number } {
  // The first chunk of a PNG holds width and height at bytes 16 and 20.
  return {
    width: Math.round(png.readUInt32BE(16) / perPixel),
    height: Math.round(png.readUInt32BE(20) / perPixel),
  };
}
