import { type Box, clientBox } from "../../lib/figures/svgGeometry";
import { textMeasure } from "../../lib/figures/textMeasure";
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
