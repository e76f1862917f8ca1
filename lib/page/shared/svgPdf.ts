import { asciiJson } from "../../figures/export/svgProvenance";
import type { Provenance } from "../../figures/frame/provenance";

/*
 * One page of vectors from a drawing of this library, in the browser. Draws what `drawGenotype` writes: rectangles, lines,
 * polygons, paths of straight lines and Béziers, and text in Helvetica, which every PDF reader has. The library itself
 * embeds fonts (`exportFigure`, pdfkit); those take more room than a page may.
 */

const toPoints = 72 / 96;
const kappa = 0.5523;

/** A drawing as a PDF document of its size, with its provenance where `readProvenance` finds it. */
export function svgPdf(svg: string, provenance: Provenance, alt: string): string {
  const root = new DOMParser().parseFromString(svg, "image/svg+xml").documentElement;
  const [, , width = 1, height = 1] = (root.getAttribute("viewBox") ?? "").split(" ").map(Number);
  const content = `${n(toPoints)} 0 0 ${n(-toPoints)} 0 ${n(height * toPoints)} cm\n${children(root)}`;
  const info = [
    `/Title ${pdfText(provenance.title)}`,
    `/Subject ${pdfText(alt)}`,
    `/Creator ${pdfText(`bars ${provenance.bars}`)}`,
    `/BarsProvenance ${pdfText(asciiJson(provenance))}`,
  ].join(" ");
  const font = (name: string) =>
    `<< /Type /Font /Subtype /Type1 /BaseFont /${name} /Encoding /WinAnsiEncoding >>`;
  const objects = [
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${n(width * toPoints)} ${n(height * toPoints)}] /Contents 4 0 R /Resources << /Font << /F1 5 0 R /F2 6 0 R >> >> >>`,
    `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
    font("Helvetica"),
    font("Helvetica-Bold"),
    `<< ${info} >>`,
  ];
  let text = "%PDF-1.4\n";
  const places = objects.map((body, i) => {
    const at = text.length;
    text += `${i + 1} 0 obj\n${body}\nendobj\n`;
    return at;
  });
  const table = places.map((at) => `${String(at).padStart(10, "0")} 00000 n \n`).join("");
  const size = objects.length + 1;
  return `${text}xref\n0 ${size}\n0000000000 65535 f \n${table}trailer\n<< /Size ${size} /Root 1 0 R /Info 7 0 R >>\nstartxref\n${text.length}\n%%EOF\n`;
}

function children(element: Element): string {
  return [...element.children].map(drawn).join("");
}

function drawn(element: Element): string {
  const get = (name: string) => Number(element.getAttribute(name) ?? 0);
  switch (element.localName) {
    case "g": {
      const [x = 0, y = 0] = (element.getAttribute("transform") ?? "").match(/-?[\d.]+/g)?.map(Number) ?? [];
      return `q 1 0 0 1 ${n(x)} ${n(y)} cm\n${children(element)}Q\n`;
    }
    case "rect":
      return painted(element, rectangle(get("x"), get("y"), get("width"), get("height"), get("rx")));
    case "line":
      return painted(element, `${n(get("x1"))} ${n(get("y1"))} m ${n(get("x2"))} ${n(get("y2"))} l`);
    case "polygon": {
      const points = (element.getAttribute("points") ?? "").trim().split(/\s+/);
      return painted(
        element,
        `${points.map((point, i) => `${point.split(",").map(Number).map(n).join(" ")} ${i === 0 ? "m" : "l"}`).join(" ")} h`,
      );
    }
    case "path":
      return painted(element, path(element.getAttribute("d") ?? ""));
    case "text":
      return text(element, get("x"), get("y"), get("font-size"));
    default:
      return "";
  }
}

function rectangle(x: number, y: number, width: number, height: number, radius: number): string {
  if (!radius) return `${[x, y, width, height].map(n).join(" ")} re`;
  const r = Math.min(radius, width / 2, height / 2);
  const k = r * (1 - kappa);
  const [right, bottom] = [x + width, y + height];
  const curve = (...at: number[]) => `${at.map(n).join(" ")} c`;
  return [
    `${n(x + r)} ${n(y)} m ${n(right - r)} ${n(y)} l`,
    curve(right - k, y, right, y + k, right, y + r),
    `${n(right)} ${n(bottom - r)} l`,
    curve(right, bottom - k, right - k, bottom, right - r, bottom),
    `${n(x + r)} ${n(bottom)} l`,
    curve(x + k, bottom, x, bottom - k, x, bottom - r),
    `${n(x)} ${n(y + r)} l`,
    curve(x, y + k, x + k, y, x + r, y),
    "h",
  ].join(" ");
}

