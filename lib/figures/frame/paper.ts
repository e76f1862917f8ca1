import { BarsError } from "../../util/errors";

/** CSS pixels in an inch and millimetres in an inch: what turns a figure's pixels into lengths on paper. */
const pixelsPerInch = 96;
const millimetresPerInch = 25.4;

/**
 * Widths of figures in papers, in millimetres. One column and two columns of a two-column page; both fit the
 * text blocks of the large conferences and journals of the field (IEEE: 88.9 and 182 mm; Elsevier: 90 and 190 mm;
 * ACM: 84 and 177 mm), 132 mm fits a one-column page (LNCS: 122 mm, NeurIPS: 139.7 mm).
 *
 * @example
 * ```ts
 * console.log(bars.figures.paperWidths["one-column"]); // 85
 * ```
 */
export const paperWidths = Object.freeze({ "one-column": 85, "text-block": 132, "two-column": 178 });

/** A width on paper: a name, or millimetres. */
export type PaperWidth = keyof typeof paperWidths | number;

/** @throws BarsError for a width that is none. */
function paperMillimetres(width: PaperWidth, place: string): number {
  const millimetres =
    typeof width === "number" ? width : Object.hasOwn(paperWidths, width) ? paperWidths[width] : Number.NaN;
  if (!(millimetres >= 20 && millimetres <= 1000)) {
    const names = Object.keys(paperWidths)
      .map((name) => `"${name}"`)
      .join(", ");
    throw new BarsError(
      `${place}: width must be ${names} or from 20 to 1000 millimetres, got ${JSON.stringify(width)}.`,
    );
  }
  return millimetres;
}

/** A width on paper in CSS pixels, 96 to the inch. */
export function paperPixels(width: PaperWidth, place: string): number {
  return toPixels(paperMillimetres(width, place));
}

export function toPixels(millimetres: number): number {
  return (millimetres / millimetresPerInch) * pixelsPerInch;
}

export function toMillimetres(pixels: number): number {
  return (pixels / pixelsPerInch) * millimetresPerInch;
}

/** PDF points, 72 to the inch. */
export function toPoints(pixels: number): number {
  return (pixels / pixelsPerInch) * 72;
}
