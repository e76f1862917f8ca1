import { loadPackage } from "../../text/packageFile";
import type { SvgElement } from "../../text/svgGeometry";

/** The outermost element of an SVG document, and a way to its others. */
export interface SvgRoot extends SvgElement {
  readonly ownerDocument: { getElementById(id: string): SvgElement | null };
}
interface Jsdom {
  readonly window: { readonly document: { readonly documentElement: SvgRoot }; close(): void };
}

/** Parses an SVG document; `close` frees it. Throws if the text is not well-formed XML. */
export function svgRoot(svg: string): { readonly root: SvgRoot; close(): void } {
  const { JSDOM } = loadPackage<{ JSDOM: new (text: string, options: object) => Jsdom }>("jsdom");
  const { window } = new JSDOM(svg, { contentType: "image/svg+xml" });
  return { root: window.document.documentElement, close: () => window.close() };
}