/** Paths of absolute M, L, H, V, C, Q and Z. */
function path(d: string): string {
  let [x, y] = [0, 0];
  const out: string[] = [];
  for (const [, command, rest = ""] of d.matchAll(/([MLHVCQZ])([^MLHVCQZ]*)/g)) {
    const v = rest.match(/-?[\d.]+/g)?.map(Number) ?? [];
    const take = { M: 2, L: 2, H: 1, V: 1, C: 6, Q: 4, Z: 0 }[command as "M"];
    if (take === 0) out.push("h");
    for (let i = 0; take > 0 && i < v.length; i += take) {
      const [a = 0, b = 0, c = 0, e = 0, f = 0, g = 0] = v.slice(i, i + take);
      const from = [x, y] as const;
      if (command === "H") x = a;
      else if (command === "V") y = a;
      else [x, y] = command === "C" ? [f, g] : command === "Q" ? [c, e] : [a, b];
      const end = `${n(x)} ${n(y)}`;
      if (command === "C") out.push(`${[a, b, c, e].map(n).join(" ")} ${end} c`);
      else if (command === "Q") {
        const near = (start: number, middle: number) => start + (2 / 3) * (middle - start);
        out.push(`${[near(from[0], a), near(from[1], b), near(x, a), near(y, b)].map(n).join(" ")} ${end} c`);
      } else out.push(`${end} ${command === "M" && i === 0 ? "m" : "l"}`);
    }
  }
  return out.join(" ");
}

function painted(element: Element, shape: string): string {
  const fill = element.getAttribute("fill") ?? (element.localName === "line" ? "none" : "#000000");
  const stroke = element.getAttribute("stroke") ?? "none";
  const dash = (element.getAttribute("stroke-dasharray") ?? "").match(/[\d.]+/g)?.join(" ") ?? "";
  const how = fill === "none" ? (stroke === "none" ? "n" : "S") : stroke === "none" ? "f" : "B";
  const look = [
    fill === "none" ? "" : `${colour(fill)} rg`,
    stroke === "none" ? "" : `${colour(stroke)} RG ${n(Number(element.getAttribute("stroke-width") ?? 1))} w`,
    `[${dash}] 0 d`,
  ];
  return `q ${look.join(" ")} ${shape} ${how} Q\n`;
}

function text(element: Element, x: number, y: number, size: number): string {
  const words = element.textContent ?? "";
  const bold = element.getAttribute("font-weight") === "bold";
  const anchor = { middle: 0.5, end: 1 }[element.getAttribute("text-anchor") ?? ""] ?? 0;
  const left = anchor === 0 ? x : x - anchor * widthOf(words, size, bold);
  // The page's y runs down, so letters are turned back up.
  return `BT /${bold ? "F2" : "F1"} ${n(size)} Tf ${colour(element.getAttribute("fill") ?? "#000000")} rg 1 0 0 -1 ${n(left)} ${n(y)} Tm ${literal(words)} Tj ET\n`;
}

let canvas: CanvasRenderingContext2D | null = null;

function widthOf(words: string, size: number, bold: boolean): number {
  canvas ??= document.createElement("canvas").getContext("2d");
  if (!canvas) return words.length * size * 0.5;
  canvas.font = `${bold ? "bold " : ""}${size}px Helvetica, Arial, sans-serif`;
  return canvas.measureText(words).width;
}

function colour(hex: string): string {
  return [1, 3, 5].map((i) => n(Number.parseInt(hex.slice(i, i + 2), 16) / 255)).join(" ");
}

/** A number with at most three decimals and no exponent. */
function n(value: number): string {
  return String(Number(value.toFixed(3)));
}

/** Text of a page: letters of Latin-1; what Helvetica lacks as a question mark. */
function literal(words: string): string {
  const latin = words
    .replaceAll("\u2212", "-")
    .replaceAll("\u2192", "->")
    .replaceAll(/[^ -~\u00a1-\u00ff]/g, "?");
  const escaped = latin.replaceAll(/[\\()]/g, "\\$&");
  return `(${escaped.replaceAll(/[^ -~]/g, (letter) => `\\${letter.charCodeAt(0).toString(8).padStart(3, "0")}`)})`;
}

/** Text of the document's information: ASCII as it is, all else as UTF-16. */
function pdfText(words: string): string {
  if (/^[ -~]*$/.test(words)) return `(${words.replaceAll(/[\\()]/g, "\\$&")})`;
  const units = Array.from({ length: words.length }, (_, i) =>
    words.charCodeAt(i).toString(16).padStart(4, "0"),
  );
  return `<feff${units.join("")}>`;
}
