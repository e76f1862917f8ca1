import type { SearchConfig } from "../../config/searchConfig";
import { notebookKernel } from "../../util/notebookKernel";
import { openProgress } from "../../util/progressSinks";
import { svgToPng } from "../export/svgToPng";
import { dashboardSize } from "./dashboardSvg";
import { drawnDashboard, type SearchDashboard } from "./drawnDashboard";

/**
 * A live view of a running search in one cell of a notebook: progress with time left and speed, losses, the
 * probabilities of operations, depths and widths as heat maps, and the expected cost against the budget. Losses are
 * means over the last epoch's worth of steps, so that their lines run on where an epoch ends. A search that goes on
 * shows the epochs from before its stop; a finished one shows its last picture and says that it was read.
 *
 * `await bars.search(config, { directory, ...bars.searchDashboard(config) })`
 *
 * The picture changes in place, at most once a second and so seldom that drawing takes at most 5 % of the time. The
 * saved notebook keeps the last one only (some 100 kB). Outside a notebook it is the usual progress line.
 *
 * @example
 * ```ts
 * const space = { initChannels: 4, cellLayout: [0, 1, 0], steps: 1 };
 * const data = { dataset: "synthetic", trainImages: 48, testImages: 16 };
 * const config = bars.searchConfig({ space, data, batchSize: 8, epochs: 2, warmupEpochs: 1 });
 * const dashboard = bars.searchDashboard(config);
 * await bars.search(config, { directory: "runs/tiny-search", ...dashboard });
 * ```
 */
export function searchDashboard(config: SearchConfig): SearchDashboard {
  const kernel = notebookKernel();
  if (!kernel) return { progress: openProgress() };
  const write = kernel.newEntry();
  const { width, height } = dashboardSize;
  return drawnDashboard(config, (svg, text) => {
    const png = svgToPng(svg, 1.5);
    write({ "image/png": png, "text/plain": text }, { width, height, alt: text });
  });
}
