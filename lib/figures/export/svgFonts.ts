import { fontSubset } from "../../text/fontSubset";
import { type FontFace, fontFaceOf, fontFaces } from "../../text/fonts";
import { faceOfLetter } from "../../text/openFont";
import type { SvgElement } from "../../text/svgGeometry";
import { initialPaint, paintOf, type SvgPaint } from "./svgPaint";
import { svgRoot } from "./svgRoot";

const styleId = "bars-fonts";
const embedded = new RegExp(`<style id="${styleId}">[^<]*</style>`, "g");
const silent = new Set(["title", "desc", "metadata", "style"]);

/**
 * An SVG document that brings its letters along: of every face it is written in, those it uses, as a TrueType font
 * inside a style sheet, and asks for that font first. Browsers, and programs that draw with one, then show it alike on every machine.
 */
export function svgWithFonts(svg: string): string {
  const bare = inShippedFont(svg.replaceAll(embedded, ""));
  const rules = [...lettersOf(bare)].flatMap(([face, letters]) => [
    fontRule(face, face, letters),
    ...fallbackRules(face, letters),
  ]);
  const end = bare.lastIndexOf("</svg>");
  if (rules.length === 0 || end < 0) return bare;
  return `${bare.slice(0, end)}<style id="${styleId}">${rules.join("")}</style>${bare.slice(end)}`;
}

/** A style sheet's rule that writes letters of a face's texts in the letters of a face. */
function fontRule(face: FontFace, from: FontFace, letters: ReadonlySet<number>): string {
  const data = fontSubset(from, letters).toString("base64");
  const style = `font-weight:${face.bold ? "bold" : "normal"};font-style:${face.italic ? "italic" : "normal"}`;
  const codes = [...letters].sort((a, b) => a - b).map((code) => `U+${code.toString(16)}`);
  const range = from === face ? "" : `;unicode-range:${codes.join(",")}`;
  return `@font-face{font-family:"${face.family}";${style};src:url(data:font/ttf;base64,${data}) format("truetype")${range}}`;
}

/** Rules for the letters that a face lacks, from the faces that have them; they go behind the face's own. */
export function fallbackRules(face: FontFace, letters: ReadonlySet<number>): string[] {
  const others = new Map<FontFace, Set<number>>();
  for (const code of letters) {
    const own = faceOfLetter(face, String.fromCodePoint(code));
    if (own !== null && own !== face) others.set(own, (others.get(own) ?? new Set()).add(code));
  }
  return [...others].map(([from, lacking]) => fontRule(face, from, lacking));
}

/** A drawing that asks for other fonts first, in those it is also printed in. */
function inShippedFont(svg: string): string {
  return svg.replace(/<svg\b[^>]*>/, (root) =>
    root.replace(/(\sfont-family=")(?!DejaVu)([^"]*)/, `$1${fontFaces[0]?.family}, $2`),
  );
}

/** The code points that a document writes in each face, in the order of the faces. */
export function lettersOf(svg: string): Map<FontFace, Set<number>> {
  const found = new Map<FontFace, Set<number>>(fontFaces.map((face) => [face, new Set<number>()]));
  const { root, close } = svgRoot(svg);
  collect(root, initialPaint, found);
  close();
  for (const [face, letters] of found) if (letters.size === 0) found.delete(face);
  return found;
}

function collect(element: SvgElement, around: SvgPaint, found: ReadonlyMap<FontFace, Set<number>>): void {
  if (silent.has(element.nodeName.toLowerCase())) return;
  const paint = paintOf(element, around);
  for (const child of element.childNodes) {
    if (child.nodeType === 1) collect(child, paint, found);
    else if (child.nodeType === 3 && (child.textContent ?? "").trim() !== "") {
      const letters = found.get(fontFaceOf(paint));
      for (const letter of child.textContent ?? "") letters?.add(letter.codePointAt(0) as number);
    }
  }
}
