import { scriptJson } from "../../text/scriptJson";
import { escapeXml } from "../../text/svg";
import { oneLine } from "../../util/oneLine";
import { bundleFile, bundleOf, type PlotlyBundle, packedBundle } from "../export/plotlyBundle";
import { altText, type Figure, plainTitle } from "../frame/figure";

/**
 * The HTML that draws live figures in a notebook. Outputs are static files: plotly travels inside the notebook,
 * compressed, once, or is fetched from the project by the Jupyter server; each figure waits until it is there.
 */

/** Event on the page's window when a build of plotly is ready; `window.barsPlotly` holds those that are. */
const readyEvent = "bars-plotly-ready";

/** A hidden output that unpacks plotly on the page that shows it, from itself: works wherever scripts run. */
export function plotlyLoaderHtml(bundle: PlotlyBundle = "cartesian"): string {
  const code = `async () => {
  const bytes = Uint8Array.from(atob("${packedBundle(bundle)}"), (letter) => letter.charCodeAt(0));
  const unpacked = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(unpacked).text();
}`;
  return loaderHtml(bundle, code);
}

/**
 * A hidden output that fetches plotly from the Jupyter server, whose root must be the project. The notebook stays
 * small; where there is no such server (an exported page, VS Code), figures stay still images.
 */
export function plotlyProjectHtml(bundle: PlotlyBundle = "cartesian"): string {
  const code = `async () => {
  const config = document.getElementById("jupyter-config-data");
  const base = (config && JSON.parse(config.textContent).baseUrl) || document.body.dataset.baseUrl || "/";
  const answer = await fetch(base + "files/node_modules/${bundleFile[bundle]}");
  if (!answer.ok) throw new Error("bars: the Jupyter server does not serve plotly (" + answer.status + ")");
  return answer.text();
}`;
  return loaderHtml(bundle, code);
}

function loaderHtml(bundle: PlotlyBundle, code: string): string {
  // Wrapped, so that a page with an AMD loader (classic notebooks) does not take the module for its own.
  const script = `(async () => {
  const ready = (window.barsPlotly ??= {});
  const loading = (window.barsPlotlyLoading ??= {});
  if (ready.${bundle} || loading.${bundle}) return;
  loading.${bundle} = true;
  try {
    const code = await (${code})();
    const element = document.createElement("script");
    element.textContent = "window.barsPlotly.${bundle}=(function(){var define,module={exports:{}},exports=module.exports;" + code + "\\n;return module.exports})()";
    document.head.append(element);
    window.dispatchEvent(new Event("${readyEvent}"));
  } catch (error) {
    loading.${bundle} = false;
    console.warn(error);
  }
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
  const { data, layout } = figure;
  const plotly =
    bundleOf(figure) === "full"
      ? "window.barsPlotly?.full"
      : "(window.barsPlotly?.full ?? window.barsPlotly?.cartesian)";
  const script = `(() => {
  const figure = ${scriptJson({ data, layout })};
  const still = (target) => {
    const before = [...document.images].filter((image) => image.compareDocumentPosition(target) & Node.DOCUMENT_POSITION_FOLLOWING);
    return before.filter((image) => image.src.endsWith("${imageTail}")).pop() || before.filter((image) => image.src.startsWith("blob:")).pop();
  };
  const draw = () => {
    const target = document.getElementById("${id}");
    const plotly = ${plotly};
    if (!target || !plotly) return false;
    if (target.dataset.drawn) return true;
    target.dataset.drawn = "yes";
    const picture = still(target);
    if (picture) picture.alt = target.getAttribute("aria-label");
    plotly.newPlot(target, figure.data, figure.layout, { displaylogo: false }).then(() => {
      if (picture) picture.style.display = "none";
    });
    return true;
  };
  const drawOnce = () => draw() && window.removeEventListener("${readyEvent}", drawOnce);
  window.addEventListener("${readyEvent}", drawOnce);
  // Some front ends run scripts before the output stands on the page.
  if (!drawOnce()) requestAnimationFrame(drawOnce);
})();`;
  const { width, height } = layout;
  const label = `role="figure" aria-label="${escapeXml(oneLine(`${plainTitle(figure)}. ${altText(figure)}`))}"`;
  return `<div id="${id}" ${label} style="max-width:${width}px;overflow-x:auto" data-height="${height}"></div><script>${script}</script>`;
}
