import { type Box, clientBox, type SvgElement } from "../../text/svgGeometry";
import { svgRoot } from "./svgRoot";

interface SvgNode extends SvgElement {
  readonly outerHTML: string;
  readonly childNodes: Iterable<SvgNode>;
  remove(): void;
}

const marks = new Set(["path", "rect", "line", "circle", "ellipse", "polygon", "polyline", "image", "text"]);
const groups = new Set(["g", "a"]);

/**
 * The document without the marks that lie outside its picture by more than half its size. The renderer of images ends
 * the whole process, instead of throwing, where everything in a clipped or translucent group lies outside by more than
 * the whole size, as points can in a figure whose axes were zoomed. Nearer marks stay, because their boxes are
 * approximate, and so does what a drawing inside the drawing holds, which has units of its own.
 */
export function svgInView(svg: string): string {
  // Without such groups there is nothing to fear, and no need to parse.
  if (!/clip-path|mask|filter|[^-]opacity/.test(svg)) return svg;
  const { root, close } = svgRoot(svg);
  const document = root as unknown as SvgNode;
  const view = viewOf(document);
  const far = view ? farMarks(document, view) : [];
  for (const mark of far) mark.remove();
  const text = far.length > 0 ? document.outerHTML : svg;
  close();
  return text;
}

function farMarks(element: SvgNode, view: Box): SvgNode[] {
  return [...element.childNodes].flatMap((child) => {
    const name = child.nodeName.toLowerCase();
    if (groups.has(name)) return farMarks(child, view);
    return marks.has(name) && isFar(clientBox(child, roughWidth), view) ? [child] : [];
  });
}

function isFar(box: Box, view: Box): boolean {
  const across = (start: number, size: number, from: number, length: number) =>
    start + size < from - length / 2 || start > from + 1.5 * length;
  return across(box.x, box.width, view.x, view.width) || across(box.y, box.height, view.y, view.height);
}

/** What the document shows, in its own units; null where it does not say. */
function viewOf(root: SvgNode): Box | null {
  const number = (name: string) => Number.parseFloat(root.getAttribute?.(name) ?? "");
  const [x = 0, y = 0, width = number("width"), height = number("height")] = (
    root.getAttribute?.("viewBox") ?? ""
  )
    .split(/[\s,]+/)
    .filter(Boolean)
    .map(Number);
  return width > 0 && height > 0 ? { x, y, width, height } : null;
}

function roughWidth(text: string, sizePixels: number): number {
  return 0.6 * sizePixels * text.length;
}
