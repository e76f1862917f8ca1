import { dirname, join } from "node:path";
import { packageFile } from "./packageFile";

/** A face of the shipped fonts, as a style sheet names it. */
export interface FontFace {
  readonly name: string;
  readonly family: "DejaVu Sans" | "DejaVu Sans Mono" | "UnifontEX";
  readonly bold: boolean;
  readonly italic: boolean;
  readonly file: string;
}

const face = (name: string, file: string, family: FontFace["family"] = "DejaVu Sans"): FontFace => {
  return { name, family, bold: name.includes("bold"), italic: name.includes("italic"), file };
};

/** The faces that figures are written in. */
export const fontFaces = Object.freeze([
  face("regular", "DejaVuSans.ttf"),
  face("bold", "DejaVuSans-Bold.ttf"),
  face("italic", "DejaVuSans-Oblique.ttf"),
  face("bold-italic", "DejaVuSans-BoldOblique.ttf"),
  face("mono", "DejaVuSansMono.ttf", "DejaVu Sans Mono"),
  face("mono-bold", "DejaVuSansMono-Bold.ttf", "DejaVu Sans Mono"),
]);

/** What writes the letters that {@link fontFaces} lack: nearly all scripts in one file, coarse but legible. */
export const fallbackFace: FontFace = Object.freeze(
  face("fallback", "unifontex-latin-400-normal.woff", "UnifontEX"),
);

/** The face of a style; slanted letters of equal width are written upright. */
export function fontFaceOf(style: { bold: boolean; italic: boolean; mono: boolean }): FontFace {
  const family = style.mono ? "DejaVu Sans Mono" : "DejaVu Sans";
  const fits = (one: FontFace) => one.family === family && one.bold === style.bold;
  const found = fontFaces.find((one) => fits(one) && one.italic === (style.italic && !style.mono));
  return found ?? (fontFaces[0] as FontFace);
}

/** Absolute path of a face's file: TrueType, or WOFF for the fallback. */
export function fontFile({ file, family }: FontFace): string {
  if (family === "UnifontEX") return packageFile(`@fontsource/unifontex/files/${file}`);
  return join(dirname(packageFile("dejavu-fonts-ttf/package.json")), "ttf", file);
}

/** The shipped faces: absolute paths of their TrueType files. */
export function fontFiles(): string[] {
  return fontFaces.map(fontFile);
}
