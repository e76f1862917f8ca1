import { scriptJson } from "../text/scriptJson";
import { escapeXml } from "../text/svg";
import { type PageName, packedBundle } from "./pageBundle";

/** A page as the output of a cell. */
export interface PageOutput {
  readonly name: PageName;
  /** An identifier no other output of the notebook has. */
  readonly id: string;
  readonly data: unknown;
  /** What it shows in words, for viewers without scripts. */
  readonly text: string;
  /** The last letters of the base64 text of the image that precedes it; empty for none. */
  readonly imageTail: string;
}

/**
 * HTML of one page: an element, and one script that brings all its code with it, compressed. It asks no other host for
 * anything and evaluates no text; a front end that refuses inline scripts shows the image and the words.
 */
export function pageHtml({ name, id, data, text, imageTail }: PageOutput): string {
  const script = `(async () => {
  const data = ${scriptJson(data)};
  try {
    const bytes = Uint8Array.from(atob("${packedBundle(name)}"), (letter) => letter.charCodeAt(0));
    const unpacked = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    const code = await new Response(unpacked).text();
    const element = document.createElement("script");
    // Wrapped, so that a page with an AMD loader (classic notebooks) does not take it for its own.
    element.textContent = "(window.barsPages ??= {})['${id}'] = (function () { var define;" + code + ";return barsPage })()";
    document.head.append(element);
    element.remove();
    window.barsPages["${id}"].${name}("${id}", data, "${imageTail}");
  } catch (error) {
    console.warn("bars: this page could not be drawn", error);
  }
})();`;
  return `<div id="${id}" class="bars-page"><p>${escapeXml(text)}</p></div><script>${script}</script>`;
}
