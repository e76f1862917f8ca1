import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import type { Figure } from "./figure";
import { packageFile } from "./packageFile";

/**
 * The HTML that draws live figures in a notebook. Outputs are static files: the plotly bundle travels inside the
 * notebook, compressed, once, and each figure waits until it is there.
 */

/** Event on the page's window when plotly is ready; `window.barsPlotly` holds it from then on. */
const readyEvent = "bars-plotly-ready";

let bundle: string | undefined;

/** A hidden output (about 2 MB) that unpacks plotly on the page that shows it. */
export function plotlyLoaderHtml(): string {
  bundle ??= gzipSync(readFileSync(packageFile("plotly.js-dist-min/plotly.min.js")), { level: 9 }).toString(
    "base64",
  );
  // Wrapped, so that a page with an AMD loader (classic notebooks) does not take the module for its own.
  const script = `(async () => {
  if (window.barsPlotly || window.barsPlotlyLoading) return;
  window.barsPlotlyLoading = true;
  const bytes = Uint8Array.from(atob("${bundle}"), (letter) => letter.charCodeAt(0));
  const unpacked = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const code = await new Response(unpacked).text();
  const element = document.createElement("script");
  element.textContent = "window.barsPlotly=(function(){var define,module={exports:{}},exports=module.exports;" + code + "\\n;return module.exports})()";
  document.head.append(element);
  window.dispatchEvent(new Event("${readyEvent}"));
})();`;
  return `<script>${script}</script>`;
}

/**
 * An output that draws a figure live where scripts run, and then hides its static image.
 *
 * @param id an identifier no other output of the notebook has.
 * @param imageTail the last letters of the base64 text of the static image that precedes this output.
 */
export function liveFigureHtml(figure: Figure, id: string, imageTail: string): string {
  const script = `(() => {
  const figure = ${scriptJson(figure)};
  const draw = () => {
    const target = document.getElementById("${id}");
    if (!target || target.dataset.drawn) return;
    target.dataset.drawn = "yes";
    window.barsPlotly.newPlot(target, figure.data, figure.layout, { displaylogo: false }).then(() => {
      const before = [...document.images].filter((image) => image.compareDocumentPosition(target) & Node.DOCUMENT_POSITION_FOLLOWING);
      const still = before.filter((image) => image.src.endsWith("${imageTail}")).pop() || before.filter((image) => image.src.startsWith("blob:")).pop();
      if (still) still.style.display = "none";
    });
  };
  if (window.barsPlotly) draw();
  else window.addEventListener("${readyEvent}", draw, { once: true });
})();`;
  const { width, height } = figure.layout;
  return `<div id="${id}" style="max-width:${width}px" data-height="${height}"></div><script>${script}</script>`;
}

/** JSON that may stand inside a script element. */
export function scriptJson(value: unknown): string {
  return JSON.stringify(value)
    .replaceAll("<", "\\u003c")
    .replaceAll("\u2028", "\\u2028")
    .replaceAll("\u2029", "\\u2029");
}
