import type PdfDocument from "pdfkit";
import { type FontFace, fallbackFace, fontFaceOf } from "../../text/fonts";
import { faceRuns, openFont } from "../../text/openFont";
import type { SvgElement } from "../../text/svgGeometry";
import { colorOf, paintOf, type SvgPaint } from "./svgPaint";

type Pdf = InstanceType<typeof PdfDocument>;

/** A piece of text in one style. */
interface Run {
  readonly text: string;
  readonly paint: SvgPaint;
  readonly face: FontFace;
  /** Moves before it, in pixels. */
  readonly dx: number;
  readonly dy: number;
}

/** Runs that follow one another from a stated place. */
interface Chunk {
  readonly x: number;
  readonly y: number;
  readonly anchor: SvgPaint["anchor"];
  readonly runs: Run[];
}

/** Draws an SVG text with its tspans; each place that an element states begins a line with its own anchor. */
export function drawText(pdf: Pdf, element: SvgElement, paint: SvgPaint): void {
  const chunks: Chunk[] = [];
  collect(element, paint, chunks);
  for (const chunk of chunks) {
    const width = chunk.runs.reduce((sum, run) => sum + run.dx + widthOf(pdf, run), 0);
    let x = chunk.x - (chunk.anchor === "middle" ? width / 2 : chunk.anchor === "end" ? width : 0);
    let y = chunk.y;
    for (const run of chunk.runs) {
      x += run.dx;
      y += run.dy;
      const color = run.paint.hidden ? null : colorOf(run.paint.fill);
      const own = widthOf(pdf, run);
      if (color && run.text.trim() !== "") {
        pdf.fillColor(color.color, color.opacity * run.paint.fillOpacity * run.paint.opacity);
        pdf.text(run.text, x, y, { lineBreak: false, baseline: "alphabetic" });
      }
      x += own;
    }
  }
}

function collect(element: SvgElement, paint: SvgPaint, chunks: Chunk[]): void {
  const { fontSize, anchor } = paint;
  const state = (name: string) => length(element.getAttribute?.(name), fontSize);
  const [x, y, dx, dy] = [state("x"), state("y"), state("dx"), state("dy")];
  const last = chunks.at(-1);
  let moved = { dx: dx ?? 0, dy: dy ?? 0 };
  if (x !== null || y !== null || !last) {
    // A line that states only its x keeps the y of the text it is in.
    chunks.push({ x: x ?? 0, y: y ?? startOf(chunks), anchor, runs: [] });
  }
  for (const child of element.childNodes) {
    if (child.nodeType === 3) {
      const text = (child.textContent ?? "").replaceAll(/[\u200b\n]/g, "");
      for (const run of faceRuns(text, fontFaceOf(paint))) {
        chunks.at(-1)?.runs.push({ ...run, paint, ...moved });
        moved = { dx: 0, dy: 0 };
      }
    } else if (child.nodeType === 1) {
      if (moved.dx !== 0 || moved.dy !== 0)
        chunks.at(-1)?.runs.push({ text: "", paint, face: fontFaceOf(paint), ...moved });
      moved = { dx: 0, dy: 0 };
      collect(child, paintOf(child, paint), chunks);
    }
  }
}

function startOf(chunks: readonly Chunk[]): number {
  return chunks[0]?.y ?? 0;
}

function length(value: string | null | undefined, fontSize: number): number | null {
  const number = Number.parseFloat(value ?? "");
  if (!Number.isFinite(number)) return null;
  return value?.trim().endsWith("em") ? number * fontSize : number;
}

function widthOf(pdf: Pdf, { text, paint, face }: Run): number {
  // Opened when it is needed: the fallback is large.
  if (face === fallbackFace) pdf.registerFont(face.name, openFont(face).bytes);
  pdf.font(face.name).fontSize(paint.fontSize);
  return pdf.widthOfString(text);
}
