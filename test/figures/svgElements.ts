import { loadPackage } from "../../lib/text/packageFile";
import type { SvgElement } from "../../lib/text/svgGeometry";

interface Parsed {
  readonly window: { readonly document: { querySelectorAll(selector: string): Iterable<SvgElement> } };
}

/** The elements of an SVG document that a CSS selector names. Throws if the document is not well-formed XML. */
export function svgElements(svg: string, selector: string): SvgElement[] {
  const { JSDOM } = loadPackage<{ JSDOM: new (text: string, options: object) => Parsed }>("jsdom");
  const { document } = new JSDOM(svg, { contentType: "image/svg+xml" }).window;
  return [...document.querySelectorAll(selector)];
}
