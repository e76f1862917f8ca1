import type PdfDocument from "pdfkit";
import { fontFaces, fontFile } from "../../text/fonts";
import { loadPackage } from "../../text/packageFile";
import { svgElement } from "../../text/svg";
import { matrixOf, type SvgElement, svgBox } from "../../text/svgGeometry";
import { BarsError } from "../../util/errors";
import { toPoints } from "../frame/paper";
import { isPng } from "./pngMeta";
import { colorOf, initialPaint, paintOf, type SvgPaint } from "./svgPaint";
import { drawText } from "./svgPdfText";
import { type SvgRoot, svgRoot } from "./svgRoot";
import { svgToPng } from "./svgToPng";

type Pdf = InstanceType<typeof PdfDocument>;
type PdfColor = string | [number, number, number];

const elementNode = 1;
const invisible = new Set(["defs", "clippath", "style", "title", "desc", "metadata", "lineargradient"]);
const drawn = new Set(["path", "rect", "line", "circle", "polygon", "polyline"]);

/**
 * Draws an SVG document as a PDF page of exactly its size, without a browser: vectors stay vectors, text stays
 * text in the shipped fonts, of which the used letters are embedded. Covers the SVG that plotly and this library
 * write: paths, shapes, text with tspans, images, clip paths, transforms, opacity.
 *
 * The same document gives the same bytes.
 *
 * @param size of the page in pixels, 96 to the inch.
 * @throws BarsError for a paint or an element that it does not know; Chromium draws those.
 */
export async function svgToPdf(svg: string, size: { width: number; height: number }): Promise<Buffer> {
  const Document = loadPackage<typeof PdfDocument>("pdfkit");
  const { root, close } = svgRoot(svg);
  const page: [number, number] = [toPoints(size.width), toPoints(size.height)];
  // A fixed date, because the document's identifier is made from it: the same picture is to give the same bytes.
  const pdf = new Document({ size: page, margin: 0, info: { CreationDate: new Date(0) } });
  const parts: Buffer[] = [];
  const ended = new Promise<void>((resolve, reject) => {
    pdf.on("data", (part: Buffer) => parts.push(part));
    pdf.on("end", resolve);
    pdf.on("error", reject);
  });
  for (const face of fontFaces) pdf.registerFont(face.name, fontFile(face));
  const [left = 0, top = 0, width = size.width, height = size.height] = (root.getAttribute?.("viewBox") ?? "")
    .split(/[\s,]+/)
    .filter(Boolean)
    .map(Number);
  pdf.scale(page[0] / width, page[1] / height);
  pdf.translate(-left, -top);
  drawChildren(pdf, root, paintOf(root, initialPaint), root);
  pdf.end();
  await ended;
  close();
  return Buffer.concat(parts);
}

function drawChildren(pdf: Pdf, element: SvgElement, paint: SvgPaint, root: SvgRoot): void {
  for (const child of element.childNodes) if (child.nodeType === elementNode) draw(pdf, child, paint, root);
}

function draw(pdf: Pdf, element: SvgElement, around: SvgPaint, root: SvgRoot): void {
  const name = element.nodeName.toLowerCase();
  if (invisible.has(name)) return;
  const paint = paintOf(element, around);
  if (name !== "g" && name !== "svg" && paint.hidden) return;
  pdf.save();
  pdf.transform(...matrixOf(element));
  clip(pdf, element, root);
  if (name === "svg") pdf.translate(number(element, "x"), number(element, "y"));
  if (name === "g" || name === "svg" || name === "a") drawChildren(pdf, element, paint, root);
  else if (name === "text") drawText(pdf, element, paint);
  else if (name === "image") drawImage(pdf, element);
  else if (drawn.has(name)) drawShape(pdf, element, paint, root);
  else
    throw new BarsError(`svgToPdf: expected an SVG element it can draw, got <${name}>; use Chromium for it.`);
  pdf.restore();
}

function number(element: SvgElement, name: string): number {
  return Number.parseFloat(element.getAttribute?.(name) ?? "") || 0;
}

/** Adds the outline of a shape to the page; false where there is none. */
function outline(pdf: Pdf, element: SvgElement): boolean {
  const n = (key: string) => number(element, key);
  switch (element.nodeName.toLowerCase()) {
    case "path": {
      const d = element.getAttribute?.("d") ?? "";
      if (d.trim() === "") return false;
      pdf.path(d);
      return true;
    }
    case "rect": {
      const [width, height, rx] = [n("width"), n("height"), n("rx") || n("ry")];
      if (width <= 0 || height <= 0) return false;
      if (rx > 0) pdf.roundedRect(n("x"), n("y"), width, height, rx);
      else pdf.rect(n("x"), n("y"), width, height);
      return true;
    }
    case "line":
      pdf.moveTo(n("x1"), n("y1")).lineTo(n("x2"), n("y2"));
      return true;
    case "circle":
      pdf.circle(n("cx"), n("cy"), n("r"));
      return n("r") > 0;
    default: {
      const points = (element.getAttribute?.("points") ?? "").match(/[-\d.e]+/g) ?? [];
      if (points.length < 4) return false;
      const pairs = Array.from(
        { length: points.length / 2 },
        (_, i) => `${points[2 * i]} ${points[2 * i + 1]}`,
      );
      pdf.path(`M${pairs.join("L")}${element.nodeName.toLowerCase() === "polygon" ? "Z" : ""}`);
      return true;
    }
  }
}

