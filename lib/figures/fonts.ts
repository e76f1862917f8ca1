import { dirname, join } from "node:path";
import { packageFile } from "./packageFile";

/**
 * What figures are written in. The first name is the font that ships with the library, so a figure looks the
 * same on every machine; the others are what a browser without it falls back to (Verdana has nearly the same
 * widths, so nothing overlaps).
 */
export const fontFamily = "DejaVu Sans, Verdana, Arial, sans-serif";

/** Font of code and numbers in drawings. */
export const monoFontFamily = "DejaVu Sans Mono, Menlo, Consolas, monospace";

/** The shipped faces: absolute paths of their TrueType files. */
export function fontFiles(): string[] {
  const folder = join(dirname(packageFile("dejavu-fonts-ttf/package.json")), "ttf");
  const faces = ["Sans", "Sans-Bold", "Sans-Oblique", "Sans-BoldOblique", "SansMono", "SansMono-Bold"];
  return faces.map((face) => join(folder, `DejaVu${face}.ttf`));
}
