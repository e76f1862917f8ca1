/**
 * What figures are written in. The first name is the font that ships with the library, so a figure looks the
 * same on every machine; the others are what a browser without it falls back to (Verdana has nearly the same
 * widths, so nothing overlaps).
 */
export const fontFamily = "DejaVu Sans, Verdana, Arial, sans-serif";

/** Font of code and numbers in drawings. */
export const monoFontFamily = "DejaVu Sans Mono, Menlo, Consolas, monospace";
