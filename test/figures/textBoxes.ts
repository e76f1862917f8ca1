import { initialPaint, paintOf, type SvgPaint } from "../../lib/figures/export/svgPaint";
import { type Box, clientBox, type SvgElement } from "../../lib/text/svgGeometry";
import { textMeasure } from "../../lib/text/textMeasure";
import { svgElements } from "./svgElements";

/** What is written in a drawing, and where. Line boxes are shrunk to the letters: lines may stand close. */
export function textBoxes(svg: string): { text: string; box: Box; tilted: boolean }[] {
  return svgElements(svg, "text").flatMap((element) => {
    const { x, y, width, height } = clientBox(element, textMeasure());
    const text = (element.textContent ?? "").trim();
    const tilted = /rotate\(-?(?!0[,)]|90[,)])\d/.test(element.getAttribute?.("transform") ?? "");
    return text === ""
      ? []
      : [{ text, tilted, box: { x: x + 1, y: y + 2, width: width - 2, height: height - 4 } }];
  });
}

export function overlap(a: Box, b: Box): boolean {
  const apart =
    a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
  return !apart;
}

/** Sizes of the letters of a drawing in its pixels, each with what is written so. */
export function textSizes(svg: string): { text: string; size: number }[] {
  const found: { text: string; size: number }[] = [];
  const visit = (element: SvgElement, around: SvgPaint, inText: boolean) => {
    const paint = paintOf(element, around);
    const isText = inText || element.nodeName === "text";
    for (const child of element.childNodes) {
      const text = (child.textContent ?? "").trim();
      if (child.nodeType === 1) visit(child, paint, isText);
      else if (isText && text !== "") found.push({ text, size: paint.fontSize });
    }
  };
  for (const root of svgElements(svg, ":root")) visit(root, initialPaint, false);
  return found;
}
