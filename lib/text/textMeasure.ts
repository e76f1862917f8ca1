import { fontFamily } from "./fontFamily";
import { type FontFace, fontFaceOf, fontFiles } from "./fonts";
import { faceRuns, openFont } from "./openFont";
import { loadPackage } from "./packageFile";
import type { TextMeasure } from "./svgGeometry";

/** A drawing surface of `@napi-rs/canvas`. */
export interface Canvas {
  readonly width: number;
  readonly height: number;
  getContext(kind: "2d"): { font: string; measureText(text: string): { readonly width: number } };
  toDataURL(type: string): string;
}

export interface CanvasModule {
  createCanvas(width: number, height: number): Canvas;
  readonly GlobalFonts: { registerFromPath(path: string): unknown };
}

let measure: TextMeasure | undefined;

/** Measures text in the shipped fonts. One instance per process, which remembers what it measured. */
export function textMeasure(): TextMeasure {
  measure ??= create();
  return measure;
}

function widthIn(face: FontFace, text: string, size: number): number {
  const { font } = openFont(face);
  const widths = [...text].map(
    (letter) => font.glyphForCodePoint(letter.codePointAt(0) as number).advanceWidth,
  );
  return (widths.reduce((sum, width) => sum + width, 0) / font.unitsPerEm) * size;
}

function create(): TextMeasure {
  const canvas = loadPackage<CanvasModule>("@napi-rs/canvas");
  for (const file of fontFiles()) canvas.GlobalFonts.registerFromPath(file);
  const context = canvas.createCanvas(1, 1).getContext("2d");
  const known = new Map<string, number>();
  return (text, size, style) => {
    const key = `${style}|${size}|${text}`;
    let width = known.get(key);
    if (width === undefined) {
      context.font = `${style} ${size}px ${fontFamily}`;
      // Letters that the shipped face lacks are as wide as in the face that writes them, whatever fonts the machine has.
      const face = fontFaceOf({ bold: /bold/.test(style), italic: /italic/.test(style), mono: false });
      width = faceRuns(text, face).reduce((sum, run) => {
        return (
          sum +
          (run.face === face
            ? context.measureText(run.text.replaceAll("\0", "\uFFFD")).width
            : widthIn(run.face, run.text, size))
        );
      }, 0);
      known.set(key, width);
    }
    return width;
  };
}