function clip(pdf: Pdf, element: SvgElement, root: SvgRoot): void {
  const id = /url\(\s*['"]?#([^'")]+)/.exec(element.getAttribute?.("clip-path") ?? "")?.[1];
  const shape = id === undefined ? null : root.ownerDocument.getElementById(id);
  if (!shape) return;
  let any = false;
  for (const child of shape.childNodes) {
    if (child.nodeType === elementNode && outline(pdf, child)) any = true;
  }
  if (any) pdf.clip();
}

function drawShape(pdf: Pdf, element: SvgElement, paint: SvgPaint, root: SvgRoot): void {
  const fill = element.nodeName.toLowerCase() === "line" ? null : known(pdf, paint.fill, element, root);
  const stroke = paint.strokeWidth > 0 ? known(pdf, paint.stroke, element, root) : null;
  const fillOpacity = (fill?.opacity ?? 0) * paint.fillOpacity * paint.opacity;
  const strokeOpacity = (stroke?.opacity ?? 0) * paint.strokeOpacity * paint.opacity;
  const filled = fill && fillOpacity > 0;
  const stroked = stroke && strokeOpacity > 0;
  if (!(filled || stroked) || !outline(pdf, element)) return;
  if (filled) pdf.fillColor(fill.color, fillOpacity);
  if (stroked) {
    pdf.strokeColor(stroke.color, strokeOpacity).lineWidth(paint.strokeWidth);
    pdf.lineCap(paint.cap).lineJoin(paint.join);
    if (paint.dash.length > 0) pdf.dash([...paint.dash] as unknown as number, {});
  }
  const rule = paint.fillRule === "evenodd" ? "even-odd" : "non-zero";
  if (filled && stroked) {
    // Without colours, because setting them anew would undo their opacity; the types do not know that form.
    (pdf.fillAndStroke as (...values: unknown[]) => unknown).call(pdf, null, null, rule);
  } else if (filled) pdf.fill(rule as "nonzero");
  else pdf.stroke();
}

/**
 * A paint as pdfkit takes it: a colour, or a linear gradient over the element's box.
 * @throws BarsError for other gradients, and for patterns.
 */
function known(
  pdf: Pdf,
  paint: string,
  element: SvgElement,
  root: SvgRoot,
): { color: PdfColor; opacity: number } | null {
  const id = /^url\(\s*['"]?#([^'")]+)/.exec(paint)?.[1];
  if (id === undefined) return colorOf(paint);
  const gradient = root.ownerDocument.getElementById(id);
  const units = gradient?.getAttribute?.("gradientUnits") ?? "objectBoundingBox";
  if (gradient?.nodeName.toLowerCase() !== "lineargradient" || units !== "objectBoundingBox") {
    throw new BarsError(
      `svgToPdf: expected a colour or a linear gradient, got the paint ${paint}; use Chromium for it.`,
    );
  }
  const box = svgBox(element, () => 0);
  const share = (name: string, usual: number) => {
    const value = gradient.getAttribute?.(name);
    if (!value) return usual;
    return value.endsWith("%") ? Number.parseFloat(value) / 100 : Number.parseFloat(value);
  };
  const made = pdf.linearGradient(
    box.x + share("x1", 0) * box.width,
    box.y + share("y1", 0) * box.height,
    box.x + share("x2", 1) * box.width,
    box.y + share("y2", 0) * box.height,
  );
  for (const stop of gradient.childNodes) {
    if (stop.nodeType !== elementNode) continue;
    const color = colorOf(stop.getAttribute?.("stop-color") ?? "black");
    const offset = stop.getAttribute?.("offset") ?? "0";
    const at = Number.parseFloat(offset) / (offset.endsWith("%") ? 100 : 1);
    made.stop(at, (color?.color ?? "white") as string, color?.opacity ?? 0);
  }
  return { color: made as unknown as PdfColor, opacity: 1 };
}

function drawImage(pdf: Pdf, element: SvgElement): void {
  const link = element.getAttribute?.("href") ?? element.getAttribute?.("xlink:href") ?? "";
  const data = /^data:image\/(?:png|jpeg);base64,([\s\S]*)$/.exec(link)?.[1];
  if (data === undefined)
    throw new BarsError(`svgToPdf: expected an image inside the document, got ${link.slice(0, 60)}.`);
  const [x, y, width, height] = (["x", "y", "width", "height"] as const).map((key) => number(element, key));
  pdf.image(onWhite(Buffer.from(data, "base64"), link), x, y, {
    width: width as number,
    height: height as number,
  });
}

/**
 * A PNG image on the white of the page. Viewers that resample colours and transparency apart would give clear
 * pixels, which hold black, a grey rim.
 */
function onWhite(image: Buffer, link: string): Buffer {
  if (!isPng(image)) return image;
  const size = { width: image.readUInt32BE(16), height: image.readUInt32BE(20) };
  const body = [svgElement("image", { ...size, href: link, "image-rendering": "pixelated" })];
  return svgToPng(svgElement("svg", { xmlns: "http://www.w3.org/2000/svg", ...size }, body), 1);
}
