import { loadPackage } from "../../lib/text/packageFile";
import type { SvgElement } from "../../lib/text/svgGeometry";

interface Parsed {
  readonly window: { readonly document: { querySelectorAll(selector: string): Iterable<SvgElement> } };
}

/** The elements of an SVG document that a CSS selector names. Throws if the document is not well-formed XML. */
export function svgElements(svg: string, selector: string): SvgElement[] {
  const { JSDOM } = loadPackage<{ JSDOM: new (text: string, options: object) => Parsed }>("jsdom");
  // Several questions are asked of one drawing.
  if (last?.svg !== svg)
    last = { svg, document: new JSDOM(svg, { contentType: "image/svg+xml" }).window.document };
  return [...last.document.querySelectorAll(selector)];
}

let last: { readonly svg: string; readonly document: Parsed["window"]["document"] } | undefined;
